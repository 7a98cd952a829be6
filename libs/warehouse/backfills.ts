import { Failure, newId, newShortId, type Duration } from '#kernel';
import { arrayLiteral } from './array-literal.js';
import type { Counts, RunRow } from './rows.js';
import { turnOf } from './seats.js';
import type { Warehouse } from './warehouse.js';

export type BackfillState = 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled';

export interface NewBackfill {
  readonly connectionId: string;
  readonly stream: string;
  readonly from: Date;
  readonly to: Date;
  /** How it was cut, in words: `month`. */
  readonly slice: string;
  readonly parallel: number;
  readonly requestedBy: string;
  /** Both ends of each are read. */
  readonly windows: readonly { readonly from: Date; readonly to: Date }[];
}

/** A slice as its job needs it. */
export type Slice = Pick<RunRow, 'id' | 'stream' | 'notBefore'> & { readonly backfillId: string };

/** A backfill with what its slices have done so far. */
export interface BackfillRow extends Counts {
  readonly id: string;
  readonly connectionId: string;
  readonly connection: string;
  readonly platform: string;
  readonly stream: string;
  readonly from: Date;
  readonly to: Date;
  readonly slice: string;
  readonly parallel: number;
  readonly state: BackfillState;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** How many slices stand where; `waiting` are queued or snoozed. */
  readonly slices: number;
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** The share of the time asked for that is read, 0 to 1: slices that succeeded, and of the others what they committed. */
  readonly share: number;
  /** Work that is left at the pace so far, with as many slices at once as may; null before anything is known. */
  readonly leftMs: Duration | null;
}

