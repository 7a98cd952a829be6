import { Failure, later } from '#kernel';
import { commitPage, type Counts, type Page, type Reading } from '#warehouse';
import { addCounts, isBroken, keepNotices, tellPage, type LeaseKeeper, type RunDeps } from './attempt.js';
import type { Place } from './call-spec.js';
import { readsAll, tellsGone } from './census.js';
import type { Stream } from './define.js';
import type { Door } from './door.js';
import type { Parent } from './each.js';
import type { ReadPage } from './read-page.js';
import { lateBefore, type Beginning } from './window.js';

/** One attempt at a run that reads a window. */
export interface Reader extends RunDeps, Beginning {
  readonly door: Door;
  readonly lease: LeaseKeeper;
  readonly counts: Counts;
  readonly started: Date;
  readonly parents: readonly Parent[];
  noticed: number;
}

/** What becomes of the run with a page. */
export type To = Pick<Page, 'place' | 'cursorAt' | 'checkpoint' | 'counted' | 'readAt'>;

/** Keeps what the door was told, and throws where so many of a page's records do not parse that the API must have changed. */
export async function refuseBroken(
  work: Reader,
  reading: Reading,
  page: ReadPage,
  stays: { readonly place: Place | null; readonly cursorAt: Date | null },
): Promise<void> {
  const { stream, door } = work;
  work.noticed = await keepNotices(work, door, work.noticed);
  if (!isBroken(page.bad.length, page.records)) return;
  await commit(
    work,
    reading,
    { ...page, ...NO_ROWS(page) },
    { ...stays, checkpoint: null, counted: false, readAt: null },
  );
  throw new Failure(
    'bug',
    `${stream.name}: ${page.bad.length} of ${page.records} records of one page do not parse (${page.bad[0]?.reason ?? ''}): the API changed; the records are in the quarantine, the checkpoint has not moved`,
  );
}

/** Commits a page, with what becomes of the run, and adds up what it brought. */
export async function commit(work: Reader, reading: Reading, page: ReadPage, to: To): Promise<void> {
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

/** A page that brings nothing: it only says where the run stands. */
export const nothingOf = (stream: Stream, size: number): ReadPage => ({
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
