import { Failure, newId, type FailureKind, type Json } from '#kernel';
import { arrayLiteral, jsonText } from './array-literal.js';
import { noteFailedRun, noteGoodRun, type Cause, type EndedRun } from './failures.js';
import type { Counts, RunKind, RunRow } from './rows.js';
import { isFinished, statesBefore, type RunState } from './run-states.js';
import { columnList } from './run-list.js';
import { whyNoSeat } from './seats.js';
import { begun, waitsBegun } from './slots.js';
import type { Warehouse } from './warehouse.js';

export interface NewRun {
  readonly connectionId: string;
  readonly stream: string;
  readonly kind: RunKind;
  readonly trigger: 'schedule' | 'manual';
  /** The schedule's own instant: one run per (connection, stream, kind, slot), however often it is ticked. */
  readonly slot?: Date | null;
  readonly windowFrom?: Date | null;
  readonly windowTo?: Date | null;
  readonly dry?: boolean;
  /** Who said beforehand that a suspiciously short list of ids is right. */
  readonly acceptedBy?: string;
  /** The backfill this run is a slice of, and which. */
  readonly backfillId?: string;
  readonly slice?: number;
  /** Not made while a scheduled run of its kind waits in the middle of its reading. */
  readonly unlessBegun?: boolean;
}

/** What a claim gives: the run as it stands and the token every later write must show. */
export type Claimed = RunRow;

/** Raised where a newer claim holds the run: whoever still works on the old one must stop without a trace. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor(runId: string) {
    super(`run ${runId} was taken over by another worker; this one's writes are refused`);
  }
}

/** An attempt that ended, as the run's own page tells it; `ended` is a common table of the statement. */
const TOLD_ATTEMPT = (ended: string, columns: string): string =>
  `insert into run_attempts (run_id, lease, worker, started_at, ended_at, ended, failure_kind, said)
   select ${columns} from ${ended} on conflict do nothing`;

const before = (to: RunState): string => arrayLiteral(statesBefore(to));

/** The new run's row, or null where the slot already has one, or shall wait for one that has begun. */
export async function insertRun(warehouse: Warehouse, run: NewRun, now: Date): Promise<RunRow | null> {
  const [row] = await warehouse.query<RunRow>(
    `insert into runs (id, connection_id, stream, kind, trigger, slot, window_from, window_to, dry, queued_at,
       backfill_id, slice, accepted_by, accepted_at)
     select $1::text, $2::text, $3::text, $4::text, $5::text, $6::timestamptz, $7::timestamptz, $8::timestamptz, $9::boolean,
       $10::timestamptz, $11::text, $12::integer, $13::text, case when $13::text is not null then $10::timestamptz end
     where not ($14::boolean and exists (
       select from runs w where w.connection_id = $2 and w.stream = $3 and w.kind = $4 and ${waitsBegun('w')}))
     on conflict (connection_id, stream, kind, slot) do nothing returning ${columnList}`,
    [
      newId(),
      run.connectionId,
      run.stream,
      run.kind,
      run.trigger,
      run.slot ?? null,
      run.windowFrom ?? null,
      run.windowTo ?? null,
      run.dry ?? false,
      now,
      run.backfillId ?? null,
      run.slice ?? null,
      run.acceptedBy ?? null,
      run.unlessBegun ?? false,
    ],
  );
  return row ?? null;
}

export async function findRun(warehouse: Warehouse, id: string): Promise<RunRow | null> {
  const [row] = await warehouse.query<RunRow>(`select ${columnList} from runs where id = $1`, [id]);
  return row ?? null;
}

/**
 * Takes the run for one worker and one attempt: only one running run per (connection, stream), and a run whose
 * lease still lives stays with its worker. A slot's run begins nothing while another of its stream stands in the middle:
 * both would come to their end twice as late, and one that takes longer than its cadence ever later. Nothing is taken of a
 * paused connection: its runs wait for `resume`. A slice needs a seat of its backfill, and begins with pages as large as
 * the platform gave its siblings.
 */
