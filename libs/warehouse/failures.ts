import type { FailureKind } from '#kernel';
import { redactText } from '#telemetry';
import { arrayLiteral, jsonText } from './array-literal.js';
import type { Query } from './upsert.js';

/** What the error desk groups by: the same for everything that fails for one reason. */
export interface Cause {
  readonly fingerprint: string;
  /** `record`: one record could not be used, the run went on. */
  readonly kind: FailureKind | 'record';
  readonly platform: string;
  readonly stream: string;
  /** The call that failed; null where it was none. */
  readonly operation: string | null;
  /** What was said, without numbers, ids and values. */
  readonly message: string;
}

/** One of those that a group holds, for a person to look at; never a secret. */
export interface FailureExample {
  readonly connectionId: string;
  readonly run: string;
  /** The record's key; absent where the run failed. */
  readonly record?: string;
  readonly message: string;
}

/** What was seen of one cause in one transaction. */
export interface Seen {
  readonly cause: Cause;
  readonly count: number;
  readonly example: FailureExample;
}

const OWN = (connection: string): string =>
  `exists (select from connections c where c.id = ${connection} and c.workspace_id = f.workspace_id)`;
/** Runs of a group that have not brought yet what they should have. */
export const UNMENDED_RUNS = `select from runs r
  where r.fingerprint = f.fingerprint and r.mended_at is null and r.state in ('failed', 'queued', 'snoozed', 'running')
    and ${OWN('r.connection_id')}`;
export const OPEN_RECORDS = `select from quarantine q
  where q.fingerprint = f.fingerprint and q.state = 'open' and ${OWN('q.connection_id')}`;
/** The workspace of the connection whose id is this parameter. */
const WORKSPACE_OF = (parameter: string): string =>
  `(select workspace_id from connections where id = ${parameter})`;

/**
 * Keeps the groups true within the transaction that makes them so: counts what was `seen`, reopens what was resolved,
 * and resolves those that something has `left` once no run and no record is in them. An ignored group only counts.
 * Groups are locked in the order of their fingerprints, so that two transactions never wait for each other. Each
 * workspace has groups of its own: those of the connection's are meant.
 */
export async function regroup(
  query: Query,
  {
    connectionId,
    seen,
    left,
  }: { readonly connectionId: string; readonly seen: readonly Seen[]; readonly left: readonly string[] },
  now: Date | null = null,
): Promise<void> {
  const known = new Set(seen.map(({ cause }) => cause.fingerprint));
  const emptied = [...new Set(left)].filter((fingerprint) => !known.has(fingerprint));
  // In a statement of its own: what the next ones see is what was there once the locks were had.
  if (emptied.length > 0)
    await query(
      `select from failures where workspace_id = ${WORKSPACE_OF('$1')} and fingerprint = any($2::text[])
       order by fingerprint for update`,
      [connectionId, arrayLiteral([...known, ...emptied])],
    );
  if (seen.length > 0) await count(query, connectionId, seen, now);
  if (emptied.length > 0)
    await query(
      `with empty as (
         update failures f set state = 'resolved', resolved_at = coalesce($3, now()), resolved_by = null
         where workspace_id = ${WORKSPACE_OF('$1')} and fingerprint = any($2::text[]) and state = 'open'
           and not exists (${UNMENDED_RUNS}) and not exists (${OPEN_RECORDS}) returning 1
       ) select count(*) from empty`,
      [connectionId, arrayLiteral(emptied), now],
    );
}

/** A run whose attempt ended, and the group it was in before. */
export interface EndedRun {
  readonly id: string;
  readonly connectionId: string;
  readonly before: string | null;
}

/** Groups a run that failed, in the transaction that says so on its row. */
export async function noteFailedRun(
  query: Query,
  run: EndedRun,
  cause: Cause,
  message: string,
  now: Date,
): Promise<void> {
  const example = { connectionId: run.connectionId, run: run.id, message: redactText(message) };
  const left = run.before ? [run.before] : [];
  await regroup(query, { connectionId: run.connectionId, seen: [{ cause, count: 1, example }], left }, now);
}

/**
 * A run that succeeded mends its own failures and those of the runs whose part it did: the next incremental run reads
 * from the same checkpoint, a refresh reads everything, a past range is covered by one that holds it.
 */
export async function noteGoodRun(query: Query, runId: string, now: Date): Promise<void> {
  const mended = await query<{ connectionId: string; fingerprint: string }>(
    `with mended as (
       update runs m set mended_at = $2 from runs good
       where good.id = $1 and m.connection_id = good.connection_id and m.stream = good.stream
         and m.fingerprint is not null and m.mended_at is null
         and (m.id = good.id or m.state in ('failed', 'cancelled') and (m.dry or not good.dry) and case m.kind
           when 'incremental' then good.kind in ('incremental', 'refresh')
           when 'backfill' then good.kind = 'refresh' or good.kind = 'backfill'
             and coalesce(good.window_from, '-infinity') <= coalesce(m.window_from, '-infinity')
             and good.window_to >= m.window_to
           else good.kind = m.kind and m.kind <> 'replay' end)
       returning m.connection_id, m.fingerprint
     ) select distinct connection_id as "connectionId", fingerprint from mended`,
    [runId, now],
  );
  const connectionId = mended[0]?.connectionId;
  if (connectionId === undefined) return;
  await regroup(query, { connectionId, seen: [], left: mended.map(({ fingerprint }) => fingerprint) }, now);
}

async function count(
  query: Query,
  connectionId: string,
  seen: readonly Seen[],
  now: Date | null,
): Promise<void> {
  const column = (of: (one: Seen) => unknown): string => arrayLiteral(seen.map(of));
  await query(
    `with seen as (
       select ${WORKSPACE_OF('$1')} as workspace_id, s.*, coalesce($10, now()) as at
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::jsonb[])
         as s(fingerprint, kind, platform, stream, operation, message, count, example)
     ), hourly as (
       insert into failure_hours as h (workspace_id, fingerprint, hour, count)
       select workspace_id, fingerprint, date_trunc('hour', at, 'UTC'), count from seen order by fingerprint
       on conflict (workspace_id, fingerprint, hour) do update set count = h.count + excluded.count
     )
     insert into failures (workspace_id, fingerprint, kind, platform, stream, operation, message, count, example,
       first_seen_at, last_seen_at)
     select workspace_id, fingerprint, kind, platform, stream, operation, message, count, example, at, at
     from seen order by fingerprint
     on conflict (workspace_id, fingerprint) do update set last_seen_at = excluded.last_seen_at,
       count = failures.count + excluded.count, example = excluded.example,
       reopened = failures.reopened + (failures.state = 'resolved')::int,
       resolved_at = case when failures.state <> 'resolved' then failures.resolved_at end,
       resolved_by = case when failures.state <> 'resolved' then failures.resolved_by end,
       state = case when failures.state = 'ignored' then 'ignored' else 'open' end`,
    [
      connectionId,
      column(({ cause }) => cause.fingerprint),
      column(({ cause }) => cause.kind),
      column(({ cause }) => cause.platform),
      column(({ cause }) => cause.stream),
      column(({ cause }) => cause.operation),
      column(({ cause }) => cause.message),
      column((one) => one.count),
      column(({ example }) => jsonText(example)),
      now,
    ],
  );
}
