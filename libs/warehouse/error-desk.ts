import { Failure, type FailureKind } from '#kernel';
import { arrayLiteral } from './array-literal.js';
import { told, type Asked } from './audit.js';
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
  /** Who sees to it: a user's name. */
  readonly assignedTo: string | null;
  /** Runs and quarantined records in it now. */
  readonly runs: number;
  readonly records: number;
}

const columns = `f.fingerprint, f.kind, f.platform, f.stream, f.operation, f.message, f.state, f.count, f.reopened,
  f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt", f.example, f.resolved_at as "resolvedAt",
  f.resolved_by as "resolvedBy", f.note, f.assigned_to as "assignedTo", runs.n as runs, records.n as records`;
/** Groups, given as `f`, with what is in them now. */
const counted = (
  groups: string,
): string => `from ${groups} f cross join lateral (select count(*)::int as n from (${UNMENDED_RUNS}) m) runs
  cross join lateral (select count(*)::int as n from (${OPEN_RECORDS}) m) records`;

/** Groups in these states, what was seen last first. */
export const listFailures = (
  warehouse: Warehouse,
  filter: { states: readonly FailureState[]; stream?: string; limit?: number },
): Promise<FailureRow[]> =>
  warehouse.query<FailureRow>(
    `select ${columns} ${counted(`(
       select * from failures f
       where f.workspace_id = $1 and f.state = any($2::text[]) and ($3::text is null or f.stream = $3)
       order by f.last_seen_at desc, f.fingerprint limit $4)`)}
     order by f.last_seen_at desc, f.fingerprint`,
    [DEFAULT_WORKSPACE, [...filter.states], filter.stream ?? null, filter.limit ?? 1000],
  );

/** Which groups of one workspace are listed, and from where on; `after` is the `place` and the fingerprint of the last one. */
export interface FailuresAsked {
  readonly workspace: string;
  readonly states: readonly FailureState[];
  readonly kind?: string | undefined;
  readonly platform?: string | undefined;
  readonly stream?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly assignedTo?: string | undefined;
  readonly after: readonly [place: string, fingerprint: string] | null;
  readonly limit: number;
}

/** One more than `limit` where there are more; what was seen last comes first. */
export const pageOfFailures = (
  warehouse: Warehouse,
  asked: FailuresAsked,
): Promise<(FailureRow & { place: string })[]> =>
  warehouse.query(
    `select f.last_seen_at::text as place, ${columns} ${counted(`(
       select * from failures f
       where f.workspace_id = $1 and f.state = any($2::text[]) and ($3::text is null or f.kind = $3)
       and ($4::text is null or f.platform = $4) and ($5::text is null or f.stream = $5)
       and ($6::text is null or f.assigned_to = $6)
       and ($7::text is null or exists (${UNMENDED_RUNS} and r.connection_id = $7)
         or exists (${OPEN_RECORDS} and q.connection_id = $7))
       and ($8::timestamptz is null or (f.last_seen_at, f.fingerprint) < ($8::timestamptz, $9))
       order by f.last_seen_at desc, f.fingerprint desc limit $10)`)}
     order by f.last_seen_at desc, f.fingerprint desc`,
    [
      asked.workspace,
      arrayLiteral(asked.states),
      asked.kind ?? null,
      asked.platform ?? null,
      asked.stream ?? null,
      asked.assignedTo ?? null,
      asked.connectionId ?? null,
      asked.after?.[0] ?? null,
      asked.after?.[1] ?? null,
      asked.limit + 1,
    ],
  );

/** The group whose fingerprint begins so; a Failure where none or several do. */
export async function findFailure(
  warehouse: Warehouse,
  prefix: string,
  workspace = DEFAULT_WORKSPACE,
): Promise<FailureRow> {
  const begin = prefix.toLowerCase();
  if (!/^[0-9a-f]{4,16}$/.test(begin))
    throw new Failure(
      'refused',
      `${JSON.stringify(prefix)} is no fingerprint: it is 4 to 16 of the digits 0-9 and a-f; list them with: npx stratus failures`,
    );
  const found = await warehouse.query<FailureRow>(
    `select ${columns} ${counted('failures')}
     where f.workspace_id = $1 and f.fingerprint like $2 order by f.fingerprint limit 10`,
    [workspace, `${begin}%`],
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
  workspace = DEFAULT_WORKSPACE,
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
         and c.workspace_id = $3
       order by r.queued_at desc limit $2`,
      [fingerprint, limit, workspace],
    ),
    warehouse.query<QuarantineRow & { connection: string }>(
      `select q.id, q.record_key as "recordKey", q.stream, q.reason, q.last_seen_at as "lastSeenAt", c.name as connection
       from quarantine q join connections c on c.id = q.connection_id
       where q.fingerprint = $1 and q.state = 'open' and c.workspace_id = $3
       order by q.last_seen_at desc, q.id desc limit $2`,
      [fingerprint, limit, workspace],
    ),
  ]);
  return { runs, records };
}

/** What a person says of a group; one that is resolved by hand opens again when it comes back. */
export interface Said {
  /** Unchanged where nothing is said of it. */
  readonly state?: FailureState;
  readonly note?: string | null;
  readonly assignedTo?: string | null;
}

export async function markFailure(
  warehouse: Warehouse,
  fingerprint: string,
  said: Said,
  asked: Asked,
  workspace = DEFAULT_WORKSPACE,
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    await manager.query(
      `update failures set state = coalesce($3, state), note = case when $7 then $4 else note end,
         assigned_to = case when $9 then $8 else assigned_to end,
         resolved_at = case when $3 is null then resolved_at when $3 = 'open' then null else $5::timestamptz end,
         resolved_by = case when $3 is null then resolved_by when $3 = 'open' then null else $6 end
       where workspace_id = $1 and fingerprint = $2`,
      [
        workspace,
        fingerprint,
        said.state ?? null,
        said.note ?? null,
        asked.at,
        asked.by,
        said.note !== undefined,
        said.assignedTo ?? null,
        said.assignedTo !== undefined,
      ],
    );
    await told(manager, asked, `failure.${said.state ?? 'note'}`, fingerprint);
  });
}

/** How often each group was seen in each hour since; hours without a sight are left out. */
export const failureTrend = (
  warehouse: Warehouse,
  workspace: string,
  fingerprints: readonly string[],
  since: Date,
): Promise<{ fingerprint: string; hour: Date; count: number }[]> =>
  warehouse.query(
    `select fingerprint, hour, count::int as count from failure_hours
     where workspace_id = $1 and fingerprint = any($2::text[]) and hour >= $3 order by fingerprint, hour`,
    [workspace, arrayLiteral(fingerprints), since],
  );
