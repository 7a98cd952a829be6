import type { Limiter } from '#http';
import type { Queues } from '#queue';
import type { Warehouse } from '#warehouse';

/** What an operator's deeds need, whichever way they come: by the command line or by the console. */
export interface Desk {
  readonly warehouse: Warehouse;
  /** Opened when they are first needed. */
  queues(): Promise<Queues>;
}

/** A desk that can read the accounts' meters. */
export interface MeteredDesk extends Desk {
  readonly mode: 'embedded' | 'cluster';
  limiter(): Limiter;
}
