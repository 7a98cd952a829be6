import { backfillOrders, end, ended, peakMegabytes, startCluster } from './cluster.js';
import { round, type BenchResult } from './measure.js';

const TIMES = 10;

/**
 * The most memory that one worker process holds while it backfills `BENCH_ROWS` rows, beside the same at a tenth of
 * them: a page is all it ever holds, whatever the account's size. The limit is the smaller one's peak.
 */
export async function memory(rows = Number(process.env['BENCH_ROWS'] ?? 200_000)): Promise<BenchResult> {
  const small = await peakAt(rows / TIMES);
  const large = await peakAt(rows);
  return {
    bench: 'memory',
    ours: round(large.megabytes, 1),
    limit: round(small.megabytes, 1),
    unit: 'MB',
    ratio: round(large.megabytes / small.megabytes),
    rows: large.rows,
    rowsOfLimit: small.rows,
    seconds: round(large.seconds, 1),
  };
}

async function peakAt(asked: number): Promise<{ megabytes: number; rows: number; seconds: number }> {
  const cluster = await startCluster(asked);
  try {
    const worker = await cluster.start(['worker']);
    const started = performance.now();
    const id = await backfillOrders(cluster, { days: 91, slices: 'week', parallel: 4 });
    const { inserted } = await ended(cluster.warehouse, id);
    const seconds = (performance.now() - started) / 1000;
    const megabytes = peakMegabytes(worker);
    await end(worker);
    return { megabytes, rows: inserted, seconds };
  } finally {
    await cluster.stop();
  }
}
