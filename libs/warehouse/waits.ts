import { earlier, type FailureKind } from '#kernel';
import type { RunState } from './run-states.js';
import type { ConnectionStatus } from './rows.js';
import { arrayLiteral } from './array-literal.js';
import { GONE_MS } from './heartbeats.js';
import type { Warehouse } from './warehouse.js';

/** What is known of one open run and of all it may wait for. */
export interface WaitFacts {
  readonly id: string;
  readonly state: Extract<RunState, 'queued' | 'running' | 'snoozed'>;
  readonly stream: string;
  readonly connectionId: string;
  readonly connection: string;
  readonly platform: string;
  readonly connectionStatus: ConnectionStatus;
  readonly statusReason: string | null;
  readonly attempt: number;
  readonly pages: number;
  readonly notBefore: Date | null;
  /** Since when nothing but a worker is missing, as far as the run's own row tells. */
  readonly dueAt: Date;
  readonly reason: string | null;
  readonly failure: string | null;
  readonly failureKind: FailureKind | null;
  readonly worker: string | null;
  readonly leaseUntil: Date | null;
  /** Of a running run: whether its worker shows signs of life. */
  readonly workerAlive: boolean;
  /** The run of the same stream that runs now, where this one may not run beside it. */
  readonly otherRun: string | null;
  readonly otherWorker: string | null;
  readonly otherSince: Date | null;
  /** The backfill this run is a slice of, its state, and which of its open slices goes how soon; the first is 1. */
  readonly backfillId: string | null;
  readonly backfillState: string | null;
  readonly parallel: number | null;
  readonly turn: number | null;
  /** Due runs of the same platform that go before. */
  readonly ahead: number;
  /** Runs under way on the platform, and the slots of its live workers; no slots: no worker. */
  readonly busy: number;
  readonly slots: number;
  /** When a worker of the platform was seen last; null where none ever was. */
  readonly workerSeenAt: Date | null;
}

export interface Wait {
  /**
   * `behind` other runs; `next` in line; `no-worker` to take it; `paused` by a person; `quota`: the platform's budget;
   * `backoff` after a failed attempt; `lease` of a worker that went silent; `later`: what it asked for comes later.
   */
  readonly kind: 'behind' | 'next' | 'no-worker' | 'paused' | 'quota' | 'backoff' | 'lease' | 'later';
  /** The whole answer in words, with the next step where a person must take one. */
  readonly text: string;
  /** When the wait ends, where that is known. */
  readonly until: Date | null;
  /** Runs that go first, those under way included. */
  readonly behind: number;
}

/** Everything `explainWait` asks, of every open run or of those named, in one statement; the oldest first. */
export const waitFacts = (
  warehouse: Warehouse,
  now: Date,
  ids: readonly string[] | null = null,
): Promise<WaitFacts[]> =>
  warehouse.query<WaitFacts>(
    `with live as materialized (
       select process, unnest(platforms) as platform, slots, seen_at, stopped_at is null and seen_at > $2 as alive
       from heartbeats where part = 'worker'
     ), crew as (
       select platform, coalesce(sum(slots) filter (where alive), 0)::int as slots, max(seen_at) as seen_at
       from live group by platform
     ), open as (
       select r.*, c.name as connection, c.platform, c.status, c.status_reason,
         greatest(r.queued_at, r.not_before) as due_at,
         other.id as other_run, other.worker as other_worker, other.started_at as other_since,
         b.state as backfill_state, b.parallel,
         case when b.id is not null then row_number() over (
           partition by b.id order by r.state <> 'running', r.started_at is null, r.window_to desc)::int end as turn
       from runs r
       join connections c on c.id = r.connection_id
       left join backfills b on b.id = r.backfill_id
       left join runs other on other.connection_id = r.connection_id and other.stream = r.stream
         and other.state = 'running' and other.backfill_id is null and r.backfill_id is null and other.id <> r.id
       where r.state in ('queued', 'running', 'snoozed')
     ), line as (
       select id, (row_number() over (
         partition by platform order by backfill_id is not null, due_at, id) - 1)::int as ahead from open
       where state <> 'running' and due_at <= $1 and other_run is null and status = 'active'
         and (backfill_id is null or (backfill_state = 'running' and turn <= parallel))
     ), busy as (
       select platform, count(*)::int as n from open where state = 'running' group by platform
     )
     select o.id, o.state, o.stream, o.connection_id as "connectionId", o.connection, o.platform,
       o.status as "connectionStatus", o.status_reason as "statusReason", o.attempt, o.pages,
       o.not_before as "notBefore", o.due_at as "dueAt", o.reason, o.failure, o.failure_kind as "failureKind",
       o.worker, o.lease_until as "leaseUntil",
       exists (select from live where process = o.worker and alive) as "workerAlive",
       o.other_run as "otherRun", o.other_worker as "otherWorker", o.other_since as "otherSince",
       o.backfill_id as "backfillId", o.backfill_state as "backfillState", o.parallel, o.turn,
       coalesce(line.ahead, 0) as ahead, coalesce(busy.n, 0) as busy, coalesce(crew.slots, 0) as slots,
       crew.seen_at as "workerSeenAt"
     from open o
     left join line on line.id = o.id
     left join busy on busy.platform = o.platform
     left join crew on crew.platform = o.platform
     where $3::text[] is null or o.id = any($3::text[])
     order by o.due_at, o.id limit 10000`,
    [now, earlier(now, GONE_MS), ids === null ? null : arrayLiteral(ids)],
  );

