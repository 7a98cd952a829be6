import type { Table } from './tables/index.js';
import type { Warehouse } from './warehouse.js';

/** How many different records of a stream are here: rows of its table on the connection, gone ones too, and the quarantine's. */
export async function rowsHeld(
  warehouse: Pick<Warehouse, 'query'>,
  of: { readonly into: Table; readonly connectionId: string; readonly stream: string },
): Promise<number> {
  const [found] = await warehouse.query<{ n: string }>(
    `select (select count(*) from "${of.into.name}" where connection_id = $1)
       + (select count(*) from quarantine where connection_id = $1 and stream = $2 and state <> 'landed') as n`,
    [of.connectionId, of.stream],
  );
  return Number(found!.n);
}
