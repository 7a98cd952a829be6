import type { Duration, Json, KeyRing } from '#kernel';
import type { Queues } from '#queue';
import type { Engine, Platform } from '#sync';
import type { Logger, Metrics } from '#telemetry';
import type { Warehouse } from '#warehouse';
import type { MailSettings } from './mail.js';
import type { StreamSetting } from '../scheduler/declared.js';

/** What connects one made-up account; its credentials are public. */
export interface SandboxAccount {
  readonly platform: string;
  readonly settings: Record<string, Json>;
  readonly credentials: Json;
  readonly baseUrl: string;
}

export interface ConsoleOptions {
  readonly warehouse: Warehouse;
  readonly queues: Queues;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly platforms: readonly Platform[];
  /** What the configuration file says of streams; nothing by default. */
  readonly settings?: ReadonlyMap<string, StreamSetting>;
  /** What the environment or the file says of a stream's lookback; undefined leaves the stream's own. */
  readonly lookbackOf?: (stream: string) => Duration | undefined;
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
  /** How people reach it, such as `https://stratus.example`; by default as each request says. */
  readonly publicUrl?: string | undefined;
  /** How mail is sent; absent where none is. */
  readonly mail?: MailSettings | undefined;
  /** Accounts of a sandbox that runs beside this console; absent where none does. */
  readonly sandbox?: (() => Promise<readonly SandboxAccount[]>) | undefined;
  readonly mode: 'embedded' | 'cluster';
  readonly now: () => Date;
}
