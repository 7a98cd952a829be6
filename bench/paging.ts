import { openWarehouse } from '#warehouse';
import { benchDatabase } from './database.js';
import { round, type BenchResult } from './measure.js';
import { openCases } from './paging-cases.js';

const CASES = Number(process.env['BENCH_CASES'] ?? 10_000);
const LANES = 8;

/**
 * Made-up sources that move while they are read, each brought into the warehouse by live runs and a comparison of ids
 * on the real engine: the limit is all of them. `BENCH_SEED` plays the cases of an earlier run again.
 */
export async function paging(): Promise<BenchResult> {
  const seed = Number(process.env['BENCH_SEED'] ?? Date.now() % 2 ** 31);
  const database = await benchDatabase();
  const warehouse = await openWarehouse({
    url: database.url,
    applicationName: 'bench paging',
    poolSize: 2 * LANES,
  });
  const started = performance.now();
  try {
    const cases = await openCases(warehouse);
    await cases.check({ seed, cases: CASES, lanes: LANES });
    return {
      bench: 'paging',
      ours: CASES,
      limit: CASES,
      unit: 'cases',
      ratio: 1,
      seed,
      seconds: round((performance.now() - started) / 1000, 1),
    };
  } finally {
    await warehouse.close();
    await database.drop();
  }
}
