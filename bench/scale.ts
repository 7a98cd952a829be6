import { backfillOrders, ended, SHOP, startCluster, type Cluster } from './cluster.js';
import { round, type BenchResult } from './measure.js';

const WORKERS = 8;
/** What a platform across the sea takes to answer; nothing else is waited for. */
const LATENCY_MS = 300;
/**
 * One slice a day; a multiple of the workers, and many for each, since at the end some wait for the last one to read its
 * slice. Orders enough that the day that 300 of them share one instant of, the longest slice, ends before the others do.
 */
const DAYS = 80;
const ROWS = 28_000;

/**
 * The same backfill by one worker and by eight, each a process with one run at a time, where a call's latency is what
 * takes the time: slices of one stream of one connection, with `--parallel 8`. Ours is the speed-up, the limit is 8.
 */
export async function scale(): Promise<BenchResult> {
  const one = await timed(1);
  const eight = await timed(WORKERS);
  return {
    bench: 'scale',
    ours: round(one.seconds / eight.seconds, 2),
    limit: WORKERS,
    unit: 'times as fast',
    ratio: round(one.seconds / eight.seconds / WORKERS),
    secondsByOne: round(one.seconds, 1),
    secondsByEight: round(eight.seconds, 1),
    calls: eight.calls,
    rows: eight.rows,
    slices: DAYS,
    parallel: WORKERS,
    latencyMs: LATENCY_MS,
  };
}

async function timed(workers: number): Promise<{ seconds: number; calls: number; rows: number }> {
  const cluster = await startCluster(ROWS);
  try {
    await cluster.sandbox('knobs', { latencyMs: LATENCY_MS });
    await Promise.all(Array.from({ length: workers }, () => cluster.start(['worker', '--concurrency', '1'])));
    // Until its first reply nobody knows how wide the account's budget is.
    await cluster.command(['run', 'shopify.products', '--connection', SHOP]);
    // A process that has just started compiles while it works: each has read a slice before anything is measured.
    const warm = await backfillOrders(cluster, {
      days: 8,
      slices: 'day',
      parallel: WORKERS,
      endingDaysAgo: 80,
    });
    await ended(cluster.warehouse, warm);
    const id = await backfillOrders(cluster, { days: DAYS, slices: 'day', parallel: WORKERS });
    const { calls, inserted } = await ended(cluster.warehouse, id);
    return { seconds: await spanOf(cluster, id), calls, rows: inserted };
  } finally {
    await cluster.stop();
  }
}

/** From the first slice's start to the last one's end: processes that start are not what is measured. */
async function spanOf({ warehouse }: Cluster, id: string): Promise<number> {
  const [row] = await warehouse.query<{ seconds: number }>(
    `select extract(epoch from max(finished_at) - min(started_at))::float8 as seconds from runs where backfill_id = $1`,
    [id],
  );
  return row!.seconds;
}
