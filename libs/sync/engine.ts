import type { Duration, KeyRing } from '#kernel';
import type { Limiter, Sender } from '#http';
import type { Logger, Metrics } from '#telemetry';
import type { Warehouse } from '#warehouse';
import type { CallLog } from './call-log.js';

/** What a worker process hands the engine: its doors, its clock and its name. */
export interface Engine {
  readonly warehouse: Warehouse;
  readonly ring: KeyRing;
  readonly sender: Sender;
  readonly limiter: Limiter;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where every run's calls are written down; nowhere by default. */
  readonly calls?: Pick<CallLog, 'note'>;
  readonly now: () => Date;
  readonly random: () => number;
  /** `host-pid-…`: who holds a lease. */
  readonly worker: string;
  /** How long a claim lives without progress. */
  readonly leaseMs: Duration;
  /** After this long a run goes back to the end of the queue, so that one big account starves nobody. */
  readonly sliceMs: Duration;
  /** Overrides a stream's own lookback; undefined leaves it. */
  readonly lookbackOf: (stream: string) => Duration | undefined;
}
