import { arrayLiteral } from './array-literal.js';
import { Run } from './entities.js';
import type { RunRow } from './rows.js';
import { turnOf } from './seats.js';
import { snakeCase } from './tables/index.js';
import type { Warehouse } from './warehouse.js';

/** Every column of a run under the name its row has. */
export const columnList = Object.entries(Run.options.columns)
  .map(([key, column]) => `"${column?.name ?? snakeCase(key)}" as "${key}"`)
  .join(', ');

/** Runs that wait, oldest first: each must have a job in the queue. Of a backfill's slices those whose turn it is. */
export const waitingRuns = (warehouse: Warehouse): Promise<RunRow[]> =>
  warehouse.query<RunRow>(
    `select ${columnList} from runs where state in ('queued', 'snoozed')
       and (backfill_id is null or id in (select turn.id from backfills b, ${turnOf('b.id', 'b.parallel')} where b.state = 'running'))
     order by queued_at limit 10000`,
  );

/** Those of the ids that are of runs that have not ended, or of backfills: both have jobs. */
export async function openRunIds(warehouse: Warehouse, ids: readonly string[]): Promise<Set<string>> {
  const rows = await warehouse.query<{ id: string }>(
    `select id from runs where id = any($1::text[]) and state in ('queued', 'running', 'snoozed')
     union all select id from backfills where id = any($1::text[])`,
    [arrayLiteral(ids)],
  );
  return new Set(rows.map((row) => row.id));
}

/** The latest runs, newest first; each part of the union walks an index, not the table. */
export async function recentRuns(
  warehouse: Warehouse,
  filter: { failed?: boolean; limit: number },
): Promise<(RunRow & { connection: string })[]> {
  return warehouse.query(
    `with latest as (
       (select * from runs where state in ('queued', 'running', 'snoozed') and not $2::boolean order by queued_at desc limit $1)
       union all
       (select * from runs where finished_at is not null and (not $2::boolean or state = 'failed') order by finished_at desc limit $1)
     )
     select r.*, c.name as connection from (select ${columnList} from latest) r join connections c on c.id = r."connectionId"
     order by coalesce(r."finishedAt", r."startedAt", r."queuedAt") desc limit $1`,
    [filter.limit, filter.failed ?? false],
  );
}
