import { Failure, type FailureKind } from '#kernel';
import { writeAudit, type Asked } from './audit.js';
import { OPEN_RECORDS, UNMENDED_RUNS, type FailureExample } from './failures.js';
import type { QuarantineRow, RunRow } from './rows.js';
import type { Warehouse } from './warehouse.js';
import { DEFAULT_WORKSPACE } from './workspace.js';

export type FailureState = 'open' | 'resolved' | 'ignored';

/** One group of the error desk. */
export interface FailureRow {
  readonly fingerprint: string;
  readonly kind: FailureKind | 'record';
  readonly platform: string;
  readonly stream: string;
  readonly operation: string | null;
  readonly message: string;
  readonly state: FailureState;
  /** How often it was seen; a whole number as text. */
  readonly count: string;
  /** How often it came back after it was resolved. */
  readonly reopened: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly example: FailureExample;
  readonly resolvedAt: Date | null;
  /** Null where it resolved itself. */
  readonly resolvedBy: string | null;
  readonly note: string | null;
  /** Runs and quarantined records in it now. */
  readonly runs: number;
  readonly records: number;
}

const columns = `f.fingerprint, f.kind, f.platform, f.stream, f.operation, f.message, f.state, f.count, f.reopened,
  f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt", f.example, f.resolved_at as "resolvedAt",
  f.resolved_by as "resolvedBy", f.note, runs.n as runs, records.n as records
  from failures f cross join lateral (select count(*)::int as n from (${UNMENDED_RUNS}) m) runs
  cross join lateral (select count(*)::int as n from (${OPEN_RECORDS}) m) records`;

/** Groups in these states, what was seen last first. */
export const listFailures = (
  warehouse: Warehouse,
  filter: { states: readonly FailureState[]; stream?: string; limit?: number },
): Promise<FailureRow[]> =>
  warehouse.query<FailureRow>(
    `select ${columns} where f.workspace_id = $1 and f.state = any($2::text[]) and ($3::text is null or f.stream = $3)
     order by f.last_seen_at desc, f.fingerprint limit $4`,
    [DEFAULT_WORKSPACE, [...filter.states], filter.stream ?? null, filter.limit ?? 1000],
  );

/** The group whose fingerprint begins so; a Failure where none or several do. */
export async function findFailure(warehouse: Warehouse, prefix: string): Promise<FailureRow> {
  const begin = prefix.toLowerCase();
  if (!/^[0-9a-f]{4,16}$/.test(begin))
    throw new Failure(
      'refused',
      `${JSON.stringify(prefix)} is no fingerprint: it is 4 to 16 of the digits 0-9 and a-f; list them with: npx stratus failures`,
    );
  const found = await warehouse.query<FailureRow>(
    `select ${columns} where f.workspace_id = $1 and f.fingerprint like $2 order by f.fingerprint limit 10`,
    [DEFAULT_WORKSPACE, `${begin}%`],
  );
  if (found.length === 1) return found[0]!;
  throw new Failure(
    'refused',
    found.length === 0
      ? `no failure's fingerprint begins with ${begin}; list them with: npx stratus failures --all`
      : `several fingerprints begin with ${begin} (${found.map((one) => one.fingerprint).join(', ')}); write more of it`,
  );
}

/** The latest of what is in a group now. */
export async function membersOf(
  warehouse: Warehouse,
  fingerprint: string,
  limit: number,
): Promise<{
  runs: (Pick<RunRow, 'id' | 'stream' | 'kind' | 'state' | 'finishedAt' | 'failure'> & {
    connection: string;
  })[];
  records: (Pick<QuarantineRow, 'id' | 'recordKey' | 'stream' | 'reason' | 'lastSeenAt'> & {
    connection: string;
  })[];
}> {
  const [runs, records] = await Promise.all([
    warehouse.query<RunRow & { connection: string }>(
      `select r.id, r.stream, r.kind, r.state, r.finished_at as "finishedAt", r.failure, c.name as connection
       from runs r join connections c on c.id = r.connection_id
       where r.fingerprint = $1 and r.mended_at is null and r.state in ('failed', 'queued', 'snoozed', 'running')
       order by r.queued_at desc limit $2`,
      [fingerprint, limit],
    ),
    warehouse.query<QuarantineRow & { connection: string }>(
      `select q.id, q.record_key as "recordKey", q.stream, q.reason, q.last_seen_at as "lastSeenAt", c.name as connection
       from quarantine q join connections c on c.id = q.connection_id
       where q.fingerprint = $1 and q.state = 'open' order by q.last_seen_at desc, q.id desc limit $2`,
      [fingerprint, limit],
    ),
  ]);
  return { runs, records };
}

/** What a person says of a group; one that is resolved by hand opens again when it comes back. */
export async function markFailure(
  warehouse: Warehouse,
  fingerprint: string,
  to: { readonly state: FailureState; readonly note?: string },
  { by, at }: Asked,
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    await manager.query(
      `update failures set state = $3, note = coalesce($4, note),
         resolved_at = case when $3 = 'open' then null else $5::timestamptz end,
         resolved_by = case when $3 = 'open' then null else $6 end
       where workspace_id = $1 and fingerprint = $2`,
      [DEFAULT_WORKSPACE, fingerprint, to.state, to.note ?? null, at, by],
    );
    await writeAudit(manager, { by, at }, `failure.${to.state}`, fingerprint);
  });
}
