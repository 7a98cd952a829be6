import { Failure, later } from '#kernel';
import type { Lane } from '#http';
import {
  beginReading,
  commitPage,
  logRun,
  noteStream,
  renewLease,
  type ConnectionRow,
  type Counts,
  type Page,
  type Reading,
  type RunRow,
} from '#warehouse';
import { readsAll } from './census.js';
import { notInCircles } from './circles.js';
import { closeRun } from './close.js';
import type { Place } from './call-spec.js';
import type { Platform, Stream } from './define.js';
import { openDoor, type Door } from './door.js';
import { NO_PARENT } from './each.js';
import type { Engine } from './engine.js';
import { readPage, type ReadPage } from './read-page.js';
import { goOn } from './slices.js';
import { beginningOf, checkpointAfter, lateBefore, windowOf, type Beginning } from './window.js';

export interface RunDeps {
  readonly engine: Engine;
  readonly platform: Platform;
  readonly stream: Stream;
  readonly connection: ConnectionRow;
  readonly run: RunRow;
  readonly signal: AbortSignal;
  readonly progress: (counts: Counts) => Promise<void>;
  /** Told of the calls that no page accounts for, when the attempt ends without a commit. */
  readonly spent: (calls: number) => void;
}

/** A share of a page, and at least so many records, that do not parse: the API changed, the run stops. */
const STOP_SHARE = 0.2;
const STOP_LEAST = 5;

export const isBroken = (bad: number, records: number): boolean =>
  bad >= Math.max(STOP_LEAST, records * STOP_SHARE);

/**
 * Reads the run's window page by page from its place, commits each page whole, and closes the run when nothing is left
 * to read. Returns `finished`, or `yielded` when the time slice is over; throws a Failure where it could not go on or
 * must not succeed, LeaseLost where another worker has the run.
 */
