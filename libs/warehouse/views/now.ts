import type { RunKind } from '../rows.js';
import type { Warehouse } from '../warehouse.js';

/** What is open in one workspace, counted. */
export interface OpenCounts {
  readonly running: number;
  readonly waiting: number;
  readonly failures: number;
  readonly quarantine: number;
  readonly alerts: number;
  readonly backfills: number;
}

export async function openCounts(warehouse: Warehouse, workspace: string): Promise<OpenCounts> {
  const [row] = await warehouse.query<OpenCounts>(
    `with mine as materialized (select id from connections where workspace_id = $1)
     select
       (select count(*)::int from runs where state = 'running' and connection_id in (select id from mine)) as running,
       (select count(*)::int from runs
        where state in ('queued', 'snoozed') and connection_id in (select id from mine)) as waiting,
       (select count(*)::int from failures where workspace_id = $1 and state = 'open') as failures,
       (select count(*)::int from quarantine
        where state = 'open' and connection_id in (select id from mine)) as quarantine,
       (select count(*)::int from alerts where workspace_id = $1 and state = 'open') as alerts,
       (select count(*)::int from backfills
        where state in ('running', 'paused') and connection_id in (select id from mine)) as backfills`,
    [workspace],
  );
  return row!;
}

/** A run that a worker has now. */
export interface RunningRun {
  readonly id: string;
  readonly connection: string;
  readonly stream: string;
  readonly kind: RunKind;
  readonly worker: string | null;
  readonly pages: number;
  readonly records: number;
  readonly startedAt: Date | null;
}

export const runningNow = (warehouse: Warehouse, workspace: string): Promise<RunningRun[]> =>
  warehouse.query(
    `select r.id, c.name as connection, r.stream, r.kind, r.worker, r.pages, r.records, r.started_at as "startedAt"
     from runs r join connections c on c.id = r.connection_id
     where r.state = 'running' and c.workspace_id = $1 order by r.started_at limit 500`,
    [workspace],
  );
