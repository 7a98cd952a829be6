import { earlier, seconds, type Json } from '#kernel';
import { arrayLiteral } from './array-literal.js';
import type { Warehouse } from './warehouse.js';

/** How often a process shows that it is alive, and after how long without a sign it counts as gone. */
export const BEAT_MS = seconds(5);
export const GONE_MS = seconds(30);

export interface Heartbeat {
  /** `host-pid`, as in a run's `worker`. */
  readonly process: string;
  readonly part: 'worker' | 'scheduler';
  /** Whose queues a worker serves. */
  readonly platforms: readonly string[];
  /** Runs at once per platform. */
  readonly slots: number;
  /** The scheduler that leads. */
  readonly leads: boolean;
  /** What the process's own meters say, where nobody else can ask them. */
  readonly meters: Json | null;
}

export interface HeartbeatRow extends Heartbeat {
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** Set by a process that ended in good order. */
  readonly stoppedAt: Date | null;
}

export async function beat(warehouse: Warehouse, sign: Heartbeat, now: Date): Promise<void> {
  await warehouse.query(
    `insert into heartbeats (process, part, platforms, slots, leads, meters, started_at, seen_at)
     values ($1, $2, $3::text[], $4, $5, $6::jsonb, $7, $7)
     on conflict (process, part) do update set platforms = excluded.platforms, slots = excluded.slots,
       leads = excluded.leads, meters = coalesce(excluded.meters, heartbeats.meters), seen_at = excluded.seen_at,
       started_at = case when heartbeats.stopped_at is null then heartbeats.started_at else excluded.started_at end,
       stopped_at = null`,
    [
      sign.process,
      sign.part,
      arrayLiteral(sign.platforms),
      sign.slots,
      sign.leads,
      sign.meters === null ? null : JSON.stringify(sign.meters),
      now,
    ],
  );
}

/** The process ends: from now on nobody waits for it. */
export async function lastBeat(
  warehouse: Warehouse,
  { process, part }: Pick<Heartbeat, 'process' | 'part'>,
  now: Date,
): Promise<void> {
  await warehouse.query(
    `update heartbeats set stopped_at = $3, leads = false where process = $1 and part = $2`,
    [process, part, now],
  );
}

/** Every process of the last days, the one seen last first. */
export const heartbeats = (warehouse: Warehouse): Promise<HeartbeatRow[]> =>
  warehouse.query<HeartbeatRow>(
    `select process, part, platforms, slots, leads, meters, started_at as "startedAt", seen_at as "seenAt",
       stopped_at as "stoppedAt"
     from heartbeats order by seen_at desc`,
  );

export const isAlive = (sign: Pick<HeartbeatRow, 'seenAt' | 'stoppedAt'>, now: Date): boolean =>
  sign.stoppedAt === null && sign.seenAt > earlier(now, GONE_MS);

/** Forgets processes that were not seen since. */
export async function forgetHeartbeats(warehouse: Warehouse, before: Date): Promise<void> {
  await warehouse.query(`delete from heartbeats where seen_at < $1`, [before]);
}
