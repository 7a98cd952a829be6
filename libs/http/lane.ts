import type { Lane, LimitSpec } from './limit.js';

/** Who goes first where several wait. */
export const RANK: Readonly<Record<Lane, number>> = { write: 0, live: 1, backfill: 2 };

const FOR_WRITE = 0.2;
/** What a backfill leaves in hand besides, for a live call that comes meanwhile. */
const FOR_LIVE = 0.1;

/**
 * A lane leaves room for those above it that asked within this. Whoever comes after longer goes first all the same and
 * waits for what it wants itself, no more; an account that is only read has its whole bucket.
 */
export const LATELY_MS = 10 * 60_000;

export const shareForWrite = (spec: LimitSpec): number =>
  Math.min(1, Math.max(0, spec.reserved?.write ?? FOR_WRITE));

/** The shares of the bucket that a lane leaves for each lane above it. What comes back is spent in full all the same. */
export const leaves = (spec: LimitSpec, lane: Lane): Readonly<Record<'write' | 'live', number>> => ({
  write: lane === 'write' ? 0 : shareForWrite(spec),
  live: lane === 'backfill' ? FOR_LIVE : 0,
});

/** How many slots the calls of each lane may hold together with the lanes below. */
export function slotsFor(spec: LimitSpec, slots: number): Readonly<Record<Lane, number>> {
  const share = shareForWrite(spec);
  const kept = slots < 2 || share === 0 ? 0 : Math.max(1, slots < 5 ? 1 : Math.ceil(slots * share));
  const live = Math.max(1, slots - kept);
  return { write: slots, live, backfill: Math.max(1, live - 1) };
}
