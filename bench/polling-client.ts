import { createSender, redisLimiter } from '#http';
import { readKeyRing, seconds } from '#kernel';
import { openQueues } from '#queue';
import type { Engine } from '#sync';
import { createLogger, createMetrics } from '#telemetry';
import { openWarehouse } from '#warehouse';
import { Redis } from 'ioredis';
import { startWorker } from '../apps/worker/index.js';
import { scaled } from './polling-platform.js';

/** What one worker process is told to begin with. */
export interface PollingWorker {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly key: string;
  /** How many times faster than the clock everything of Amazon's goes. */
  readonly scale: number;
}

/** A worker as the product starts it, for Amazon alone, with the rules of time sped up. */
async function work({ databaseUrl, redisUrl, prefix, key, scale }: PollingWorker): Promise<void> {
  const warehouse = await openWarehouse({ url: databaseUrl, applicationName: 'polling bench' });
  const client = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
  const logger = createLogger({ level: 'silent', process: 'polling bench' });
  const engine: Engine = {
    warehouse,
    ring: readKeyRing(key),
    sender: createSender({ logger }),
    limiter: redisLimiter({ client, prefix }),
    logger,
    metrics: createMetrics(),
    now: () => new Date(),
    random: Math.random,
    worker: `polling-${process.pid}`,
    leaseMs: seconds(30),
    sliceMs: seconds(60),
    lookbackOf: () => undefined,
  };
  const platform = scaled(scale);
  const queues = openQueues({
    store: { kind: 'redis', url: redisUrl, prefix },
    platforms: [platform.name],
    onError: () => undefined,
  });
  startWorker({ engine, queues, platforms: [platform], concurrency: 2, lockMs: seconds(30) });
}

process.once('message', (worker: PollingWorker) => {
  void work(worker).then(
    () => process.send?.('ready'),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
