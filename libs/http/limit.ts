/** One limit of a platform, as data. */
export interface LimitSpec {
  /** `shopify.graphql`: for ever, since the limiter's keys hold it. */
  readonly name: string;
  /** What the platform counts under: one account, the whole app, or one operation of an account. */
  readonly per: 'connection' | 'app' | 'operation';
  /** The operations it counts, by the names their calls bear; all by default. */
  readonly operations?: readonly string[];
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
  /** The share of what is ours that reads leave in hand for writes; 0.2 by default, 0 where nothing is ever written. */
  readonly reserved?: { readonly write?: number };
}

/** Whose turn comes first: an operator's write-back, a run that keeps the tables fresh, a past range. */
export type Lane = 'write' | 'live' | 'backfill';

/** The platform's own reading of its meter; what its reply does not tell is absent. */
export interface Level {
  readonly available?: number;
  readonly capacity?: number;
  readonly perSecond?: number;
  /** Which limit it speaks of; the first `cost` limit, else the first limit, by default. */
  readonly limit?: string;
}

export interface Outcome {
  /**
   * What the platform charged in the end, in points: what it took less than the weight is handed back at once.
   * 0 for a call that was never counted gives every limit its share back. Absent: the weight stands.
   */
  readonly charged?: number;
  /** Corrects what is available, capacity and restore rate for every replica. */
  readonly level?: Level;
  /** The same for a reply that speaks of several limits, each with its name. */
  readonly levels?: readonly Level[];
  /** The platform said no: nobody calls before this instant. */
  readonly throttledUntil?: Date;
  /** Which limit said no, where the platform tells; else the one `level` speaks of. */
  readonly throttledLimit?: string;
}

/** The right to make one call. */
export interface Lease {
  /** Gives it back and says how the call went. A second time does nothing; it never throws. */
  release(outcome: Outcome): Promise<void>;
}

export interface LeaseRequest {
  readonly account: string;
  readonly operation: string;
  readonly lane: Lane;
  /** On whose behalf: a stream's name, `probe`. A refused spender keeps its place until the instant it was told. */
  readonly spender: string;
  /** In the platform's points; counted by `cost` limits alone. */
  readonly weight: number;
  readonly limits: readonly LimitSpec[];
  /** A longer wait is refused with a `throttled` Failure that says when, so that no worker is held. */
  readonly maxWaitMs?: number;
  readonly signal: AbortSignal;
  now(): number;
}

/** What one call used of one limit, told when its lease ends, or when it was refused one. */
export interface Use {
  readonly account: string;
  readonly limit: string;
  readonly operation: string;
  readonly lane: Lane;
  readonly spender: string;
  /** 1, or 0 where no call was made. */
  readonly calls: number;
  /** Points, or calls; 0 where no call was made. */
  readonly used: number;
  /** 1 where the platform refused the call over this limit. */
  readonly refused: number;
  readonly waitedMs: number;
}

/** Where one limit of one account stands, for people. */
export interface MeterReading {
  readonly limit: string;
  readonly per: LimitSpec['per'];
  /** Set for limits per operation. */
  readonly operation?: string;
  readonly kind: LimitSpec['kind'];
  /** What the platform grants, as far as it told. */
  readonly capacity: number;
  /** What is handed out at most. */
  readonly ceiling: number;
  /** Points or slots in hand; never below 0. */
  readonly available: number;
  /** What comes back each second; null for slots. */
  readonly perSecond: number | null;
  /** Points, or calls, that are waited for. */
  readonly waiting: number;
  /** The platform said no until then. */
  readonly closedUntil: Date | null;
  /** What reads leave in hand. */
  readonly reservedForWrite: number;
}

/** What paces calls. `acquire` is the only way to a socket. */
export interface Limiter {
  acquire(request: LeaseRequest): Promise<Lease>;
  /** Reads without touching anything, also in a process that never called. */
  meters(account: string, limits: readonly LimitSpec[], now?: Date): Promise<MeterReading[]>;
  close(): Promise<void>;
}

export const DEFAULT_MAX_WAIT_MS = 5000;