export async function claimRun(
  warehouse: Warehouse,
  id: string,
  claim: { worker: string; leaseMs: number; now: Date },
  races = 5,
): Promise<
  | { run: Claimed }
  | { refused: 'finished' | 'held' | 'missing' | 'paused' | 'turn'; until: Date | null; by: string | null }
> {
  const taken = await warehouse
    .query<RunRow>(
      `with free as (
         select min(n) as seat from runs me
         join backfills b on b.id = me.backfill_id and b.state = 'running'
         cross join generate_series(1, b.parallel) n
         where me.id = $1 and not exists (
           select from runs o where o.backfill_id = b.id and o.state = 'running' and o.seat = n and o.id <> me.id)
       ), taken as (
         update runs r set state = 'running', lease = lease + 1, lease_until = $3, worker = $2, attempt = attempt + 1,
           started_at = coalesce(started_at, $4), finished_at = null, not_before = null, reason = null,
           failure = null, failure_kind = null,
           verdict = case when reading in ('tail', 'confirm') then verdict end,
           verdict_reason = case when reading in ('tail', 'confirm') then verdict_reason end, seat = free.seat,
           page_size = coalesce(r.page_size, (select max(page_size) from runs o where o.backfill_id = r.backfill_id))
         from free
         where id = $1 and (state = any($5::text[]) or (state = 'running' and lease_until < $4))
           and not exists (select from connections c where c.id = connection_id and c.status = 'paused')
           and (backfill_id is null or free.seat is not null)
           and not (r.trigger = 'schedule' and not ${begun('r')} and exists (
             select from runs w where w.connection_id = r.connection_id and w.stream = r.stream and w.kind = r.kind
               and w.id <> r.id and ${waitsBegun('w')}))
         returning r.*
       ) select ${columnList} from taken`,
      [id, claim.worker, new Date(claim.now.getTime() + claim.leaseMs), claim.now, before('running')],
    )
    .catch((thrown: unknown) => {
      if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === '23505')
        return [];
      throw thrown;
    });
  if (taken[0]) return { run: taken[0] };
  const run = await findRun(warehouse, id);
  if (!run) return { refused: 'missing', until: null, by: null };
  if (run.state === 'running') return { refused: 'held', until: run.leaseUntil, by: run.worker };
  if (isFinished(run.state)) return { refused: 'finished', until: null, by: null };
  const [paused] = await warehouse.query<{ by: string | null }>(
    `select status_reason as by from connections where id = $1 and status = 'paused'`,
    [run.connectionId],
  );
  if (paused) return { refused: 'paused', until: null, by: paused.by };
  if (run.backfillId !== null) {
    const why = await whyNoSeat(warehouse, run.backfillId);
    if (why !== null) return { refused: 'turn', until: null, by: why };
    // Another slice was faster at the seat that was free, and there is one more.
    if (races > 0) return claimRun(warehouse, id, claim, races - 1);
  }
  const [other] = await warehouse.query<{ until: Date; by: string }>(
    `select lease_until as until, worker as by from runs
     where connection_id = $1 and stream = $2 and state = 'running' and id <> $3 and backfill_id is null`,
    [run.connectionId, run.stream, id],
  );
  if (other) return { refused: 'held', ...other };
  const [ahead] = await warehouse.query<{ id: string }>(
    `select id from runs w where connection_id = $1 and stream = $2 and kind = $3 and id <> $4 and ${waitsBegun('w')} limit 1`,
    [run.connectionId, run.stream, run.kind, id],
  );
  if (ahead)
    return { refused: 'turn', until: null, by: `run ${ahead.id} of its stream has begun and goes on first` };
  return { refused: 'held', until: null, by: null };
}

type Execute = <R>(sql: string, parameters: readonly unknown[]) => Promise<R[]>;

/**
 * Proves that the claim still holds, adds the page's counts and renews the lease; locks the run's row. Tells on the way
 * whether the stream has records in the quarantine that might land.
 */
