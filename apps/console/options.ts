import type { KeyRing } from '#kernel';
import type { Queues } from '#queue';
import type { Engine, Platform } from '#sync';
import type { Logger, Metrics } from '#telemetry';
import type { Warehouse } from '#warehouse';

export interface ConsoleOptions {
  readonly warehouse: Warehouse;
  readonly queues: Queues;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly platforms: readonly Platform[];
  /** Seals what people enter: credentials, second factors. */
  readonly ring: KeyRing;
  /** The engine, opened when it is first needed: a connection is tried out with it. */
  readonly engine: () => Engine;
  /** Where to listen. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Reverse proxies before the console: one too many lets a caller forge its address. */
  readonly trustProxy: number;
  /** The session cookie is sent over TLS alone. */
  readonly secureCookies: boolean;
  /** Opens `/metrics` and `/api/system/status` to whoever shows it as a bearer token. */
  readonly metricsToken?: string | undefined;
  readonly mode: 'embedded' | 'cluster';
  readonly now: () => Date;
}
