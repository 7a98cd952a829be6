import type Bottleneck from 'bottleneck';
import type { Level, LimitSpec } from './limit.js';

/** What a limit comes down to: whole points, a ceiling below the platform's own, and how points come back. */
export interface Budget {
  /** How many points this side hands out at most; slots of `window` and `concurrent` limits. */
  readonly ceiling: number;
  /** What stays at the platform: covers its rounding, and clocks that do not run alike. */
  readonly reserve: number;
  readonly perSecond: number;
}

/** Where a limit stands. */
export interface Sight {
  /** Points in hand; negative after the platform said no. Infinity for limits that count slots. */
  readonly points: number;
  /** All that was ever waited for: tells who waits behind whom. */
  readonly waited: number;
  readonly perSecond: number;
  /** Milliseconds until calls may go again; 0 where they may. */
  readonly closedForMs: number;
}

export interface Change {
  /** Points handed back; negative where the platform charged more than was taken. */
  readonly refund: number;
  /** What ends: no longer under way at the platform. */
  readonly ends?: Loan;
  readonly level?: Level;
  /** The platform said no and wants to be left alone for so long. */
  readonly shutForMs?: number;
}

/** Points that a call took, under way until the platform has answered. */
export interface Loan {
  readonly weight: number;
  /** The minute it was taken in: loans that nobody ends are forgotten by the minute. */
  readonly minute: number;
  /** All that was ever waited for, this included; 0 where nobody waits. */
  readonly ticket: number;
}

/** One limit of one account: a Bottleneck that keeps points or slots, and what corrects it. */
export interface Store {
  readonly limiter: Bottleneck;
  ready(): Promise<unknown>;
  look(): Promise<Sight>;
  /** Takes points whether they are there or not; what is left may be negative, and comes back with time. */
  take(weight: number): Promise<{ left: number; loan: Loan }>;
  change(change: Change): Promise<void>;
  close(): Promise<void>;
}

export type OpenStore = (spec: LimitSpec, key: string) => Store;

const SHARE: Readonly<Record<LimitSpec['kind'], number>> = {
  cost: 0.95,
  bucket: 0.9,
  window: 1,
  concurrent: 1,
};

export const hasPoints = (spec: LimitSpec): boolean =>
  spec.kind === 'cost' || spec.kind === 'bucket' || isLong(spec);

/** A window this long is paced like a bucket: its slots would have to be held for hours. */
const LONGEST_HELD_MS = 15 * 60_000;
const isLong = (spec: LimitSpec): boolean => spec.kind === 'window' && windowOf(spec) > LONGEST_HELD_MS;

export const windowOf = (spec: LimitSpec): number => (spec.kind === 'window' ? (spec.windowMs ?? 60_000) : 0);

export function budgetOf(
  spec: LimitSpec,
  capacity = spec.capacity,
  perSecond = spec.restorePerSecond ?? 1,
): Budget {
  if (isLong(spec)) {
    // A bucket never lets more through in any window than its size and what comes back meanwhile: half and half.
    const half = Math.max(1, Math.floor((capacity * (spec.share ?? 1)) / 2));
    return { ceiling: half, reserve: 0, perSecond: half / (windowOf(spec) / 1000) };
  }
  const ceiling = Math.max(1, Math.floor(capacity * (spec.share ?? SHARE[spec.kind])));
  return {
    ceiling,
    reserve: Math.max(0, Math.floor(capacity) - ceiling),
    perSecond: Math.max(perSecond, 1e-4),
  };
}

/** How often points come back at the shortest: often enough that none waits long, rarely enough to be whole. */
const STEP_MS = 50;

/** A rate as whole points per step, never faster than the rate. */
export function stepOf(perSecond: number): { amount: number; intervalMs: number } {
  const amount = Math.max(1, Math.floor((perSecond * STEP_MS) / 1000));
  return { amount, intervalMs: Math.ceil((amount / perSecond) * 1e6) / 1000 };
}

/** How many minutes a loan counts as under way: longer than any call with its retries. */
export const LOAN_MINUTES = 3;

/**
 * Points after a reply told what the platform has; the same in every store. `out` is what other calls took and may
 * not have been charged for yet.
 */
export function corrected(
  points: number,
  { ceiling, reserve }: Budget,
  available: number,
  out: number,
): number {
  // What the platform must hold beyond all that is under way. Half of it at once: another reply may have overtaken
  // this one, and its charge is then in neither number.
  const missing = available - reserve - out - points;
  const lifted = missing > 0 ? points + missing / 2 : points;
  // The platform holds the reserve besides what is handed out here. Where it does not, points were counted twice.
  return Math.floor(Math.min(lifted, ceiling, available - Math.floor(reserve / 2)));
}

/**
 * Closes a Bottleneck in whose jobs calls may still run. Their slots stay taken where the Bottleneck is shared, until
 * they lapse; only the timers that would keep this process alive are ended. Bottleneck's `stop` would wait for them.
 */
export async function abandon(limiter: Bottleneck): Promise<void> {
  const { _scheduled: running } = limiter as unknown as {
    _scheduled: Readonly<Record<string, { expiration?: NodeJS.Timeout; timeout?: NodeJS.Timeout }>>;
  };
  for (const { expiration, timeout } of Object.values(running)) {
    clearTimeout(expiration);
    clearTimeout(timeout);
  }
  await limiter.disconnect();
}
