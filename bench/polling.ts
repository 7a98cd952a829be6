import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { days, earlier, minutes, readKeyRing } from '#kernel';
import { openQueues, type Queues } from '#queue';
import { planBackfill } from '#sync';
import { createLogger } from '#telemetry';
import {
  findRun,
  insertBackfill,
  insertRun,
  openWarehouse,
  saveConnection,
  type ConnectionRow,
  type Warehouse,
} from '#warehouse';
import { demoConnections, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { reconcile } from '../apps/scheduler/reconcile.js';
import { benchDatabase } from './database.js';
import { required, round, type BenchResult } from './measure.js';
import type { PollingWorker } from './polling-client.js';
import { scaled } from './polling-platform.js';

const WORKERS = 4;
const SCALE = 60;
/** What the vendor's plan allows of searchOrders: calls a second, and at once. */
const PLAN = { rate: 0.0056, burst: 20 };
/** Every five minutes of Amazon's time. */
const POLL_MS = minutes(5) / SCALE;
/** Orders of the web shop; every third has one on Amazon beside it. */
const SHOP_ORDERS = 6000;
const STREAM = 'amazon.orders';

/**
 * An hour of polling one seller's orders with four worker processes, sixty times as fast, while a past range is read
 * beside it and orders keep coming: how many calls Amazon would allow, how many were made, how often it said no, and
 * which orders are missing at the end. The platform is the strict simulator under the vendor's own plan, both sped up alike.
 */
export async function polling(seconds = Number(process.env['BENCH_SECONDS'] ?? 60)): Promise<BenchResult> {
  const database = await benchDatabase();
  const key = randomBytes(32).toString('base64');
  const prefix = `{polling-${randomBytes(4).toString('hex')}}`;
  const redisUrl = required('REDIS_URL');
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'polling bench' });
  const sandbox = await startSandbox({ orders: SHOP_ORDERS });
  const queues = openQueues({
    store: { kind: 'redis', url: redisUrl, prefix },
    platforms: ['amazon'],
    onError: () => undefined,
  });
  const children: ChildProcess[] = [];
  try {
    sandbox.turn({ platform: 'amazon', limits: { rate: SCALE }, settleMs: minutes(2) / SCALE });
    const connection = await connect(sandbox, warehouse, key);
    const worker: PollingWorker = { databaseUrl: database.url, redisUrl, prefix, key, scale: SCALE };
    children.push(...(await Promise.all(Array.from({ length: WORKERS }, () => startWorker(worker)))));

    const scene = { sandbox, warehouse, queues, connection };
    const started = performance.now();
    await backfill(scene);
    let live: string | null = null;
    let polls = 0;
    let pollsSkipped = 0;
    for (let at = 0; performance.now() - started < seconds * 1000; at++) {
      sandbox.edit({ op: 'add', count: 3 }, 'amazon', 'demo');
      sandbox.edit({ op: 'ship', count: 2 }, 'amazon', 'demo');
      if (at % (POLL_MS / 1000) === 0) {
        // The scheduler replaces a run that still waits: it does not queue a second one behind it.
        if (await isOpen(scene, live)) pollsSkipped++;
        else [live, polls] = [await poll(scene), polls + 1];
      }
      await pass(scene);
      await after(1000);
    }
    const elapsed = (performance.now() - started) / 1000;
    const during = calls(sandbox);
    const missing = await drain(scene, live);
    const { throttled, served } = calls(sandbox);
    const allowed = PLAN.burst + PLAN.rate * SCALE * elapsed;
    return {
      bench: 'polling',
      unit: 'calls',
      ours: during.served,
      limit: Math.round(allowed),
      ratio: round(during.served / allowed),
      throttled,
      missing,
      orders: truth(sandbox),
      servedInAll: served,
      polls,
      pollsSkipped,
      workers: WORKERS,
      seconds: Math.round(elapsed),
      scale: SCALE,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await queues.close();
    await sandbox.close();
    await warehouse.close();
    await database.drop();
  }
}

interface Scene {
  readonly sandbox: Sandbox;
  readonly warehouse: Warehouse;
  readonly queues: Queues;
  readonly connection: ConnectionRow;
}

async function connect(sandbox: Sandbox, warehouse: Warehouse, key: string): Promise<ConnectionRow> {
  const { platform, settings, credentials, baseUrl } = demoConnections(sandbox.url).find(
    (one) => one.platform === 'amazon',
  )!;
  return saveConnection(warehouse, readKeyRing(key), {
    platform,
    name: 'polled',
    settings,
    credentials,
    baseUrl,
    sandbox: true,
  });
}

async function startWorker(worker: PollingWorker): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('polling-client.js', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(worker);
  await once(child, 'message');
  return child;
}

/** The past half year beside the live runs, three slices at a time. */
async function backfill({ warehouse, queues, connection }: Scene): Promise<void> {
  const now = new Date();
  const stream = scaled(SCALE).streams.find(({ name }) => name === STREAM)!;
  const range = { from: earlier(now, days(180)), to: now, slices: 'month', parallel: 3 } as const;
  const windows = planBackfill({ stream, ...range }, now);
  const { id, slices } = await insertBackfill(
    warehouse,
    {
      connectionId: connection.id,
      stream: STREAM,
      from: range.from,
      to: range.to,
      slice: range.slices,
      parallel: range.parallel,
      requestedBy: 'bench',
      windows,
    },
    now,
  );
  await queues.addBackfill('amazon', {
    id,
    stream: STREAM,
    connection: connection.name,
    runIds: slices.map((slice) => slice.id),
    parallel: range.parallel,
  });
}

async function poll({ warehouse, queues, connection }: Scene): Promise<string | null> {
  const run = await insertRun(
    warehouse,
    { connectionId: connection.id, stream: STREAM, kind: 'incremental', trigger: 'manual' },
    new Date(),
  );
  if (run) await queues.addRun('amazon', STREAM, { runId: run.id, connection: connection.name });
  return run?.id ?? null;
}

async function isOpen({ warehouse }: Scene, id: string | null): Promise<boolean> {
  const run = id === null ? null : await findRun(warehouse, id);
  if (run?.state === 'failed') throw new Error(`a run failed: ${run.failure ?? ''}`);
  return run !== null && run.state !== 'succeeded';
}

/** What the scheduler does now and then: jobs that were lost come back. */
async function pass({ warehouse, queues }: Scene): Promise<void> {
  const logger = createLogger({ level: 'silent', process: 'polling bench' });
  await reconcile({ warehouse, queues, logger }, [], new Date());
}

/** Polls on until every order of the seller's is here; how many are missing in the end. */
async function drain(scene: Scene, last: string | null): Promise<number> {
  let live = last;
  const gaveUp = performance.now() + 120_000;
  for (;;) {
    const missing = truth(scene.sandbox) - (await here(scene));
    if (missing === 0 || performance.now() > gaveUp) return missing;
    if (!(await isOpen(scene, live))) live = await poll(scene);
    await pass(scene);
    await after(1000);
  }
}

async function here({ warehouse, connection }: Scene): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(
    'select count(*)::int as n from orders where connection_id = $1 and deleted_at is null',
    [connection.id],
  );
  return row!.n;
}

const truth = (sandbox: Sandbox): number =>
  (sandbox.truth().streams[STREAM]!.tables['orders'] as { rows: number }).rows;

function calls(sandbox: Sandbox): { served: number; throttled: number } {
  const book = sandbox.ledger.read().accounts['amazon/demo'];
  const refused = book?.refused['throttled'] ?? 0;
  return { served: (book?.operations['searchOrders'] ?? 0) - refused, throttled: refused };
}
