import { arrayLiteral } from './array-literal.js';
import type { RunRow } from './rows.js';
import type { Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';

/*
 * Which documents of a stream have landed whole. It is noted with the page that brought them, so that a document is
 * neither read twice nor left out, whenever a worker dies.
 */

/** Those of the ids that were kept already. */
export async function keptDocuments(
  warehouse: Pick<Warehouse, 'query'>,
  { connectionId, stream }: Pick<RunRow, 'connectionId' | 'stream'>,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await warehouse.query<{ id: string }>(
    'select id from documents where connection_id = $1 and stream = $2 and id = any($3::text[])',
    [connectionId, stream, arrayLiteral(ids)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Notes a document; one with a record that lies open in the quarantine is not kept, though it once was. */
export async function keepDocument(
  query: Query,
  run: Pick<RunRow, 'id' | 'connectionId' | 'stream'>,
  id: string,
  badKeys: readonly string[],
): Promise<void> {
  await query(
    `with open as (
       select 1 from quarantine q where q.connection_id = $1 and q.stream = $2 and q.state = 'open'
         and q.record_key = any($5::text[])
     ), lost as (
       delete from documents where connection_id = $1 and stream = $2 and id = $3 and exists (select from open) returning 1
     ), kept as (
       insert into documents (connection_id, stream, id, run_id) select $1, $2, $3, $4
       where not exists (select from open)
       on conflict (connection_id, stream, id) do update set run_id = excluded.run_id, kept_at = now() returning 1
     ) select from kept, lost`,
    [run.connectionId, run.stream, id, run.id, arrayLiteral(badKeys)],
  );
}
