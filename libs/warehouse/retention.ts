import type { Warehouse } from './warehouse.js';

/** For how many days the books of a workspace are kept. */
export interface Retention {
  /** Calls of runs, one by one. */
  readonly calls: number;
  /** What runs said, and their attempts; the runs themselves stay. */
  readonly logs: number;
  /** Who did what. */
  readonly audit: number;
}

const DEFAULTS: Retention = { calls: 7, logs: 90, audit: 730 };

export async function retentionOf(warehouse: Warehouse, workspace: string): Promise<Retention> {
  const [row] = await warehouse.query<Retention>(
    'select calls, logs, audit from retention where workspace_id = $1',
    [workspace],
  );
  return row ?? DEFAULTS;
}

export async function setRetention(warehouse: Warehouse, workspace: string, to: Retention): Promise<void> {
  await warehouse.query(
    `insert into retention (workspace_id, calls, logs, audit) values ($1, $2, $3, $4)
     on conflict (workspace_id) do update set calls = excluded.calls, logs = excluded.logs, audit = excluded.audit`,
    [workspace, to.calls, to.logs, to.audit],
  );
}

/** Rows that one pass takes away at most: a table that was never trimmed must not hold everybody up. */
const AT_ONCE = 50_000;

/** Forgets what no workspace keeps any longer; how many rows of each book. Calls of runs that are gone go with the oldest. */
export async function trimBooks(warehouse: Warehouse, now: Date): Promise<Record<keyof Retention, number>> {
  const kept = `coalesce((select %s from retention k where k.workspace_id = w.workspace_id), %d) * interval '1 day'`;
  const older = (book: keyof Retention): string =>
    `$1::timestamptz - ${kept.replace('%s', book).replace('%d', String(DEFAULTS[book]))}`;
  const run = async (sql: string): Promise<number> => {
    const [row] = await warehouse.query<{ n: number }>(
      `with gone as (${sql} returning 1) select count(*)::int as n from gone`,
      [now],
    );
    return row!.n;
  };
  const ofRuns = (table: string, book: keyof Retention, at: string): string =>
    `delete from ${table} where ctid = any(array(
       select b.ctid from ${table} b join runs r on r.id = b.run_id join connections w on w.id = r.connection_id
       where b.${at} < $1::timestamptz - interval '1 day' and b.${at} < ${older(book)} limit ${AT_ONCE}))`;
  const calls = await run(ofRuns('run_calls', 'calls', 'at'));
  const orphans = await run(
    `delete from run_calls where ctid = any(array(
       select b.ctid from run_calls b where b.at < $1::timestamptz - interval '366 days' limit ${AT_ONCE}))`,
  );
  const logs = await run(ofRuns('run_logs', 'logs', 'at'));
  const attempts = await run(ofRuns('run_attempts', 'logs', 'ended_at'));
  const audit = await run(
    `delete from audit_log where id = any(array(
       select w.id from audit_log w where w.at < ${older('audit')}
         and not exists (select from audit_log u where u.undone_by = w.id) limit ${AT_ONCE}))`,
  );
  await run(`delete from failure_hours where hour < $1::timestamptz - interval '35 days'`);
  return { calls: calls + orphans, logs: logs + attempts, audit };
}