/** Why a run does not run now; null for one that does. The first thing that would stop it is what is told. */
export function explainWait(
  run: WaitFacts,
  now: Date,
  pausedQueues: ReadonlySet<string> = new Set(),
): Wait | null {
  if (run.state === 'running') return heldByTheDead(run, now);
  return paused(run, pausedQueues) ?? untilLater(run, now) ?? behindItsOwn(run, now) ?? inLine(run, now);
}

function heldByTheDead(run: WaitFacts, now: Date): Wait | null {
  if (run.workerAlive || run.leaseUntil === null) return null;
  const by = run.worker ?? 'a worker';
  return wait('lease', {
    text: `lease held by worker ${by} until ${clockTime(run.leaseUntil, now)}: it shows no sign of life; then another worker goes on from its last page`,
    until: run.leaseUntil,
  });
}

function paused(run: WaitFacts, queues: ReadonlySet<string>): Wait | null {
  if (run.connectionStatus === 'paused')
    return wait('paused', {
      text: `${run.statusReason ?? 'paused by hand'}: connection ${run.connection}; go on with: npx stratus connections resume ${run.connection}`,
    });
  if (run.connectionStatus === 'reconnect')
    return wait('paused', {
      text: `paused by the platform: connection ${run.connection} needs new credentials (${run.statusReason ?? 'they were refused'}); enter them with: npx stratus connections add ${run.platform} --name ${run.connection}`,
    });
  if (run.backfillState !== null && run.backfillState !== 'running')
    return wait('paused', {
      text: `paused by hand: backfill ${run.backfillId ?? ''} is ${run.backfillState}; go on with: npx stratus backfill resume ${run.backfillId ?? ''}`,
    });
  if (!queues.has(run.platform)) return null;
  return wait('paused', {
    text: `paused by hand: the whole queue ${run.platform}; resume it with the tool that paused it`,
  });
}

function untilLater(run: WaitFacts, now: Date): Wait | null {
  const until = run.notBefore;
  if (until === null || until <= now) return null;
  const at = clockTime(until, now);
  const because = run.reason === null ? '' : `: ${run.reason}`;
  if (run.state === 'snoozed')
    return run.failureKind === 'throttled'
      ? wait('quota', { text: `quota until ${at}${because}`, until })
      : wait('later', { text: `waits until ${at}${because}`, until });
  return run.failure === null
    ? wait('later', { text: `waits until ${at}${because}`, until })
    : wait('backoff', { text: `backoff until ${at}${because}`, until });
}

function behindItsOwn(run: WaitFacts, now: Date): Wait | null {
  const { turn, parallel } = run;
  if (turn !== null && parallel !== null && turn > parallel)
    return wait('behind', {
      text: `queued behind ${turn - 1}: slices of backfill ${run.backfillId ?? ''} go first, ${parallel} at a time`,
      behind: turn - 1,
    });
  if (run.otherRun === null) return null;
  const since = run.otherSince === null ? '' : ` since ${clockTime(run.otherSince, now)}`;
  return wait('behind', {
    text: `queued behind 1: run ${run.otherRun} of the same stream runs on ${run.otherWorker ?? 'a worker'}${since}`,
    behind: 1,
  });
}

function inLine(run: WaitFacts, now: Date): Wait {
  if (run.slots === 0) {
    const seen =
      run.workerSeenAt === null
        ? 'none was ever seen'
        : `the last was seen ${clockTime(run.workerSeenAt, now)}`;
    return wait('no-worker', {
      text: `no worker takes the queue ${run.platform} (${seen}); start one with: npx stratus worker, or npm run up`,
    });
  }
  const taken = `${run.busy} of ${run.slots} slots of ${run.platform} are taken`;
  if (run.busy + run.ahead < run.slots) return wait('next', { text: `next in line: ${taken}` });
  return wait('behind', {
    text: `queued behind ${run.busy + run.ahead}: ${run.ahead} ${run.ahead === 1 ? 'waits' : 'wait'} before it, ${taken}`,
    behind: run.busy + run.ahead,
  });
}

const wait = (
  kind: Wait['kind'],
  { text, until = null, behind = 0 }: { text: string; until?: Date | null; behind?: number },
): Wait => ({ kind, text, until, behind });

/** `14:32:05 UTC` today, with its date on another day. */
export function clockTime(at: Date, now: Date): string {
  const [day, time] = at.toISOString().split('T') as [string, string];
  const sameDay = now.toISOString().startsWith(day);
  return `${sameDay ? '' : `${day} `}${time.slice(0, 8)} UTC`;
}
