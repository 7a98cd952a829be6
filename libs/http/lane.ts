import type { Lane, LimitSpec } from './limit.js';

/** Who goes first where several wait. */
export const RANK: Readonly<Record<Lane, number>> = { write: 0, live: 1, backfill: 2 };

const FOR_WRITE = 0.2;
/** What a backfill leaves in hand besides, for a live call that comes meanwhile. */
const FOR_LIVE = 0.1;

const forWrite = (spec: LimitSpec): number => Math.min(1, Math.max(0, spec.reserved?.write ?? FOR_WRITE));

/** The share of the ceiling that a call of this lane leaves in the bucket. What comes back is spent in full all the same. */
export const headroomShare = (spec: LimitSpec, lane: Lane): number =>
  lane === 'write' ? 0 : Math.min(1, forWrite(spec) + (lane === 'backfill' ? FOR_LIVE : 0));

/**
 * What must be in the bucket before a call of this weight goes. Capped by the ceiling: a call that is nearly as heavy
 * as the bucket goes when the bucket is full.
 */
export const needed = (weight: number, ceiling: number, share: number): number =>
  Math.min(weight + Math.floor(ceiling * share), ceiling);

/** How many slots the calls of each lane may hold together with the lanes below. */
export function slotsFor(spec: LimitSpec, slots: number): Readonly<Record<Lane, number>> {
  const share = forWrite(spec);
  const kept = slots < 2 || share === 0 ? 0 : Math.max(1, slots < 5 ? 1 : Math.ceil(slots * share));
  const live = Math.max(1, slots - kept);
  return { write: slots, live, backfill: Math.max(1, live - 1) };
}
