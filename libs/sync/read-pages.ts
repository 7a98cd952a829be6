import { Failure } from '#kernel';
import type { Reading } from '#warehouse';
import type { Place } from './call-spec.js';
import { notInCircles } from './circles.js';
import type { Stream } from './define.js';
import type { Engine } from './engine.js';
import { skipKept } from './find-parents.js';
import { commit, nothingOf, refuseBroken, type Reader, type To } from './land-page.js';
import { legsOf, type Standing } from './legs.js';
import { isPlaceLost } from './place-lost.js';
import { readPage, type ReadPage } from './read-page.js';
import { goOn } from './slices.js';
import { checkpointAfter, windowOf } from './window.js';

/** How often one attempt begins a leg anew because the platform forgot a place in it. */
const MOST_ANEW = 5;

/** Reads to the end of what is read now, leg by leg and page by page, from a place on. */
export async function readPages(
  work: Reader,
  reading: Reading,
  from: Place | null,
): Promise<'finished' | 'yielded'> {
  const { engine, stream, run, signal, parents } = work;
  const window = windowOf(stream, work.window, reading);
  const isWindow = reading === 'window' || reading === 'again';
  const legs = legsOf(stream, window, parents, await skipKept(engine, stream, run, parents));
  const guard = placeGuard(stream);
  let { cursorAt } = run;
  let size = run.pageSize ?? stream.size.start;

  let here = legs.open(from);
  if (!here) await commit(work, reading, nothingOf(stream, size), endOf(engine, cursorAt));
  while (here) {
    signal.throwIfAborted();
    guard.enter(here);
    const page = await readAt(work, here, size);
    if (page === 'place lost') {
      here = guard.beginAnew(here);
      continue;
    }
    await refuseBroken(work, reading, page, { place: legs.onward(here, here.at), cursorAt });
    if (isWindow && page.newest && (!cursorAt || page.newest > cursorAt)) cursorAt = page.newest;
    const next = page.next === null ? legs.after(here) : legs.onward(here, page.next);
    const spanEnd = page.next === null ? legs.spanEnd(here) : null;
    await commit(work, reading, page, {
      place: next,
      cursorAt,
      checkpoint: isWindow ? checkpointAfter(work, cursorAt, { window, spanEnd }) : null,
      counted: true,
      readAt: next === null ? engine.now() : null,
    });
    ({ size } = page);
    if (next === null) break;
    // Each leg may be as empty as it likes: only what its pages make more of is looked at.
    await notInCircles(engine, stream, run, { ...work.counts, pages: work.counts.pages - here.leg });
    here = legs.open(next);
    await goOn(engine, run);
    if (engine.now().getTime() - work.started.getTime() >= engine.sliceMs) return 'yielded';
  }
  return 'finished';
}

/** The page at a place; `place lost` where the platform has forgotten a place behind a leg's first page. */
async function readAt(work: Reader, here: Standing, size: number): Promise<ReadPage | 'place lost'> {
  const { stream, signal, door, lease } = work;
  const { window, parent, at: place } = here;
  const alive = (): Promise<void> => lease.alive();
  try {
    return await readPage(door, {
      stream,
      settings: door.settings,
      window,
      parent,
      place,
      size,
      signal,
      alive,
    });
  } catch (thrown) {
    if (place !== null && isPlaceLost(thrown)) return 'place lost';
    throw thrown;
  }
}

/** Stops a run that the platform leads round in circles, within this attempt, or whose places it forgets again and again. */
function placeGuard({ name }: Stream): {
  enter(here: Standing): void;
  beginAnew(here: Standing): Standing;
} {
  const seen = new Set<string>();
  let anew = 0;
  return {
    enter({ leg, at }) {
      const mark = JSON.stringify([leg, at]);
      if (seen.has(mark))
        throw new Failure(
          'bug',
          `${name}: the platform gave the same place twice (${JSON.stringify(at).slice(0, 80)}); stopped instead of reading in circles`,
        );
      seen.add(mark);
    },
    beginAnew(here) {
      if (++anew > MOST_ANEW)
        throw new Failure(
          'transient',
          `${name}: the platform forgot where a list goes on ${anew} times; it is tried again from there`,
        );
      seen.clear();
      return { ...here, at: null };
    },
  };
}

/** Where no parent is left to read there is no page either: what is left is to say so. */
const endOf = (engine: Engine, cursorAt: Date | null): To => ({
  place: null,
  cursorAt,
  checkpoint: null,
  counted: false,
  readAt: engine.now(),
});
