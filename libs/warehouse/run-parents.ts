import type { Json } from '#kernel';
import { held } from './completeness.js';
import { jsonText } from './array-literal.js';
import { queryOf } from './pages.js';
import type { RunRow } from './rows.js';
import type { Warehouse } from './warehouse.js';

/*
 * The parents a run reads one after the other, fixed when it begins: what a place means must not change under it.
 * They go in the statement that writes that it succeeded, `endAttempt`'s: one that has to close again reads the same ones.
 */

/** As they were fixed; null where the run has not looked for them yet. */
export async function findParents(warehouse: Warehouse, runId: string): Promise<readonly Json[] | null> {
  const [row] = await warehouse.query<{ parents: Json[] }>(
    'select parents from run_parents where run_id = $1',
    [runId],
  );
  return row?.parents ?? null;
}

/** Fixes them under the run's claim; throws LeaseLost where that is gone. */
export async function fixParents(
  warehouse: Warehouse,
  run: Pick<RunRow, 'id' | 'lease'>,
  parents: readonly Json[],
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    await held(
      query,
      `update runs set lease = lease where id = $1 and lease = $2 and state = 'running' returning id`,
      [run.id, run.lease],
    );
    await query('insert into run_parents (run_id, parents) values ($1, $2::jsonb)', [
      run.id,
      jsonText(parents),
    ]);
  });
}
