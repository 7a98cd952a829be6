import type { Direction, Target, Weather } from './weather.js';

/** The processes of the product that a storm strikes: the scheduler, and workers by their number. */
export type Victim = 'scheduler' | `worker-${number}`;

/** What a platform's simulator does to its callers; account null means all. */
export type PlatformTrouble =
  /** Struck by chance: `status` with or without Retry-After, HTML at 200, a cut body, a reset, silence. */
  | {
      readonly kind: 'replies';
      readonly faults: readonly {
        readonly kind: 'status' | 'html' | 'truncated' | 'reset' | 'timeout';
        readonly probability: number;
        readonly status?: number;
        readonly retryAfter?: number;
      }[];
    }
  /** Access tokens die in the middle of runs. */
  | { readonly kind: 'expire'; readonly account: string }
  /** Records that break the schema, for as long as the fault lasts. */
  | { readonly kind: 'corrupt'; readonly account: string }
  /** The platform's clock stands so far ahead. */
  | { readonly kind: 'skew'; readonly offsetMs: number };

/** One thing that goes wrong. What lasts is over after `forMs`; what is killed is started again after `forMs`. */
export type Fault =
  | { readonly kind: 'kill'; readonly victim: Victim; readonly forMs: number }
  /** SIGSTOP, then SIGCONT: the process comes back and believes that no time went by. */
  | { readonly kind: 'freeze'; readonly victim: Victim; readonly forMs: number }
  | { readonly kind: 'kill-redis'; readonly forMs: number }
  | { readonly kind: 'kill-postgres'; readonly forMs: number }
  | { readonly kind: 'flush' }
  /** One schedule's chain in BullMQ loses its next job. */
  | { readonly kind: 'break-schedule'; readonly pick: number }
  | {
      readonly kind: 'network';
      /** Whose link; null means every process's. A platform's link is everyone's. */
      readonly victim: Victim | null;
      readonly target: Target;
      readonly direction: Direction;
      readonly weather: Weather;
      readonly forMs: number;
    }
  | { readonly kind: 'platform'; readonly trouble: PlatformTrouble; readonly forMs: number };

export type FaultKind = Fault['kind'];

export interface Timed {
  /** Milliseconds since the storm's start. */
  readonly atMs: number;
  readonly fault: Fault;
}