export async function fence(
  query: Execute,
  claim: Pick<RunRow, 'id' | 'lease'>,
  page: {
    counts: Counts;
    place: Json | null;
    cursorAt: Date | null;
    pageSize: number;
    leaseUntil: Date;
    readAt?: Date | null;
  },
): Promise<{ hasOpen: boolean }> {
  const c = page.counts;
  const [held] = await query<{ hasOpen: boolean }>(
    `with held as (
       update runs set pages = pages + $3, calls = calls + $4, records = records + $5, inserted = inserted + $6,
         changed = changed + $7, same = same + $8, gone = gone + $9, quarantined = quarantined + $10,
         place = $11::jsonb, cursor_at = greatest(cursor_at, $12), page_size = $13, lease_until = $14, read_at = $15
       where id = $1 and lease = $2 and state = 'running' returning connection_id, stream
     ) select exists (
         select from quarantine q where q.connection_id = held.connection_id and q.stream = held.stream and q.state = 'open'
       ) as "hasOpen" from held`,
    [
      claim.id,
      claim.lease,
      c.pages,
      c.calls,
      c.records,
      c.inserted,
      c.changed,
      c.same,
      c.gone,
      c.quarantined,
      page.place === null ? null : jsonText(page.place),
      page.cursorAt,
      page.pageSize,
      page.leaseUntil,
      page.readAt ?? null,
    ],
  );
  if (!held) throw new LeaseLost(claim.id);
  return held;
}

/** Renews the lease because something moved: a call was answered. Throws LeaseLost where the claim is gone. */
export async function renewLease(
  warehouse: Warehouse,
  claim: Pick<RunRow, 'id' | 'lease'>,
  leaseUntil: Date,
): Promise<void> {
  const rows = await warehouse.query<{ id: string }>(
    `with held as (update runs set lease_until = $3 where id = $1 and lease = $2 and state = 'running' returning id)
     select id from held`,
    [claim.id, claim.lease, leaseUntil],
  );
  if (rows.length === 0) throw new LeaseLost(claim.id);
}

/** Fixes the window on the run once, so that every attempt reads the same span. */
export async function fixWindow(
  warehouse: Warehouse,
  claim: Pick<RunRow, 'id' | 'lease'>,
  window: { from: Date | null; to: Date; checkpointAt?: Date | null },
): Promise<void> {
  await warehouse.query(
    `with held as (update runs set window_from = $3, window_to = $4, checkpoint_at = $5
       where id = $1 and lease = $2 returning id)
     select id from held`,
    [claim.id, claim.lease, window.from, window.to, window.checkpointAt ?? null],
  );
}

/** How an attempt ended, and what the run's row then says. */
export interface Ending {
  readonly state: Exclude<RunState, 'running'>;
  readonly now: Date;
  readonly busyMs: number;
  readonly notBefore?: Date;
  readonly reason?: string;
  readonly failureKind?: FailureKind;
  readonly failure?: string;
  /** What the error desk groups a failed run by. */
  readonly cause?: Cause;
  /** Calls made since the last page committed: they count, though nothing came of them. */
  readonly calls?: number;
  /** A yield or a snooze gives its attempt back. */
  readonly uncounted?: boolean;
}

/**
 * Writes how an attempt ended. What a run was served is forgotten with the word that it succeeded, and not before: a
 * worker that dies in between begins again at the run's close, where all that it does not know of would look gone.
 */
