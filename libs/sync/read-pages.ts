import { Failure, later } from '#kernel';
import { commitPage, type Counts, type Page, type Reading } from '#warehouse';
import { addCounts, isBroken, keepNotices, tellPage, type LeaseKeeper, type RunDeps } from './attempt.js';
import type { Place } from './call-spec.js';
import { readsAll, tellsGone } from './census.js';
import { notInCircles } from './circles.js';
import type { Stream } from './define.js';
import type { Door } from './door.js';
import type { Parent } from './each.js';
import type { Engine } from './engine.js';
import { skipKept } from './find-parents.js';
import { legsOf, type Standing } from './legs.js';
import { isPlaceLost } from './place-lost.js';
import { readPage, type ReadPage } from './read-page.js';
import { goOn } from './slices.js';
import { checkpointAfter, lateBefore, windowOf, type Beginning } from './window.js';

/** One attempt at a run that reads a window. */
export interface Reader extends RunDeps, Beginning {
  readonly door: Door;
  readonly lease: LeaseKeeper;
  readonly counts: Counts;
  readonly started: Date;
  readonly parents: readonly Parent[];
  noticed: number;
}

/** How often one attempt begins a leg anew because the platform forgot a place in it. */
const MOST_ANEW = 5;

/** Reads to the end of what is read now, leg by leg and page by page, from a place on. */
export async function readPages(
  work: Reader,
  reading: Reading,
  from: Place | null,
): Promise<'finished' | 'yielded'> {
  const { engine, stream, run, signal, door, parents } = work;
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
    work.noticed = await keepNotices(work, door, work.noticed);
    if (isBroken(page.bad.length, page.records)) {
      const stays = { place: legs.onward(here, here.at), cursorAt, checkpoint: null, counted: false };
      await commit(work, reading, { ...page, ...NO_ROWS(page) }, { ...stays, readAt: null });
      throw new Failure(
        'bug',
        `${stream.name}: ${page.bad.length} of ${page.records} records of one page do not parse (${page.bad[0]?.reason ?? ''}): the API changed; the records are in the quarantine, the checkpoint has not moved`,
      );
    }
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

type To = Pick<Page, 'place' | 'cursorAt' | 'checkpoint' | 'counted' | 'readAt'>;

async function commit(work: Reader, reading: Reading, page: ReadPage, to: To): Promise<void> {
  const { engine, stream, run, door, lease, counts } = work;
  const leaseUntil = later(engine.now(), engine.leaseMs);
  const committed = await commitPage(engine.warehouse, run, {
    ...page,
    ...to,
    calls: door.takeCalls(),
    pageSize: page.size,
    comparison: run.kind === 'refresh' ? 'columns' : 'fingerprint',
    leaseUntil,
    seen: reading === 'again' || readsAll(stream, run) || tellsGone(stream, run),
    late: lateBefore(work, work.checkpointAt),
  });
  /* crash point: after-checkpoint. Rows, place, checkpoint and counters are committed together: the next attempt goes
     on behind this page. Only what was kept in memory for people is lost. */
  lease.renewedUntil(leaseUntil);
  addCounts(counts, committed);
  engine.metrics.page({ stream: stream.name }, committed);
  tellPage(engine, run, counts, page);
  // For people to look at: the page is committed, and a queue that is away must not undo that.
  await work.progress(counts).catch((error: unknown) => {
    engine.logger.warn({ run: run.id, error }, 'the queue did not take the progress');
  });
}

const NO_ROWS = (page: ReadPage): Pick<ReadPage, 'main' | 'children' | 'patches' | 'landed'> => ({
  main: { into: page.main.into, rows: [] },
  children: page.children.map(({ into }) => ({ into, rows: [] })),
  patches: [],
  landed: [],
});

/** Where no parent is left to read there is no page either: what is left is to say so. */
const nothingOf = (stream: Stream, size: number): ReadPage => ({
  main: { into: stream.into, rows: [] },
  children: [],
  patches: [],
  bad: [],
  landed: [],
  cursors: [],
  records: 0,
  next: null,
  newest: null,
  document: null,
  size,
});

const endOf = (engine: Engine, cursorAt: Date | null): To => ({
  place: null,
  cursorAt,
  checkpoint: null,
  counted: false,
  readAt: engine.now(),
});
