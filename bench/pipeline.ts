import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { platformOf } from '#catalog';
import { createSender, localLimiter } from '#http';
import { readKeyRing } from '#kernel';
import { openQueues } from '#queue';
import type { Engine, Platform } from '#sync';
import { createMetrics, silentLogger } from '#telemetry';
import {
  findRun,
  insertRun,
  isFinished,
  openWarehouse,
  saveConnection,
  type RunRow,
  type Warehouse,
} from '#warehouse';
import { DEMO_STATIC_CREDENTIALS } from '../apps/sandbox/index.js';
import { startWorker } from '../apps/worker/index.js';
import { benchDatabase } from './database.js';
import { openLoading } from './load.js';
import { median, required, round, type BenchResult } from './measure.js';

/** A worker's default number of runs at once, each of a connection of its own. */
const SHOPS = 8;
const ORDERS_EACH = 3000;
const ROUNDS = 3;
/** Orders a page: the platform's own cap of 250, its cost limit lifted in the simulator. */
const PAGE = 250;
const UNLIMITED = 1_000_000_000;
const ASK_MS = 250;

/**
 * Rows per second from the simulator's HTTP pages to committed rows: `shopify.orders` through queue, worker, limiter,
 * HTTP, schema, mapper and transaction, in one worker process with the simulator in its own. The limit beside it is
 * our own load of ready rows, measured before each round: the ratio is the median of the rounds'.
 */
export async function pipeline(): Promise<BenchResult> {
  const loading = await openLoading();
  const database = await benchDatabase();
  const sandbox = await startSimulator();
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'bench pipeline' });
  const sender = createSender({});
  const limiter = localLimiter();
  const platform = unlimited(platformOf('shopify'));
  const ring = readKeyRing(randomBytes(32).toString('base64'));
  const engine: Engine = {
    warehouse,
    ring,
    sender,
    limiter,
    logger: silentLogger,
    metrics: createMetrics(),
    now: () => new Date(),
    random: Math.random,
    worker: 'bench',
    leaseMs: 60_000,
    sliceMs: 600_000,
    lookbackOf: () => undefined,
  };
  const queues = openQueues({
    store: { kind: 'redis', url: required('REDIS_URL'), prefix: `{bench-${randomBytes(4).toString('hex')}}` },
    platforms: [platform.name],
    onError: (where, error) => console.error(`${where}: ${error.message}`),
  });
  const worker = startWorker({ engine, queues, platforms: [platform], concurrency: SHOPS, lockMs: 30_000 });
  try {
    const connections = [];
    for (const shop of shopNames())
      connections.push(
        await saveConnection(warehouse, ring, {
          platform: platform.name,
          name: shop,
          settings: { shop, bulkFrom: 'never' },
          credentials: DEMO_STATIC_CREDENTIALS,
          baseUrl: `${sandbox.url}/shopify/${shop}`,
          sandbox: true,
        }),
      );
    const rounds: { ours: number; limit: number }[] = [];
    let runs: RunRow[] = [];
    // The first only warms caches and compilers up.
    for (let i = 0; i <= ROUNDS; i++) {
      const limit = await loading.first();
      await warehouse.query('truncate orders, order_items, checkpoints');
      const started = Date.now();
      runs = await Promise.all(
        connections.map(async (connection) => {
          const run = (await insertRun(
            warehouse,
            { connectionId: connection.id, stream: 'shopify.orders', kind: 'incremental', trigger: 'manual' },
            new Date(),
          ))!;
          await queues.addRun(platform.name, run.stream, { runId: run.id, connection: connection.name });
          return finished(warehouse, run.id);
        }),
      );
      const ended = Math.max(...runs.map((run) => run.finishedAt!.getTime()));
      const ours = total(runs, 'inserted') / ((ended - started) / 1000);
      if (i > 0) rounds.push({ ours, limit });
    }
    return {
      bench: 'pipeline',
      ours: Math.round(median(rounds.map((one) => one.ours))),
      limit: Math.round(median(rounds.map((one) => one.limit))),
      unit: 'rows/s',
      ratio: round(median(rounds.map(({ ours, limit }) => ours / limit))),
      connections: SHOPS,
      orders: SHOPS * ORDERS_EACH,
      rows: total(runs, 'inserted'),
      pages: total(runs, 'pages'),
      calls: total(runs, 'calls'),
    };
  } finally {
    await worker.close(5000);
    await queues.close();
    await limiter.close();
    sender.close();
    await warehouse.close();
    await sandbox.stop();
    await database.drop();
    await loading.close();
  }
}

const shopNames = (): string[] => Array.from({ length: SHOPS }, (_, i) => `shop-${i + 1}`);

const total = (runs: readonly RunRow[], what: 'inserted' | 'pages' | 'calls'): number =>
  runs.reduce((sum, run) => sum + run[what], 0);

/** The platform as it is, but for its meter: pages as large as the platform cuts them and no waiting for points. */
function unlimited(platform: Platform): Platform {
  return {
    ...platform,
    limits: platform.limits.map((limit) => ({ ...limit, capacity: UNLIMITED, restorePerSecond: UNLIMITED })),
    streams: platform.streams.map((stream) => ({ ...stream, size: { start: PAGE, min: 1, max: PAGE } })),
  };
}

async function startSimulator(): Promise<{ url: string; stop(): Promise<void> }> {
  const main = fileURLToPath(new URL('../../bin/sandbox.mjs', import.meta.url));
  const shops = shopNames().map((name, i) => ({
    name,
    source: { kind: 'built-in', seed: i + 1, orders: ORDERS_EACH },
    maxQueryCost: UNLIMITED,
    plan: { maximumAvailable: UNLIMITED, restoreRate: UNLIMITED },
  }));
  const child = fork(main, [JSON.stringify({ shops })], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // As the worker runs: what it measures is not the collector's luck.
    execArgv: ['--max-semi-space-size=64'],
  });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return {
    url: (JSON.parse(line) as { url: string }).url,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Asks seldom: what is measured shares its processors with who asks, and the run's own row tells when it ended. */
async function finished(warehouse: Warehouse, id: string): Promise<RunRow> {
  for (;;) {
    await wait(ASK_MS);
    const run = await findRun(warehouse, id);
    if (run && isFinished(run.state)) {
      if (run.state !== 'succeeded') throw new Error(`the run ${run.state}: ${run.failure ?? ''}`);
      return run;
    }
  }
}
