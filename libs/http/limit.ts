/** One limit of a platform, as data. */
export interface LimitSpec {
  /** `shopify.graphql`: for ever, since the limiter's keys hold it. */
  readonly name: string;
  /** What the platform counts under: one account, the whole app, or one operation of an account. */
  readonly per: 'connection' | 'app' | 'operation';
  /**
   * - `cost`: a bucket of points that refills; a call takes its weight.
   * - `bucket`: a bucket of calls that refills; a call takes one.
   * - `window`: at most `capacity` calls in any `windowMs`.
   * - `concurrent`: at most `capacity` calls at the same time.
   */
  readonly kind: 'cost' | 'bucket' | 'window' | 'concurrent';
  /** Size of the bucket, calls per window, or calls at once. */
  readonly capacity: number;
  /** `cost`, `bucket`: what comes back each second. */
  readonly restorePerSecond?: number;
  /** `window`. */
  readonly windowMs?: number;
  /** The share of `capacity` that is ours; 0.95 for `cost`, 0.9 for `bucket`, all of it for the others. */
  readonly share?: number;
}

/** The platform's own reading of its meter. */
export interface Level {
  readonly available: number;
  readonly capacity: number;
  readonly perSecond: number;
  /** Which limit it speaks of; the first `cost` limit, else the first limit, by default. */
  readonly limit?: string;
}

export interface Outcome {
  /**
   * What the platform charged in the end, in points: what it took less than the weight is handed back at once.
   * 0 for a call that was never counted gives every limit its share back. Absent: the weight stands.
   */
  readonly charged?: number;
  /** Corrects capacity and restore rate for every replica. */
  readonly level?: Level;
  /** The platform said no: nobody calls before this instant. */
  readonly throttledUntil?: Date;
}

/** The right to make one call. */
export interface Lease {
  /** Gives it back and says how the call went. A second time does nothing; it never throws. */
  release(outcome: Outcome): Promise<void>;
}

export interface LeaseRequest {
  readonly account: string;
  readonly operation: string;
  /** In the platform's points; counted by `cost` limits alone. */
  readonly weight: number;
  readonly limits: readonly LimitSpec[];
  /** A longer wait is refused with a `throttled` Failure that says when, so that no worker is held. */
  readonly maxWaitMs?: number;
  readonly signal: AbortSignal;
  now(): number;
}

/** What paces calls. `acquire` is the only way to a socket. */
export interface Limiter {
  acquire(request: LeaseRequest): Promise<Lease>;
  close(): Promise<void>;
}

export const DEFAULT_MAX_WAIT_MS = 5000;
