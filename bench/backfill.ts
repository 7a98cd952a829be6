import { setTimeout as wait } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { openQueues, type Queues } from '#queue';
import { findRun, insertRun, isFinished, type BackfillRow } from '#warehouse';
import { backfillOrders, end, ended, peakMegabytes, SHOP, startCluster, type Cluster } from './cluster.js';
import { median, required, round, type BenchResult } from './measure.js';

const WORKERS = 4;
const PARALLEL = 16;
const STREAM = 'shopify.orders';
/** What a platform across the sea takes to answer. */
const LATENCY_MS = { fixed: 40, jitter: 80 };
/** The live stream runs so often, and somebody orders so often. */
const CADENCE_MS = 5000;
const ORDER_MS = 1700;
/** Lateness without a backfill is measured for so long. */
const QUIET_MS = 60_000;
/** Lines that come with their order, and by each further call. */
const LINES = 19;
const MORE_LINES = 44;

/**
 * All orders of a shop with their lines, `BENCH_ROWS` rows, by four worker processes beside the shop's live stream,
 * two of them killed on the way. Ours is the number of calls the platform served for the backfill, the limit the least
 * that could bring its records: one for each full page and one for each further page of lines.
 */
export async function backfill(rows = Number(process.env['BENCH_ROWS'] ?? 100_000)): Promise<BenchResult> {
  const cluster = await startCluster(rows);
  let live: Live | undefined;
  try {
    const { warehouse } = cluster;
    await cluster.sandbox('knobs', { latencyMs: LATENCY_MS });
    await cluster.start(['scheduler']);
    const workers: ChildProcess[] = [];
    for (let i = 0; i < WORKERS; i++) workers.push(await cluster.start(['worker']));
    // The live stream stands at the end of the shop's history, and is not to prove what came before: that is the backfill's.
    await warehouse.query(
      'insert into checkpoints (connection_id, stream, cursor_at, proven_at, run_id) values ($1, $2, $3, $3, $4)',
      [cluster.connectionId, STREAM, cluster.anchor, 'bench'],
    );
    live = startLive(cluster);
    await wait(QUIET_MS);
    const quiet = live.take();

    const callsBefore = await live.between(async () => {
      await cluster.sandbox('ledger/reset', {});
      return liveCalls(cluster);
    });
    const started = performance.now();
    const id = await backfillOrders(cluster, { days: 91, slices: 'week', parallel: PARALLEL });
    const kills: number[] = [];
    const done = await ended(warehouse, id, async ({ share }) => {
      if (share < [0.3, 0.6, 2][kills.length]!) return;
      await end(workers[kills.length]!, 'SIGKILL');
      kills.push(round(share, 2));
      workers.push(await cluster.start(['worker']));
    });
    const peaks = workers.slice(kills.length).map((worker) => Math.round(peakMegabytes(worker)));
    const seconds = (performance.now() - started) / 1000;
    const busy = live.take();
    await live.stop();

    const served = await ordersServed(cluster);
    const ours = served - ((await liveCalls(cluster)) - callsBefore);
    const least = await leastCalls(cluster, id);
    return {
      bench: 'backfill',
      ours,
      limit: least,
      unit: 'calls',
      ratio: round(ours / least, 4),
      rows: done.inserted + done.same + done.changed,
      rowsPerSecond: Math.round((done.inserted + done.same + done.changed) / seconds),
      seconds: round(seconds, 1),
      orders: done.records,
      slices: done.slices,
      workers: WORKERS,
      parallel: PARALLEL,
      killedAt: kills,
      workerPeakMegabytes: peaks,
      liveAgeMs: lateness(busy.ages),
      liveAgeMsWithout: lateness(quiet.ages),
      liveAgeRatio: round(mean(busy.ages) / mean(quiet.ages)),
      liveWaitMs: lateness(busy.waits),
      liveWaitMsWithout: lateness(quiet.waits),
      liveRunMs: lateness(busy.runs),
      liveRunMsWithout: lateness(quiet.runs),
      liveOrders: busy.ages.length,
      checkpointMovedByBackfill: await movedByBackfill(cluster, id),
      ...(await comparedWithTruth(cluster, done)),
    };
  } finally {
    await live?.stop();
    await cluster.stop();
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const lateness = (values: readonly number[]): { mean: number; median: number; most: number } => ({
  mean: Math.round(mean(values)),
  median: Math.round(median(values)),
  most: Math.round(Math.max(...values)),
});

/** How late the live stream was: from an order in the shop to its row here; of its runs, waiting and whole. */
interface Lateness {
  readonly ages: number[];
  readonly waits: number[];
  readonly runs: number[];
}

interface Live {
  /** What was measured since the last time. */
  take(): Lateness;
  /** Between two of its runs, when none of its calls is under way. */
  between<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Ticks the live stream as its schedule would, while the shop goes on selling. */
function startLive(cluster: Cluster): Live {
  const { warehouse } = cluster;
  const queues: Queues = openQueues({
    store: { kind: 'redis', url: required('REDIS_URL'), prefix: cluster.queuePrefix },
    platforms: ['shopify'],
    onError: (where, error) => console.error(`${where}: ${error.message}`),
  });
  const stop = new AbortController();
  const fresh = (): Lateness => ({ ages: [], waits: [], runs: [] });
  let measured = fresh();
  const pending = new Map<string, number>();

  const every = async (ms: number, work: () => Promise<void>): Promise<void> => {
    while (!stop.signal.aborted) {
      const next = wait(ms, undefined, { signal: stop.signal }).catch(() => undefined);
      await work();
      await next;
    }
  };
  const tick = async (): Promise<void> => {
    const slot = new Date();
    const run = (await insertRun(
      warehouse,
      { connectionId: cluster.connectionId, stream: STREAM, kind: 'incremental', trigger: 'schedule', slot },
      slot,
    ))!;
    await queues.addRun('shopify', STREAM, { runId: run.id, connection: SHOP });
    for (;;) {
      const now = (await findRun(warehouse, run.id))!;
      if (isFinished(now.state)) {
        if (now.state !== 'succeeded') throw new Error(`a live run ${now.state}: ${now.failure ?? ''}`);
        measured.waits.push(now.startedAt!.getTime() - slot.getTime());
        measured.runs.push(now.finishedAt!.getTime() - slot.getTime());
        return;
      }
      await wait(20);
    }
  };
  const order = async (): Promise<void> => {
    const orderedAt = Date.now();
    const { ids } = await cluster.sandbox<{ ids: string[] }>(`shopify/${SHOP}/edit`, { op: 'add' });
    for (const id of ids) pending.set(id.slice(id.lastIndexOf('/') + 1), orderedAt);
  };
  const look = async (): Promise<void> => {
    if (pending.size === 0) return;
    const seen = await warehouse.query<{ id: string; here: Date }>(
      `select source_id as id, first_seen_at as here from orders
       where connection_id = $1 and source_id = any($2::text[])`,
      [cluster.connectionId, `{${[...pending.keys()].join(',')}}`],
    );
    for (const { id, here } of seen) {
      measured.ages.push(here.getTime() - pending.get(id)!);
      pending.delete(id);
    }
  };
  let turn: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const running = Promise.all([
    every(CADENCE_MS, () => alone(tick)),
    every(ORDER_MS, order),
    every(200, look),
  ]);
  running.catch(() => stop.abort());
  return {
    take() {
      const taken = measured;
      measured = fresh();
      return taken;
    },
    between: alone,
    async stop() {
      if (stop.signal.aborted) return;
      stop.abort();
      await running;
      // What was ordered since the last tick is read before anything is compared.
      await tick();
      await queues.close();
    },
  };
}

const liveCalls = async ({ warehouse }: Cluster): Promise<number> => {
  const [row] = await warehouse.query<{ n: number }>(
    'select coalesce(sum(calls), 0)::int as n from runs where backfill_id is null',
  );
  return row!.n;
};

async function ordersServed(cluster: Cluster): Promise<number> {
  const { accounts } = await cluster.sandbox<{
    accounts: Record<string, { operations: Record<string, number> } | undefined>;
  }>('ledger');
  const operations = accounts[`shopify/${SHOP}`]?.operations ?? {};
  return Object.values(operations).reduce((sum, n) => sum + n, 0);
}

/** Full pages of what the backfill read, and the further calls for orders of many lines. */
async function leastCalls({ warehouse, connectionId }: Cluster, id: string): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(
    `select (
       (select ceil(sum(records)::numeric / max(page_size)) from runs where backfill_id = $1)
       + (select coalesce(sum(ceil((lines - $3)::numeric / $4)), 0) from (
           select count(*) as lines from order_items where connection_id = $2
           and run_id in (select id from runs where backfill_id = $1) group by parent_source_id) o
         where lines > $3)
     )::int as n`,
    [id, connectionId, LINES, MORE_LINES],
  );
  return row!.n;
}

async function movedByBackfill({ warehouse }: Cluster, id: string): Promise<boolean> {
  const rows = await warehouse.query(
    'select from checkpoints c join runs r on r.id = c.run_id where r.backfill_id = $1',
    [id],
  );
  return rows.length > 0;
}

/** The tables beside the shop's own counts and sums. */
async function comparedWithTruth(
  cluster: Cluster,
  done: BackfillRow,
): Promise<{ tablesEqualTruth: boolean; failedSlices: number; ordersHere: string; linesHere: string }> {
  const { streams } = await cluster.sandbox<{
    streams: Record<string, { tables: Record<string, Record<string, unknown>> }>;
  }>(`shopify/${SHOP}/truth`);
  const truth = streams[STREAM]!.tables;
  const [row] = await cluster.warehouse.query<Record<string, string>>(
    `select (select count(*) from orders where deleted_at is null) as orders,
       (select sum(total) from orders) as total, count(*) as items, sum(qty) as units, sum(qty * price) as gross
     from order_items where deleted_at is null`,
  );
  // Sums come per currency, and the shop has one.
  const same = (ours: string, theirs: unknown): boolean => {
    const [value] = Object.values({ ...(typeof theirs === 'object' ? theirs : { theirs }) } as Record<
      string,
      unknown
    >);
    return decimalText(ours) === decimalText(String(value));
  };
  return {
    tablesEqualTruth:
      same(row!['orders']!, truth['orders']!['rows']) &&
      same(row!['total']!, truth['orders']!['sum_total']) &&
      same(row!['items']!, truth['order_items']!['rows']) &&
      same(row!['units']!, truth['order_items']!['units']) &&
      same(row!['gross']!, truth['order_items']!['sum_qty_price']),
    failedSlices: done.failed,
    ordersHere: row!['orders']!,
    linesHere: row!['items']!,
  };
}

const decimalText = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
