import { earlier, earliest, Failure, later, type Json } from '#kernel';
import {
  commitPage,
  findCheckpoint,
  fixWindow,
  logRun,
  noteStream,
  renewLease,
  type ConnectionRow,
  type Counts,
  type RunRow,
} from '#warehouse';
import type { Platform, Stream, Window } from './define.js';
import { openDoor, type Door } from './door.js';
import type { Engine } from './engine.js';
import { readPage, type ReadPage } from './read-page.js';

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
 * Reads the run's window page by page from its place and commits each page whole. Returns `finished`, or `yielded`
 * when the time slice is over; throws a Failure where it could not go on, LeaseLost where another worker has the run.
 */
export async function readWindow(deps: RunDeps): Promise<{ ended: 'finished' | 'yielded'; counts: Counts }> {
  const { engine, platform, stream, connection, run, signal } = deps;
  const started = engine.now();
  const window = await windowOf(deps);
  const door = openDoor(engine, platform, connection);
  const lease = leaseKeeper(engine, run);
  const seen = new Set<string>();
  const counts = countsOf(run);
  let { place } = run;
  let cursorAt = run.cursorAt;
  let size = run.pageSize ?? stream.size.start;
  let noticed = 0;

  const commit = async (
    page: ReadPage,
    to: { place: Json | null; checkpoint: Date | null; counted: boolean },
  ): Promise<void> => {
    const leaseUntil = later(engine.now(), engine.leaseMs);
    const committed = await commitPage(engine.warehouse, run, {
      ...page,
      ...to,
      calls: door.takeCalls(),
      cursorAt,
      pageSize: page.size,
      comparison: run.kind === 'refresh' ? 'columns' : 'fingerprint',
      leaseUntil,
    });
    lease.renewedUntil(leaseUntil);
    addCounts(counts, committed);
    engine.metrics.page({ stream: stream.name }, committed);
    // For people to look at: the page is committed, and a queue that is away must not undo that.
    await deps.progress(counts).catch((error: unknown) => {
      engine.logger.warn({ run: run.id, error }, 'the queue did not take the progress');
    });
  };

  try {
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
        place,
        size,
        signal,
        alive: () => lease.alive(),
      });
      noticed = await keepNotices(deps, door, noticed);
      if (isBroken(page.bad.length, page.records)) {
        await commit({ ...page, ...NO_ROWS(page) }, { place, checkpoint: null, counted: false });
        throw new Failure(
          'bug',
          `${stream.name}: ${page.bad.length} of ${page.records} records of one page do not parse (${page.bad[0]?.reason ?? ''}): the API changed; the records are in the quarantine, the checkpoint has not moved`,
        );
      }
      if (page.newest && (!cursorAt || page.newest > cursorAt)) cursorAt = page.newest;
      const finished = page.next === null;
      await commit(page, {
        place: page.next,
        checkpoint: checkpointAfter(deps, window, cursorAt, finished),
        counted: true,
      });
      if (finished) return { ended: 'finished', counts };
      place = page.next;
      ({ size } = page);
      if (engine.now().getTime() - started.getTime() >= engine.sliceMs) return { ended: 'yielded', counts };
    }
  } finally {
    deps.spent(door.takeCalls());
  }
}

const NO_ROWS = (page: ReadPage): Pick<ReadPage, 'main' | 'children' | 'landed'> => ({
  main: { into: page.main.into, rows: [] },
  children: page.children.map(({ into }) => ({ into, rows: [] })),
  landed: [],
});

/** [checkpoint − lookback, now], fixed on the run by its first attempt so that every attempt reads the same span. */
async function windowOf({ engine, stream, connection, run }: RunDeps): Promise<Window> {
  if (run.windowTo && (run.place !== null || run.pages > 0 || run.kind === 'backfill'))
    return { from: run.windowFrom, to: run.windowTo };
  const window = {
    from: await windowStart({ engine, stream, connection, run }),
    to: run.windowTo ?? engine.now(),
  };
  await fixWindow(engine.warehouse, run, window);
  return window;
}

async function windowStart({
  engine,
  stream,
  connection,
  run,
}: Pick<RunDeps, 'engine' | 'stream' | 'connection' | 'run'>): Promise<Date | null> {
  if (run.windowFrom) return run.windowFrom;
  if (!stream.cursor) return null;
  if (run.kind === 'refresh') return stream.cursor.startAt;
  const checkpoint = await findCheckpoint(engine.warehouse, connection.id, stream.name);
  if (!checkpoint) return stream.cursor.startAt;
  return earlier(checkpoint.cursorAt, engine.lookbackOf(stream.name) ?? stream.cursor.lookback);
}

/**
 * Where the stream's checkpoint may move: to the newest record committed, never past the run's own start, page by
 * page only where pages come in order. It never moves on the clock alone: ours may run ahead of the platform's.
 * A backfill leaves the live checkpoint where it is.
 */
function checkpointAfter(
  { stream, run }: RunDeps,
  window: Window,
  cursorAt: Date | null,
  finished: boolean,
): Date | null {
  if (!stream.cursor || !cursorAt || run.kind === 'backfill') return null;
  if (stream.cursor.order === 'unordered' && !finished) return null;
  // A refresh starts from the beginning: until it has caught up, its checkpoint is behind and moves nothing.
  return earliest(cursorAt, window.to);
}

/** Renews the claim while calls are answered and nothing is committed. */
export function leaseKeeper(
  engine: Engine,
  run: RunRow,
): { alive(): Promise<void>; renewedUntil(until: Date): void } {
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
