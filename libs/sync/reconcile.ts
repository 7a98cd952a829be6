import { Failure, later } from '#kernel';
import { logRun, type Counts, type Drift } from '#warehouse';
import { openComparison } from './reconcile-steps.js';
import type { RunDeps } from './attempt.js';

/*
 * A comparison reads the platform's list of ids and versions, fetches by id what is missing or older here, and then
 * asks by id for every row that was not listed: what is not answered either is gone. It never moves the live
 * checkpoint. Each step commits alone, so a comparison resumes where it stood.
 */

export interface Reconciled {
  readonly ended: 'finished' | 'yielded';
  readonly counts: Counts;
  readonly drift: Drift;
}

/** Compares both sides from the run's place on; ends as `readWindow` does. */
export async function reconcileIds(deps: RunDeps): Promise<Reconciled> {
  const { engine, stream, run } = deps;
  if (!stream.listing)
    throw new Failure(
      'config',
      `the ids of ${stream.name} cannot be listed, so there is nothing to compare; read everything again instead: npx stratus run ${stream.name} --full`,
    );
  const comparison = openComparison(deps, stream.listing);
  try {
    const finished = await comparison.walk(later(engine.now(), engine.sliceMs));
    const { counts, drift } = comparison;
    if (!finished) return { ended: 'yielded', counts, drift };
    await logRun(engine.warehouse, run.id, 'info', `compared with the platform’s list: ${inWords(drift)}`);
    engine.metrics.drift({ stream: stream.name }, drift);
    return { ended: 'finished', counts, drift };
  } finally {
    deps.spent(comparison.takeCalls());
  }
}

/** `2 missing, 1 older (1 of them not yet due), 3 gone`. */
function inWords({ missing, older, gone, awaited }: Drift): string {
  if (missing + older + gone === 0) return 'no drift';
  const due = awaited === 0 ? '' : ` (${awaited} of them not yet due)`;
  return `${missing} missing, ${older} older${due}, ${gone} gone`;
}
