import type { FailureKind } from '#kernel';
import { arrayLiteral } from '../array-literal.js';
import type { RunCall } from '../run-calls.js';
import { columnList } from '../run-list.js';
import type { RunState } from '../run-states.js';
import type { RunKind, RunLogRow, RunRow } from '../rows.js';
import type { Warehouse } from '../warehouse.js';

/** Which runs of one workspace are listed; what is left out does not matter. */
export interface RunsAsked {
  readonly workspace: string;
  readonly connectionId?: string | undefined;
  readonly stream?: string | undefined;
  readonly states?: readonly RunState[] | undefined;
  readonly kind?: RunKind | undefined;
  /** The cause: the kind of the last failure. */
  readonly failureKind?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly backfillId?: string | undefined;
  /** Queued at this instant or later, and before that one. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The `place` and the id of the last one listed. */
  readonly after: readonly [place: string, id: string] | null;
  readonly limit: number;
}

export type ListedRun = RunRow & { readonly connection: string; readonly platform: string };

/**
 * The newest first, one more than `limit` where there are more. Each connection gives its newest from an index of its
 * own, so a page costs what its connections hold of it, not what the table holds.
 */
export const pageOfRuns = (
  warehouse: Warehouse,
  asked: RunsAsked,
): Promise<(ListedRun & { place: string })[]> =>
  warehouse.query(
    // Chosen by their keys first: of what the connections hold together only one page of whole rows is read.
    `with listed as materialized (
       select r.id, r.queued_at, c.name as connection, c.platform from connections c
       cross join lateral (
         select r.id, r.queued_at from runs r where r.connection_id = c.id ${filters(asked)}
         order by r.queued_at desc, r.id desc limit $10
       ) r
       where c.workspace_id = $1 and ($2::text is null or c.id = $2)
       order by r.queued_at desc, r.id desc limit $10
     )
     select ${columnList}, connection, platform, queued_at::text as place from (
       select r.*, l.connection, l.platform from listed l join runs r on r.id = l.id
     ) shown order by queued_at desc, id desc`,
    [
      asked.workspace,
      asked.connectionId ?? null,
      asked.stream ?? null,
      asked.kind ?? null,
      asked.failureKind ?? null,
      asked.backfillId ?? null,
      asked.from ?? null,
      asked.to ?? null,
      asked.states ? arrayLiteral(asked.states) : null,
      asked.limit + 1,
      asked.after?.[0] ?? null,
      asked.after?.[1] ?? null,
      asked.fingerprint ?? null,
    ],
  );

/** Only what is asked for stands in the statement, so that Postgres can plan by the index that fits it. */
function filters(asked: RunsAsked): string {
  const parts = [
    asked.stream === undefined ? '$3::text is null' : 'r.stream = $3',
    asked.kind === undefined ? '$4::text is null' : 'r.kind = $4',
    asked.failureKind === undefined ? '$5::text is null' : 'r.failure_kind = $5',
    asked.fingerprint === undefined ? '$13::text is null' : 'r.fingerprint = $13',
    asked.backfillId === undefined ? '$6::text is null' : 'r.backfill_id = $6',
    asked.from === undefined ? '$7::timestamptz is null' : 'r.queued_at >= $7',
    asked.to === undefined ? '$8::timestamptz is null' : 'r.queued_at < $8',
    asked.states === undefined
      ? '$9::text is null'
      : `${oneState(asked.states)} and r.state = any($9::text[])`,
    asked.after === null
      ? '$11::text is null and $12::text is null'
      : '(r.queued_at, r.id) < ($11::timestamptz, $12)',
  ];
  return parts.map((one) => `and ${one}`).join(' ');
}

/** Spelled out, a single state can be proven to be the one that an index is made for. */
const oneState = (states: readonly RunState[]): string =>
  states.length === 1 && states[0] === 'failed' ? `r.state = 'failed'` : 'true';

/** A run of that workspace; null where it has none of that id. */
export async function runIn(warehouse: Warehouse, workspace: string, id: string): Promise<ListedRun | null> {
  const [row] = await warehouse.query<ListedRun>(
    `select ${columnList}, connection, platform from (
       select r.*, c.name as connection, c.platform from runs r join connections c on c.id = r.connection_id
       where r.id = $2 and c.workspace_id = $1
     ) found`,
    [workspace, id],
  );
  return row ?? null;
}

export interface RunAttempt {
  readonly lease: number;
  readonly worker: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
  /** What the run's row said then, or `lost` where the worker died. */
  readonly ended: RunState | 'lost';
  readonly failureKind: FailureKind | null;
  readonly said: string | null;
}

/** The latest attempts that have ended, the newest first. */
export const attemptsOf = (warehouse: Warehouse, runId: string, limit = 50): Promise<RunAttempt[]> =>
  warehouse.query(
    `select lease, worker, started_at as "startedAt", ended_at as "endedAt", ended, failure_kind as "failureKind", said
     from run_attempts where run_id = $1 order by lease desc limit $2`,
    [runId, limit],
  );

/** The newest first; `before` is the id of the last one listed. One more than `limit` where there are more. */
export const callsOf = (
  warehouse: Warehouse,
  runId: string,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<(Omit<RunCall, 'runId'> & { id: string })[]> =>
  warehouse.query(
    `select id, at, operation, method, path, status, failure, ms, tries from run_calls
     where run_id = $1 and ($2::bigint is null or id < $2::bigint) order by id desc limit $3`,
    [runId, before, limit + 1],
  );

export const logOf = (
  warehouse: Warehouse,
  runId: string,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<RunLogRow[]> =>
  warehouse.query(
    `select id, run_id as "runId", at, level, message from run_logs
     where run_id = $1 and ($2::bigint is null or id < $2::bigint) order by id desc limit $3`,
    [runId, before, limit + 1],
  );

export interface RunsOfHour {
  readonly hour: Date;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly records: number;
  /** Rows that are new or other than before, and those marked gone. */
  readonly moved: number;
}

/** What ended since, by the hour in which it did; an hour in which nothing did is left out. */
export const runsByHour = (warehouse: Warehouse, workspace: string, since: Date): Promise<RunsOfHour[]> =>
  warehouse.query(
    `select date_trunc('hour', r.finished_at, 'UTC') as hour,
       (count(*) filter (where r.state = 'succeeded'))::int as succeeded,
       (count(*) filter (where r.state = 'failed'))::int as failed,
       (count(*) filter (where r.state = 'cancelled'))::int as cancelled,
       sum(r.records)::float8 as records, sum(r.inserted + r.changed + r.gone)::float8 as moved
     from runs r join connections c on c.id = r.connection_id
     where r.finished_at >= $2 and c.workspace_id = $1 group by 1 order by 1`,
    [workspace, since],
  );
