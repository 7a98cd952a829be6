import type Bottleneck from 'bottleneck';
import type { Lane, Level, LimitSpec } from './limit.js';

/** What a limit comes down to: whole points, a ceiling below the platform's own, and how points come back. */
export interface Budget {
  /** The platform's own size of it. */
  readonly capacity: number;
  /** How many points this side hands out at most; slots of `window` and `concurrent` limits. */
  readonly ceiling: number;
  /** What stays at the platform: covers its rounding, and clocks that do not run alike. */
  readonly reserve: number;
  readonly perSecond: number;
}

/** A call that wants points, and where it stands in line. */
export interface Seat {
  readonly id: string;
  readonly lane: Lane;
  readonly spender: string;
  readonly weight: number;
  /** When it first asked, on the store's clock; the store sets it. Outlives a store that loses its keys. */
  since?: string;
}

export type Answer =
  /** Its points are taken. `overMs`: it is heavier than the bucket, and the rest comes back in so long. */
  | { readonly to: 'go'; readonly overMs: number }
  /** As far as is known; `ahead` others come first. */
  | { readonly to: 'wait'; readonly waitMs: number; readonly ahead: number }
  /** It would take longer than its patience; of that the platform is closed for so long. Its place is kept until then. */
  | { readonly to: 'refuse'; readonly waitMs: number; readonly closedForMs: number };

export interface Change {
  /** Points handed back; negative where the platform charged more than was taken. */
  readonly refund: number;
  /** The seat whose call is no longer under way. */
  readonly ends?: string;
  readonly level?: Level;
  /** The platform said no and wants to be left alone for so long. */
  readonly shutForMs?: number;
}

/** Points of one limit of one account: a bucket, the calls under way, and the line before it. */
export interface PointStore {
  ready(): Promise<unknown>;
  /** Takes the points if it is this seat's turn and they are there; nothing is taken otherwise. */
  ask(seat: Seat, patienceMs: number): Promise<Answer>;
  /** Gives the place in line up. */
  leave(seat: Seat): Promise<void>;
  change(change: Change): Promise<void>;
  close(): Promise<void>;
}

/** Slots of one limit of one account: Bottlenecks that a call passes one after the other. */
export interface SlotStore {
  ready(): Promise<unknown>;
  /** Outer ones first; the last holds all slots, those before what the lane may have of them. */
  gates(lane: Lane): readonly Bottleneck[];
  /** Slots that nobody holds. */
  free(): Promise<number>;
  closedForMs(): Promise<number>;
  shut(forMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Where a limit stands, read without touching it. */
export interface Reading {
  readonly budget: Budget;
  readonly available: number;
  readonly waiting: number;
  readonly closedForMs: number;
}

export interface OpenStore {
  points(spec: LimitSpec, key: string): PointStore;
  slots(spec: LimitSpec, key: string): SlotStore;
  /** undefined where nobody called yet. */
  read(spec: LimitSpec, key: string): Promise<Reading | undefined>;
  /** The operations of the account that were called under this limit. */
  operations(spec: LimitSpec, account: string): Promise<string[]>;
}

/** What a limit counts under, spelled so that no part can be taken for another. */
export function keyOf(spec: LimitSpec, account: string, operation: string): string {
  const parts = { app: [], connection: [account], operation: [account, operation] }[spec.per];
  return [spec.name, ...parts].map(encodeURIComponent).join('/');
}

/** The last part of an operation's key, and what comes before it. */
export function operationOf(key: string): [of: string, operation: string] {
  const at = key.lastIndexOf('/');
  return [key.slice(0, at), decodeURIComponent(key.slice(at + 1))];
}

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
    return { capacity, ceiling: half, reserve: 0, perSecond: half / (windowOf(spec) / 1000) };
  }
  const ceiling = Math.max(1, Math.floor(capacity * (spec.share ?? SHARE[spec.kind])));
  return {
    capacity,
    ceiling,
    reserve: Math.max(0, Math.floor(capacity) - ceiling),
    perSecond: Math.max(perSecond, 1e-4),
  };
}

/** The budget after the platform told of itself. */
export const budgetAfter = (spec: LimitSpec, known: Budget, level: Level): Budget =>
  budgetOf(spec, level.capacity ?? known.capacity, level.perSecond ?? known.perSecond);

/** What the platform says it has, as far as the bucket may hold it: of a long window the half that is handed out. */
export function readingOf(spec: LimitSpec, level: Level | undefined): number | undefined {
  if (level?.available === undefined) return undefined;
  return Math.floor(isLong(spec) ? level.available / 2 : level.available);
}

/** How often points come back at the shortest: often enough that none waits long, rarely enough to be whole. */
const STEP_MS = 50;

/** A rate as whole points per step, never faster than the rate. */
export function stepOf(perSecond: number): { amount: number; intervalMs: number } {
  const amount = Math.max(1, Math.floor((perSecond * STEP_MS) / 1000));
  return { amount, intervalMs: Math.ceil((amount / perSecond) * 1e6) / 1000 };
}

/** Points that nobody ended count as under way for so long: longer than any call with its retries. */
export const LOAN_MS = 3 * 60_000;
/** A waiting call asks at least this often; one that did not for longer has died or is frozen. */
export const LAPSE_MS = 2000;
/** A place is kept for a refused spender where its turn comes within this; a bucket so slow has no heavy calls. */
export const LONGEST_KEPT_MS = 60_000;
/** How late a refused spender may come back. */
export const GRACE_MS = 3000;
/** A call that waits already is not sent away for so little more. */
export const SLACK_MS = 500;

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
