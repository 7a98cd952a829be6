import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createSender, localLimiter, redisLimiter, type Limiter, type Sender, type Use } from '#http';
import { Failure, seconds, type Duration, type KeyRing } from '#kernel';
import { platforms } from '#catalog';
import { readStratusFile, type Env, type StratusConfig } from '#config';
import { openRedis, type Queues } from '#queue';
import { createLogger, createMetrics, type Logger, type Metrics } from '#telemetry';
import { keepCalls, keepUsage, type CallLog, type Engine } from '#sync';
import { migrate, openWarehouse, type Warehouse } from '#warehouse';
import type { Redis } from 'ioredis';
import { atMost } from './at-most.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { openHome, type Home } from './home.js';

/** Names this process in leases and heartbeats. */
export const PROCESS = `${hostname()}-${process.pid}`;

/** A Redis that is gone answers no goodbye, and what is closed behind it still has something to write down. */
const GOODBYE = seconds(1);

/** Everything a process of Stratus stands on, opened once and closed in reverse order. */
export interface Stack {
  readonly env: Env;
  readonly home: Home;
  readonly config: StratusConfig;
  readonly ring: KeyRing;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly warehouse: Warehouse;
  /** True where another command started the embedded Postgres and will stop it. */
  readonly joined: boolean;
  queues(): Promise<Queues>;
  /** The worker's engine; opens limiter and sender with it. */
  engine(): Engine;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly env: Env;
  /** Names the process in logs and in `pg_stat_activity`. */
  readonly process: string;
  /** Applies missing migrations first; otherwise a half-migrated database is refused with a sentence. */
  readonly migrate: boolean;
  /** Where log lines go; standard error as JSON by default. */
  readonly write?: (line: string) => void;
}

export async function openStack({ env, process: name, migrate: apply, write }: StackOptions): Promise<Stack> {
  const config = readConfig(env);
  const home = openHome(env.dataDir);
  const ring = home.keyRing(env.secretKey, env.mode);
  const logger = createLogger({
    level: env.logLevel ?? config.logLevel ?? 'info',
    process: name,
    ...(write ? { write } : {}),
  });
  const metrics = createMetrics();
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    const database = env.databaseUrl ? null : await startEmbeddedPostgres(env.dataDir);
    if (database) closing.push(() => database.stop());
    const url = env.databaseUrl ?? database!.url;
    // The embedded database belongs to this checkout alone: it is migrated by whoever starts it.
    if (apply || (database && !database.shared)) await migrate(url);
    const warehouse = await openWarehouse({ url, applicationName: `stratus ${name}` });
    closing.push(() => warehouse.close());

    let queues: Promise<Queues> | undefined;
    let engine: Engine | undefined;
    return {
      env,
      home,
      config,
      ring,
      logger,
      metrics,
      warehouse,
      joined: database?.shared ?? false,
      queues() {
        return (queues ??= import('./queues.js').then(({ queuesOf }) => {
          const opened = queuesOf(env, url, logger);
          closing.push(() => atMost(GOODBYE, opened.close()));
          return opened;
        }));
      },
      engine() {
        if (engine) return engine;
        const sender = createSender({ logger });
        const usage = keepUsage({ warehouse, logger, now: () => new Date() });
        closing.push(() => usage.close(env.stopMs));
        const calls = keepCalls({ warehouse, logger });
        closing.push(() => calls.close(env.stopMs));
        const limiter = openLimiter(env, logger, (use) => usage.note(use), closing);
        closing.push(async () => sender.close());
        return (engine = makeEngine({
          env,
          config,
          ring,
          logger,
          metrics,
          warehouse,
          sender,
          limiter,
          calls,
        }));
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function openLimiter(
  env: Env,
  logger: Logger,
  onUse: (use: Use) => void,
  closing: (() => Promise<void>)[],
): Limiter {
  if (!env.redisUrl) {
    const limiter = localLimiter({ onUse });
    closing.push(() => limiter.close());
    return limiter;
  }
  const clients: Redis[] = [];
  const client = openRedis(env.redisUrl, {
    maxRetriesPerRequest: 3,
    made: (one) => {
      clients.push(one);
      one.on('error', (error) => logger.warn({ error }, 'the limiter lost Redis'));
    },
  });
  const limiter = redisLimiter({ client, prefix: env.queuePrefix, onUse });
  closing.push(async () => {
    await atMost(GOODBYE, limiter.close());
    for (const one of clients) one.disconnect();
  });
  return limiter;
}

interface EngineParts {
  readonly env: Env;
  readonly config: StratusConfig;
  readonly ring: KeyRing;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly warehouse: Warehouse;
  readonly sender: Sender;
  readonly limiter: Limiter;
  readonly calls: CallLog;
}

/** What the environment or the file says of a stream's lookback; undefined leaves the stream's own. */
export const configuredLookback = (
  { env, config }: Pick<Stack, 'env' | 'config'>,
  stream: string,
): Duration | undefined =>
  config.streams.get(stream)?.lookbackMs ??
  env.lookbacks[stream] ??
  env.lookbacks[stream.slice(0, stream.indexOf('.') + 1)];

function makeEngine({ env, config, ...doors }: EngineParts): Engine {
  return {
    ...doors,
    now: () => new Date(),
    random: Math.random,
    worker: PROCESS,
    leaseMs: env.leaseMs,
    sliceMs: env.sliceMs,
    lookbackOf: (stream) => configuredLookback({ env, config }, stream),
  };
}

function readConfig(env: Env): StratusConfig {
  const known = platforms.map((platform) => ({
    platform: platform.name,
    streams: platform.streams.map((stream) => stream.name),
  }));
  if (!existsSync(env.configFile)) {
    if (env.configFile !== 'config/stratus.yaml')
      throw new Failure('config', `STRATUS_CONFIG names ${env.configFile}, which does not exist`);
    return { logLevel: undefined, streams: new Map() };
  }
  return readStratusFile(readFileSync(env.configFile, 'utf8'), env.configFile, known);
}