export async function readWindow(deps: RunDeps): Promise<{ ended: 'finished' | 'yielded'; counts: Counts }> {
  const { engine, platform, connection, run } = deps;
  const began = await beginningOf(deps);
  const door = openDoor(engine, platform, connection, laneOf(run), { spender: run.stream });
  const counts = countsOf(run);
  const work: Work = {
    ...deps,
    ...began,
    door,
    counts,
    lease: leaseKeeper(engine, run),
    started: engine.now(),
    noticed: 0,
  };
  let { reading, place } = run;
  try {
    for (let isRead = run.readAt !== null; ; isRead = false) {
      if (!isRead && (await readPages(work, reading, place)) === 'yielded')
        return { ended: 'yielded', counts };
      const { records, quarantined } = counts;
      const { next, gone } = await closeRun({ ...work, reading, records, quarantined });
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

/** One attempt at a run. */
interface Work extends RunDeps, Beginning {
  readonly door: Door;
  readonly lease: LeaseKeeper;
  readonly counts: Counts;
  readonly started: Date;
  noticed: number;
}

/** Reads to the end of what is read now, from a place on. */
async function readPages(work: Work, reading: Reading, from: Place | null): Promise<'finished' | 'yielded'> {
  const { engine, stream, run, signal, door, lease } = work;
  const window = windowOf(work.window, reading);
  const isWindow = reading === 'window' || reading === 'again';
  const seen = new Set<string>();
  let place = from;
  let { cursorAt } = run;
  let size = run.pageSize ?? stream.size.start;

  for (;;) {
    signal.throwIfAborted();
    const mark = JSON.stringify(place);
    if (seen.has(mark))
      throw new Failure(
        'bug',
        `${stream.name}: the platform gave the same place twice (${mark.slice(0, 80)}); stopped instead of reading in circles`,
      );
    seen.add(mark);

    const page = await readPage(door, {
      stream,
      settings: door.settings,
      window,
      parent: NO_PARENT,
      place,
      size,
      signal,
      alive: () => lease.alive(),
    });
    work.noticed = await keepNotices(work, door, work.noticed);
    if (isBroken(page.bad.length, page.records)) {
      const stays = { place, cursorAt, checkpoint: null, counted: false, readAt: null };
      await commit(work, reading, { ...page, ...NO_ROWS(page) }, stays);
      throw new Failure(
        'bug',
        `${stream.name}: ${page.bad.length} of ${page.records} records of one page do not parse (${page.bad[0]?.reason ?? ''}): the API changed; the records are in the quarantine, the checkpoint has not moved`,
      );
    }
    if (isWindow && page.newest && (!cursorAt || page.newest > cursorAt)) cursorAt = page.newest;
    const finished = page.next === null;
    await commit(work, reading, page, {
      place: page.next,
      cursorAt,
      checkpoint: isWindow ? checkpointAfter(work, window, cursorAt, finished) : null,
      counted: true,
      readAt: finished ? engine.now() : null,
    });
    if (finished) return 'finished';
    place = page.next;
    ({ size } = page);
    await notInCircles(engine, stream, run, work.counts);
    await goOn(engine, run);
    if (engine.now().getTime() - work.started.getTime() >= engine.sliceMs) return 'yielded';
  }
}

type To = Pick<Page, 'place' | 'cursorAt' | 'checkpoint' | 'counted' | 'readAt'>;

async function commit(work: Work, reading: Reading, page: ReadPage, to: To): Promise<void> {
  const { engine, stream, run, door, lease, counts } = work;
  const leaseUntil = later(engine.now(), engine.leaseMs);
  const committed = await commitPage(engine.warehouse, run, {
    ...page,
    ...to,
    calls: door.takeCalls(),
    pageSize: page.size,
    comparison: run.kind === 'refresh' ? 'columns' : 'fingerprint',
    leaseUntil,
    seen: reading === 'again' || readsAll(stream, run),
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

/** Which page and attempt brought which records: where a row came from, for whoever asks at this level. */
export function tellPage(
  { logger }: Pick<Engine, 'logger'>,
  run: Pick<RunRow, 'id' | 'attempt' | 'lease'>,
  { pages }: Counts,
  { main }: Pick<Page, 'main'>,
): void {
  const records = main.rows.map(({ sourceId }) => sourceId);
  logger.debug(
    { run: run.id, page: pages, attempt: run.attempt, lease: run.lease, records },
    'page committed',
  );
}

/** A past range and a nightly comparison take what the runs that keep the tables fresh leave of the budget. */
const laneOf = ({ kind }: RunRow): Lane =>
  kind === 'backfill' || kind === 'reconcile' ? 'backfill' : 'live';

const NO_ROWS = (page: ReadPage): Pick<ReadPage, 'main' | 'children' | 'landed'> => ({
  main: { into: page.main.into, rows: [] },
  children: page.children.map(({ into }) => ({ into, rows: [] })),
  landed: [],
});

interface LeaseKeeper {
  alive(): Promise<void>;
  renewedUntil(until: Date): void;
}

/** Renews the claim while calls are answered and nothing is committed. */
export function leaseKeeper(engine: Engine, run: RunRow): LeaseKeeper {
  let until = run.leaseUntil ?? engine.now();
  return {
    async alive() {
      const now = engine.now();
      if (until.getTime() - now.getTime() > engine.leaseMs / 2) return;
      until = later(now, engine.leaseMs);
      await renewLease(engine.warehouse, run, until);
    },
    renewedUntil(next) {
      until = next;
    },
  };
}

/** What the platform told the operator is kept beside the stream; returns how much is known now. */
export async function keepNotices(
  { engine, connection, stream, run }: RunDeps,
  door: Door,
  known: number,
): Promise<number> {
  if (door.notices.size === known) return known;
  const said = [...door.notices].join('; ');
  await noteStream(engine.warehouse, connection.id, stream.name, said, engine.now());
  await logRun(engine.warehouse, run.id, 'warn', said);
  engine.logger.warn({ stream: stream.name, connection: connection.name, run: run.id }, said);
  return door.notices.size;
}

export const countsOf = (run: RunRow): Counts => ({
  pages: run.pages,
  calls: run.calls,
  records: run.records,
  inserted: run.inserted,
  changed: run.changed,
  same: run.same,
  gone: run.gone,
  quarantined: run.quarantined,
});

export function addCounts(total: Counts, more: Counts): void {
  for (const key of Object.keys(more) as (keyof Counts)[]) total[key] += more[key];
}
