import type { Warehouse } from '#warehouse';
import type { Signs } from './signs.js';

/**
 * What a storm must have met, and how often it did: by what the processes said, by what the runs' own logs keep of
 * processes that were killed, and by the rows that only it leaves behind.
 */
export async function whatWasMet(
  warehouse: Pick<Warehouse, 'query'>,
  signs: Signs,
): Promise<Record<string, number>> {
  const count = async (sql: string): Promise<number> => {
    const [row] = await warehouse.query<{ n: number }>(sql);
    return row?.n ?? 0;
  };
  return {
    ...signs.met,
    // The reaper's line in the run's log: its lease went to another claim.
    'lease fencing': await count(
      `select count(*)::int as n from run_logs where message like '%stopped answering; the run goes on from its last page'`,
    ),
    quarantine: await count('select count(*)::int as n from quarantine'),
    'Redis rebuilt from Postgres': signs.rebuilt,
  };
}
