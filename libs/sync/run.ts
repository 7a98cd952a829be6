import type { Lane } from '#http';
import { beginReading, type Counts, type Reading, type RunRow } from '#warehouse';
import { countsOf, leaseKeeper, type RunDeps } from './attempt.js';
import type { Place } from './call-spec.js';
import { closeRun } from './close.js';
import { openDoor } from './door.js';
import { parentsOf } from './find-parents.js';
import type { Reader } from './land-page.js';
import { readHistory } from './read-history.js';
import { readPages } from './read-pages.js';
import { beginningOf } from './window.js';

/**
 * Reads the run's window page by page from its place, commits each page whole, and closes the run when nothing is left
 * to read. Returns `finished`, or `yielded` when the time slice is over; throws a Failure where it could not go on or
 * must not succeed, LeaseLost where another worker has the run.
 */
export async function readWindow(deps: RunDeps): Promise<{ ended: 'finished' | 'yielded'; counts: Counts }> {
  const { engine, platform, stream, connection, run, signal } = deps;
  const began = await beginningOf(deps);
  const door = openDoor(engine, platform, connection, laneOf(run), { spender: run.stream, run: run.id });
  const lease = leaseKeeper(engine, run);
  const counts = countsOf(run);
  const started = engine.now();
  let { reading, place } = run;
  try {
    const ask = { stream, settings: door.settings, signal, alive: () => lease.alive() };
    const parents = await parentsOf(engine, door, { ...ask, run, window: began.window });
    const work: Reader = { ...deps, ...began, door, lease, counts, started, parents, noticed: 0 };
    const documents = stream.download ? parents.map(({ id }) => id) : null;
    for (let isRead = run.readAt !== null; ; isRead = false) {
      if (!isRead) {
        const read = await readAll(work, reading, place);
        if (read === 'yielded') return { ended: 'yielded', counts };
        if (read !== 'finished') reading = read.finished;
      }
      const { records, quarantined } = counts;
      const { next, gone } = await closeRun({ ...work, reading, records, quarantined, documents });
      counts.gone += gone;
      if (next === null) return { ended: 'finished', counts };
      await beginReading(engine.warehouse, run, { reading: next });
      [reading, place] = [next, null];
    }
  } finally {
    const calls = door.takeCalls();
    counts.calls += calls;
    deps.spent(calls);
  }
}

/** From an export where it pays, else page by page; tells which reading that was, where it became another. */
async function readAll(
  work: Reader,
  reading: Reading,
  place: Place | null,
): Promise<'finished' | 'yielded' | { finished: Reading }> {
  const read = await readHistory(work, reading, place);
  if (read === 'finished' || read === 'yielded') return read;
  const { byPages } = read;
  const ended = await readPages(work, byPages, byPages === reading ? place : null);
  return ended === 'finished' ? { finished: byPages } : ended;
}

/** A past range and a nightly comparison take what the runs that keep the tables fresh leave of the budget. */
const laneOf = ({ kind }: RunRow): Lane =>
  kind === 'backfill' || kind === 'reconcile' ? 'backfill' : 'live';