export async function endAttempt(
  warehouse: Warehouse,
  claim: Pick<RunRow, 'id' | 'lease'>,
  end: Ending,
): Promise<void> {
  const finished = end.state !== 'queued' && end.state !== 'snoozed';
  await warehouse.transaction(async (manager) => {
    const query: Execute = (sql, parameters) => manager.query(sql, [...parameters]);
    const [ended] = await query<EndedRun>(
      `with ended as (
         update runs r set state = $3, lease_until = null, worker = null, finished_at = $4, not_before = $5, reason = $6,
           failure_kind = $7, failure = $8, calls = r.calls + $9, busy_ms = r.busy_ms + $10, attempt = r.attempt - $11,
           fingerprint = coalesce($13, r.fingerprint), mended_at = case when $13::text is null then r.mended_at end
         from runs was
         where r.id = $1 and was.id = r.id and r.lease = $2 and r.state = 'running' and 'running' = any($12::text[])
         returning r.id, r.connection_id, was.fingerprint as before, r.lease, was.worker
       ), told as (
         ${TOLD_ATTEMPT('ended', 'id, lease, worker, $14::timestamptz - make_interval(secs => $10 / 1000.0), $14, $3, $7, coalesce($8, $6)')}
       ), forgotten as (
         delete from run_seen s using ended where s.run_id = ended.id and $3 = 'succeeded'
       ), orphaned as (
         delete from run_parents p using ended where p.run_id = ended.id and $3 = 'succeeded'
       ) select id, connection_id as "connectionId", before from ended`,
      [
        claim.id,
        claim.lease,
        end.state,
        finished ? end.now : null,
        end.notBefore ?? null,
        end.reason ?? null,
        end.failureKind ?? null,
        end.failure ?? null,
        end.calls ?? 0,
        Math.round(end.busyMs),
        end.uncounted ? 1 : 0,
        before(end.state),
        end.cause?.fingerprint ?? null,
        end.now,
      ],
    );
    if (!ended) throw new LeaseLost(claim.id);
    if (end.cause) await noteFailedRun(query, ended, end.cause, end.failure ?? end.cause.message, end.now);
    else if (end.state === 'succeeded') await noteGoodRun(query, ended.id, end.now);
  });
}

/**
 * Puts a finished run back in the queue on a person's word; place and counts stay, so it resumes. A slice takes its
 * backfill along.
 */
export async function requeueRun(
  warehouse: Warehouse,
  id: string,
  now: Date,
  bulkId: string | null = null,
): Promise<RunRow> {
  const [row] = await warehouse.query<RunRow>(
    `with back as (
       update runs set state = 'queued', attempt = 0, finished_at = null, not_before = null, reason = 'retried by hand',
         queued_at = $2, bulk_id = case when kind = 'replay' then bulk_id else coalesce($3, bulk_id) end
       where id = $1 and state in ('failed', 'cancelled') returning *
     ), reopened as (
       update backfills set state = 'running', finished_at = null
       where id = (select backfill_id from back) and state in ('failed', 'cancelled')
     ) select ${columnList} from back`,
    [id, now, bulkId],
  );
  if (row) return row;
  const run = await findRun(warehouse, id);
  if (!run) throw new Failure('refused', `there is no run ${id}; list them with: npx stratus runs`);
  throw new Failure('refused', `run ${id} is ${run.state}: only failed or cancelled runs can be retried`);
}

/**
 * Ends a run on a person's word. One that is running loses its lease: its worker's next page is refused and it stops
 * there; what it committed stays. False where the run has ended already.
 */
export async function cancelRun(
  warehouse: Warehouse,
  id: string,
  reason: string,
  now: Date,
): Promise<boolean> {
  const rows = await warehouse.query<{ id: string }>(
    `with done as (
       update runs set state = 'cancelled', finished_at = $2, reason = $3, lease = lease + 1, lease_until = null,
         worker = null
       where id = $1 and state = any($4::text[]) returning id
     ) select id from done`,
    [id, now, reason, before('cancelled')],
  );
  return rows.length > 0;
}

/** Runs whose worker died: back to the queue, with a line in their log. Returns them. */
export async function reapRuns(warehouse: Warehouse, now: Date): Promise<RunRow[]> {
  return warehouse.query<RunRow>(
    `with reaped as (
       update runs r set state = 'queued', lease = r.lease + 1, lease_until = null,
         reason = 'its worker ' || coalesce(r.worker, '?') || ' stopped answering', worker = null
       from runs was where r.id = was.id and r.state = 'running' and r.lease_until < $1
       returning r.*, was.worker as lost
     ), told as (
       ${TOLD_ATTEMPT('reaped', `id, lease - 1, lost, null, $1::timestamptz, 'lost', null, reason`)}
     ), logged as (
       insert into run_logs (run_id, level, message) select id, 'warn', reason || '; the run goes on from its last page' from reaped
     )
     select ${columnList} from reaped`,
    [now],
  );
}

export async function logRun(
  warehouse: Warehouse,
  runId: string,
  level: 'info' | 'warn' | 'error',
  message: string,
): Promise<void> {
  await warehouse.query(`insert into run_logs (run_id, level, message) values ($1, $2, $3)`, [
    runId,
    level,
    message,
  ]);
}