/** Writes a backfill and all its slices, whole or not at all. */
export async function insertBackfill(
  warehouse: Warehouse,
  backfill: NewBackfill,
  now: Date,
): Promise<{ id: string; slices: Slice[] }> {
  const id = newShortId('backfill');
  const { windows, ...row } = backfill;
  const slices = windows.map((window) => ({ id: newId(), window }));
  await warehouse.transaction(async (manager) => {
    await manager.query(
      `insert into backfills (id, connection_id, stream, window_from, window_to, slice, parallel, requested_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, row.connectionId, row.stream, row.from, row.to, row.slice, row.parallel, row.requestedBy, now],
    );
    await manager.query(
      `insert into runs (id, connection_id, stream, kind, trigger, window_from, window_to, queued_at, backfill_id, slice)
       select s.id, $1, $2, 'backfill', 'manual', s.f, s.t, $3, $4, s.n
       from unnest($5::text[], $6::timestamptz[], $7::timestamptz[]) with ordinality as s(id, f, t, n)`,
      [
        row.connectionId,
        row.stream,
        now,
        id,
        arrayLiteral(slices.map((one) => one.id)),
        arrayLiteral(slices.map(({ window }) => window.from.toISOString())),
        arrayLiteral(slices.map(({ window }) => window.to.toISOString())),
      ],
    );
  });
  return {
    id,
    slices: slices.map((one) => ({ id: one.id, stream: row.stream, notBefore: null, backfillId: id })),
  };
}

/** The slices that wait and whose turn it is; none of a backfill that does not run. */
export const dueSlices = (warehouse: Warehouse, id: string): Promise<Slice[]> =>
  warehouse.query<Slice>(
    `select r.id, r.stream, r.not_before as "notBefore", r.backfill_id as "backfillId"
     from backfills b, ${turnOf('b.id', 'b.parallel')} join runs r on r.id = turn.id
     where b.id = $1 and b.state = 'running' and r.state <> 'running'
     order by r.started_at is null, r.window_to desc`,
    [id],
  );

/**
 * Closes every backfill, or the one named, of which no slice is left to read: `failed` where one failed, `cancelled`
 * where one was cancelled, `succeeded` where all were read. Made from the slices' rows alone, so whoever asks, how
 * often, and after whatever was lost, the answer is the same. Returns the ids of those it closed.
 */
export async function closeBackfills(
  warehouse: Warehouse,
  now: Date,
  id: string | null = null,
): Promise<string[]> {
  const rows = await warehouse.query<{ id: string }>(
    `with closed as (
       update backfills b set finished_at = $1, state = (
         select case when bool_or(state = 'failed') then 'failed' when bool_or(state = 'cancelled') then 'cancelled'
           else 'succeeded' end from runs r where r.backfill_id = b.id)
       where state in ('running', 'paused') and ($2::text is null or id = $2) and not exists (
         select from runs r where r.backfill_id = b.id and r.state in ('queued', 'running', 'snoozed'))
       returning id
     ) select id from closed`,
    [now, id],
  );
  return rows.map((row) => row.id);
}

/** What a person may make of a backfill, and from which states. */
const MOVES = {
  paused: ['running'],
  // Of one that runs already nothing changes: whoever asks may follow it.
  running: ['running', 'paused'],
  cancelled: ['running', 'paused'],
} as const satisfies Partial<Record<BackfillState, readonly BackfillState[]>>;

/**
 * Pauses or resumes a backfill. Its running slices look at their next page and go back to the queue; a slice of a
 * paused backfill finds no seat.
 */
export async function moveBackfill(
  warehouse: Warehouse,
  id: string,
  to: 'running' | 'paused',
  now: Date,
): Promise<void> {
  const rows = await warehouse.query(
    `with moved as (update backfills set state = $2 where id = $1 and state = any($3::text[]) returning id)
     select id from moved`,
    [id, to, arrayLiteral(MOVES[to])],
  );
  if (rows.length === 0) await refuse(warehouse, id, to, now);
}

/** Ends a backfill and every slice that is left; what they committed stays. Returns the slices that had a job. */
export async function cancelBackfill(warehouse: Warehouse, id: string, now: Date): Promise<string[]> {
  const rows = await warehouse.query<{ id: string; run: string | null }>(
    `with moved as (
       update backfills set state = 'cancelled', finished_at = $2 where id = $1 and state = any($3::text[]) returning id
     ), ended as (
       update runs set state = 'cancelled', finished_at = $2, reason = 'its backfill was cancelled', lease = lease + 1,
         lease_until = null, worker = null
       where backfill_id in (select id from moved) and state in ('queued', 'running', 'snoozed') returning id
     ) select moved.id, ended.id as run from moved left join ended on true`,
    [id, now, arrayLiteral(MOVES.cancelled)],
  );
  if (rows.length === 0) await refuse(warehouse, id, 'cancelled', now);
  return rows.flatMap(({ run }) => run ?? []);
}

/** Puts every failed or cancelled slice back in the queue, and the backfill with them. Returns how many there were. */
export async function retryBackfill(warehouse: Warehouse, id: string, now: Date): Promise<number> {
  const rows = await warehouse.query<{ id: string }>(
    `with back as (
       update runs set state = 'queued', attempt = 0, finished_at = null, not_before = null, reason = 'retried by hand',
         queued_at = $2
       where backfill_id = $1 and state in ('failed', 'cancelled') returning id
     ), reopened as (
       update backfills set state = 'running', finished_at = null
       where id = $1 and state in ('failed', 'cancelled') and exists (select from back)
     ) select id from back`,
    [id, now],
  );
  if (rows.length > 0) return rows.length;
  const backfill = await findBackfill(warehouse, id, now);
  throw new Failure(
    'refused',
    `backfill ${id} is ${backfill.state} and none of its ${backfill.slices} slices failed: there is nothing to retry`,
  );
}

async function refuse(
  warehouse: Warehouse,
  id: string,
  to: 'running' | 'paused' | 'cancelled',
  now: Date,
): Promise<never> {
  const { state } = await findBackfill(warehouse, id, now);
  const next =
    state === 'failed' || state === 'cancelled'
      ? `; read what is missing with: npx stratus backfill retry ${id}`
      : '';
  throw new Failure(
    'refused',
    state === to
      ? `backfill ${id} is ${state} already${next}`
      : `backfill ${id} is ${state}: it cannot become ${to}${next}`,
  );
}

export async function findBackfill(warehouse: Warehouse, id: string, now: Date): Promise<BackfillRow> {
  const [row] = await summaries(warehouse, now, 'b.id = $2', [id]);
  if (!row)
    throw new Failure('refused', `there is no backfill ${id}; list them with: npx stratus backfill list`);
  return row;
}

/** The latest backfills, the open ones first. */
export const recentBackfills = (warehouse: Warehouse, limit: number, now: Date): Promise<BackfillRow[]> =>
  summaries(
    warehouse,
    now,
    `b.id in (select id from backfills order by (state in ('running', 'paused')) desc, created_at desc limit $2)`,
    [limit],
  );

/** Backfills by their ids, in no order that matters. */
export const pageOfSummaries = (
  warehouse: Warehouse,
  now: Date,
  ids: readonly string[],
): Promise<BackfillRow[]> => summaries(warehouse, now, 'b.id = any($2::text[])', [arrayLiteral(ids)]);

/** The slices that failed, the most recent first, with why. */
export const failedSlices = (
  warehouse: Warehouse,
  id: string,
  limit: number,
): Promise<{ id: string; from: Date; to: Date; failure: string | null }[]> =>
  warehouse.query(
    `select id, window_from as "from", window_to as "to", failure from runs
     where backfill_id = $1 and state = 'failed' order by window_to desc limit $2`,
    [id, limit],
  );

const COUNTS = ['pages', 'calls', 'records', 'inserted', 'changed', 'same', 'gone', 'quarantined'];
const COUNTED = ['running', 'succeeded', 'failed', 'cancelled'];

async function summaries(
  warehouse: Warehouse,
  now: Date,
  where: string,
  parameters: readonly unknown[],
): Promise<BackfillRow[]> {
  const rows = await warehouse.query<Omit<BackfillRow, 'leftMs' | 'share'> & Pace>(
    `select b.id, b.connection_id as "connectionId", c.name as connection, c.platform, b.stream, b.window_from as "from",
       b.window_to as "to", b.slice, b.parallel, b.state, b.requested_by as "requestedBy", b.created_at as "createdAt",
       b.finished_at as "finishedAt", s.*
     from backfills b join connections c on c.id = b.connection_id
     cross join lateral (
       select count(*)::int as slices, (count(*) filter (where state in ('queued', 'snoozed')))::int as waiting,
         ${COUNTED.map((state) => `(count(*) filter (where state = '${state}'))::int as ${state}`).join(', ')},
         ${COUNTS.map((name) => `coalesce(sum(${name}), 0)::int as ${name}`).join(', ')},
         coalesce(sum(span), 0)::float8 as "spanMs", coalesce(sum(read), 0)::float8 as "readMs",
         coalesce(sum(span - read) filter (where state in ('queued', 'running', 'snoozed')), 0)::float8 as "openMs",
         coalesce(sum(busy), 0)::float8 as "busyMs"
       from runs r
       cross join lateral (select greatest(1, extract(epoch from window_to - window_from) * 1000) as span) _1
       cross join lateral (
         select case when state = 'succeeded' then span
           else least(span, greatest(0, coalesce(extract(epoch from cursor_at - window_from) * 1000, 0))) end as read,
           case when state = 'running' then greatest(busy_ms, extract(epoch from $1 - started_at) * 1000)
             else busy_ms end as busy
       ) _2
       where r.backfill_id = b.id
     ) s
     where ${where} order by (b.state in ('running', 'paused')) desc, b.created_at desc`,
    [now, ...parameters],
  );
  return rows.map(({ busyMs, spanMs, readMs, openMs, ...row }) => {
    const open = row.waiting + row.running;
    const leftMs = ((busyMs / readMs) * openMs) / Math.min(row.parallel, open);
    return {
      ...row,
      share: spanMs === 0 ? 1 : readMs / spanMs,
      leftMs: open === 0 ? 0 : readMs === 0 ? null : Math.round(leftMs),
    };
  });
}

/** Milliseconds of the time asked for: all, read, left in slices that are open; and of work done. */
interface Pace {
  readonly spanMs: number;
  readonly readMs: number;
  readonly openMs: number;
  readonly busyMs: number;
}
