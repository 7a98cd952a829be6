import { asFailure, later, milliseconds, type Duration } from '#kernel';
import type { Move } from '#queue';
import {
  backfillState,
  closeBackfills,
  dueSlices,
  logRun,
  splitSlice,
  type Ending,
  type RunRow,
  type Slice,
} from '#warehouse';
import type { Stream } from './define.js';
import type { Engine } from './engine.js';
import { grainOf } from './grain.js';

/** A slice's job rests so long where nobody wakes it: whoever ends before it does, and after a lost word the scheduler. */
export const REST: Duration = 3_600_000;
const AT_ONCE = milliseconds(50);

/** Raised between two pages of a slice whose backfill does not run: what was committed stays. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack';
}

/** Throws HeldBack where a person paused the backfill since the last page. */
export async function goOn(engine: Engine, run: RunRow): Promise<void> {
  if (run.backfillId === null) return;
  const state = await backfillState(engine.warehouse, run.backfillId);
  if (state !== 'running') throw new HeldBack(`its backfill is ${state ?? 'removed'}`);
}

type Outcome = { ending: Omit<Ending, 'now' | 'busyMs'>; move: Move };

/** Back to the queue, where its job rests until the backfill goes on. */
export const heldBack = ({ message }: HeldBack, now: Date, calls: number): Outcome => ({
  ending: { state: 'queued', reason: message, uncounted: true, calls },
  move: { to: 'later', at: later(now, REST), why: message },
});

/**
 * A slice that reached deeper into its query than the platform allows becomes two. Null where its window is a single
 * instant, or the run is no slice: then it fails with the platform's own sentence.
 */
export async function splitAtDepth(
  engine: Engine,
  stream: Stream | undefined,
  run: RunRow,
  calls: number,
): Promise<Outcome | null> {
  if (run.backfillId === null || !stream?.cursor) return null;
  const split = await splitSlice(engine.warehouse, run, {
    // With parents, what lies before the newest record is not read of all of them.
    ordered: stream.cursor.order === 'ascending' && !stream.each,
    grainMs: grainOf(stream),
    now: engine.now(),
  });
  if (!split) return null;
  const { kept, added } = split;
  const said = `too deep for the platform's pages: ${span(added)} is a slice of its own now (run ${added.id})`;
  await logRun(engine.warehouse, run.id, 'info', said);
  if (kept.read)
    return { ending: { state: 'succeeded', calls }, move: { to: 'done', result: { split: added.id } } };
  const at = later(engine.now(), AT_ONCE);
  return {
    ending: { state: 'queued', reason: said, notBefore: at, uncounted: true, calls },
    move: { to: 'later', at, why: said },
  };
}

const span = ({ from, to }: { from: Date; to: Date }): string =>
  `${from.toISOString()} to ${to.toISOString()}`;

/**
 * When a slice gave its seat back: the backfill is closed where it was the last, else those whose turn it is are woken.
 * What the run did stands, whatever goes wrong here: the scheduler finds both out by itself.
 */
export async function passOn(
  engine: Engine,
  run: RunRow,
  wake: (slice: Slice) => Promise<void>,
): Promise<void> {
  if (run.backfillId === null) return;
  const now = engine.now();
  try {
    for (const id of await closeBackfills(engine.warehouse, now, run.backfillId))
      engine.logger.info({ backfill: id }, 'backfill ended');
    for (const slice of await dueSlices(engine.warehouse, run.backfillId))
      if (slice.notBefore === null || slice.notBefore <= now) await wake(slice);
  } catch (thrown) {
    engine.logger.warn(
      { run: run.id, backfill: run.backfillId, error: asFailure(thrown) },
      'the next slice was not woken; the scheduler does it',
    );
  }
}
