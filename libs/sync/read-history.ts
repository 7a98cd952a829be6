import { asFailure, days, earlier, Failure, hours, later, minutes, seconds } from '#kernel';
import { beginReading, logRun, runInExport, type Reading } from '#warehouse';
import type { CallSpec, Place } from './call-spec.js';
import { ask, spanOf } from './census.js';
import { cutLines, Ungrouped, type Cut } from './cut-lines.js';
import { LinkRefused } from './fetch-file.js';
import type { ExportState, History, HistoryQuery } from './history.js';
import { commit, nothingOf, refuseBroken, type Reader } from './land-page.js';
import { mapRecords } from './map-records.js';
import type { ReadPage } from './read-page.js';
import { goOn } from './slices.js';
import { Snooze } from './snooze.js';
import { checkpointAtEnd } from './window.js';

/*
 * A window through an export of the platform's. The run's place holds the export's id before anything is read, and from
 * then on the byte where the next record begins: whoever takes the run over asks the same export and goes on there.
 */

/** In an export: which one, where its next record begins, and what was read of it before. */
interface Stand {
  readonly export: string;
  readonly at: number;
  readonly records: number;
  readonly lines: number;
  /** The newest cursor; the run's own would move the checkpoint past what pages have yet to read. */
  readonly newest: string | null;
}

/** Platforms' clocks may stand this far behind ours: an export of this run is not older than that. */
const SLACK = minutes(5);
const SOONEST = seconds(1);
const LATEST = seconds(30);
/** So long an export is waited for, and for leave to begin one: pages would have been read by then. */
const LONGEST = days(1);
const LONGEST_BUSY = hours(1);
/** How soon a run behind another's export looks again. */
const BEHIND = minutes(1);
const PART = 512 * 1024;
/** A single record that is longer than this is read by pages. */
const LARGEST_PART = 32 * 1024 * 1024;

/** Nothing of an export can be relied on: what it says is read page by page. */
class Doubtful extends Error {
  override readonly name = 'Doubtful';
}

/**
 * Reads what is read now from an export where the stream has such, the window is its past, and holds enough records.
 * Null where pages are to be read instead: from `again` where the export was begun and came to nothing.
 */
export async function readHistory(
  work: Reader,
  reading: Reading,
  place: Place | null,
): Promise<'finished' | 'yielded' | { byPages: Reading }> {
  const { stream, run, counts } = work;
  const held = standOf(place);
  if (!stream.history || reading !== 'window' || (place !== null && !held)) return { byPages: reading };
  if (!held && (run.dry || !isPast(work))) return { byPages: reading };
  let stand = held;
  try {
    if (!stand) {
      const number = await worth(work, stream.history);
      if (number === null) return { byPages: reading };
      stand = await begin(work, stream.history, number);
    }
    return await readExport(work, stream.history, stand, (next) => (stand = next));
  } catch (thrown) {
    if (!(thrown instanceof Doubtful)) throw thrown;
    const { warehouse, logger } = work.engine;
    const said = `${thrown.message}: the window is read page by page`;
    logger.warn({ run: run.id, stream: stream.name }, said);
    await logRun(warehouse, run.id, 'warn', said);
    const uncounted = stand?.records ?? 0;
    await beginReading(warehouse, run, { reading: 'again', uncounted });
    counts.records -= uncounted;
    return { byPages: 'again' };
  }
}

const standOf = (place: Place | null): Stand | null =>
  typeof place === 'object' && place !== null && 'export' in place ? (place as unknown as Stand) : null;

/** Live runs go page by page: their windows are short, and nobody waits for a file. */
const isPast = ({ run, checkpointAt }: Reader): boolean =>
  run.kind === 'refresh' || run.kind === 'backfill' || (run.kind === 'incremental' && checkpointAt === null);

/** How many records the window holds, where an export pays for so many; null where pages do. */
async function worth(work: Reader, { from }: History): Promise<number | null> {
  const { engine, stream, run, door, window } = work;
  const least = from(door.settings);
  if (least === null) return null;
  if (run.kind === 'incremental') {
    const other = await runInExport(engine.warehouse, run);
    if (other !== null)
      throw new Snooze(
        later(engine.now(), BEHIND),
        `run ${other} reads the past of ${stream.name}`,
        'queued',
      );
  }
  const counted = await ask(work, spanOf(stream, window));
  return 'refused' in counted || counted.count === null || counted.count < least ? null : counted.count;
}

/** The export of this window: the one a former attempt began, or a new one. Its id is committed before it is waited for. */
async function begin(work: Reader, { find, begin: start }: History, number: number): Promise<Stand> {
  const { engine, run, window } = work;
  const query: HistoryQuery<unknown> = { window, settings: work.door.settings };
  const since = earlier(run.startedAt ?? engine.now(), SLACK);
  let id = await asked(work, find.request({ ...query, since }), (body) => find.among(body, query));
  if (id === null) {
    const begun = await asked(work, start.request(query), (body) => start.says(body));
    if ('busy' in begun && takenBy(work) > LONGEST_BUSY)
      throw new Doubtful(`no export could be begun for an hour (${begun.busy})`);
    if ('busy' in begun) throw new Snooze(later(engine.now(), LATEST), begun.busy);
    if ('refused' in begun) throw new Doubtful(`the platform refused an export (${begun.refused})`);
    id = begun.id;
  }
  const stand: Stand = { export: id, at: 0, records: 0, lines: 0, newest: null };
  await note(work, stand, false);
  await logRun(
    engine.warehouse,
    run.id,
    'info',
    `${number} records are read from one export of the platform's (${id}) instead of page by page`,
  );
  return stand;
}

/** Commits no rows, only where the run stands; at the end of nothing also that it is read. */
async function note(work: Reader, stand: Stand, isEnd: boolean): Promise<void> {
  const { engine, stream, run } = work;
  await commit(work, 'window', nothingOf(stream, run.pageSize ?? stream.size.start), {
    place: isEnd ? null : { ...stand },
    cursorAt: run.cursorAt,
    checkpoint: null,
    counted: false,
    readAt: isEnd ? engine.now() : null,
  });
}

/** Part by part to the file's end; `reached` is told of each that landed. */
async function readExport(
  work: Reader,
  history: History,
  from: Stand,
  reached: (stand: Stand) => void,
): Promise<'finished' | 'yielded'> {
  const { engine, run, signal } = work;
  const ready = await whenReady(work, history, from.export);
  if (ready.url === null) {
    await note(work, from, true);
    return 'finished';
  }
  let { url } = ready;
  for (let stand = from; ;) {
    signal.throwIfAborted();
    const part = await partAt(work, history, stand, url);
    ({ url } = part);
    const next = after(stand, part.cut);
    if (part.isEnd) refuseCut(next, ready);
    const page = await pageOf(work, history, part.cut);
    await refuseBroken(work, 'window', page, { place: { ...stand }, cursorAt: run.cursorAt });
    stand = { ...next, newest: newer(stand.newest, page.newest) };
    const cursorAt = part.isEnd && stand.newest !== null ? new Date(stand.newest) : run.cursorAt;
    await commit(work, 'window', page, {
      place: part.isEnd ? null : { ...stand },
      cursorAt,
      checkpoint: part.isEnd ? checkpointAtEnd(work, cursorAt, work.window) : null,
      counted: true,
      readAt: part.isEnd ? engine.now() : null,
    });
    reached(stand);
    if (part.isEnd) return 'finished';
    await goOn(engine, run);
    if (engine.now().getTime() - work.started.getTime() >= engine.sliceMs) return 'yielded';
  }
}

type Ready = Extract<ExportState, { is: 'ready' }>;

/** The export's file; where it is not written yet the run waits, the longer the longer it takes. */
async function whenReady(work: Reader, { look }: History, id: string): Promise<Ready> {
  const { engine, door } = work;
  const state = await asked(work, look.request({ id, settings: door.settings }), (body) => look.says(body));
  if (state.is === 'lost') throw new Doubtful(`the export ${id} ${state.why}`);
  if (state.is === 'ready') return state;
  const taken = takenBy(work);
  if (taken > LONGEST) throw new Doubtful(`the export ${id} was not written within a day`);
  const soFar = state.done === null ? '' : `, ${state.done} records so far`;
  throw new Snooze(
    later(engine.now(), Math.min(LATEST, Math.max(SOONEST, taken / 2))),
    `the platform writes the export ${id}${soFar}`,
  );
}

/** How long ago the run began. */
const takenBy = ({ engine, run }: Reader): number => {
  const now = engine.now().getTime();
  return now - (run.startedAt?.getTime() ?? now);
};

interface Part {
  readonly cut: Cut;
  readonly isEnd: boolean;
  readonly url: string;
}

/** Whole records from where the run stands on. A link that was refused is asked for once more. */
async function partAt(
  work: Reader,
  history: History,
  { export: id, at }: Stand,
  known: string,
): Promise<Part> {
  const { door, stream, signal, lease, platform } = work;
  let url = known;
  for (let [size, links] = [history.partBytes ?? PART, 1]; ;) {
    try {
      const range = { from: at, bytes: size };
      const file = await door.part({ url, ...range }, { hosts: history.hosts, of: stream.name }, signal);
      await lease.alive();
      const isEnd = file.total === null ? file.bytes.length < size : at + file.bytes.length >= file.total;
      const cut = cutLines(file.bytes, history, { isEnd, exact: platform.json === 'exact' });
      if (isEnd || cut.groups.length > 0) return { cut, isEnd, url };
      if (size >= LARGEST_PART)
        throw new Doubtful(`one record of the export ${id} is longer than ${size} bytes`);
      size *= 2;
    } catch (thrown) {
      if (thrown instanceof Ungrouped || thrown instanceof SyntaxError)
        throw new Doubtful(`the export ${id} cannot be read at byte ${at} (${thrown.message})`);
      if (!(thrown instanceof LinkRefused)) throw doubting(thrown);
      if (links-- === 0)
        throw new Doubtful(`the file of the export ${id} is not given out`, { cause: thrown });
      const again = await whenReady(work, history, id);
      if (again.url === null) throw new Doubtful(`the export ${id} has no file any more`);
      ({ url } = again);
    }
  }
}

const after = (stand: Stand, { groups, lines, used }: Cut): Stand => ({
  ...stand,
  at: stand.at + used,
  records: stand.records + groups.length,
  lines: stand.lines + lines,
});

/** A file that was cut off reads well to its last line: only its counts tell. */
function refuseCut({ export: id, records, lines }: Stand, { records: told, lines: toldLines }: Ready): void {
  if (told !== null && told !== records)
    throw new Doubtful(`the export ${id} says it holds ${told} records, and ${records} are in its file`);
  if (toldLines !== null && toldLines !== lines)
    throw new Doubtful(`the export ${id} says it holds ${toldLines} lines, and ${lines} are in its file`);
}

async function pageOf(work: Reader, history: History, { groups }: Cut): Promise<ReadPage> {
  const { stream, door, signal, lease, window, run } = work;
  const records = groups.map(({ root, children }) => history.record(root, children));
  const recordsAsk = { stream, settings: door.settings, signal, alive: () => lease.alive() };
  const mapped = await mapRecords(door, recordsAsk, records);
  let newest: Date | null = null;
  for (const cursor of mapped.cursors)
    if (cursor <= window.to && (!newest || cursor > newest)) newest = cursor;
  return { ...mapped, newest, document: null, next: null, size: run.pageSize ?? stream.size.start };
}

function newer(known: string | null, found: Date | null): string | null {
  const said = found?.toISOString() ?? null;
  return known === null || (said !== null && said > known) ? said : known;
}

/** One call about an export. A platform that refuses it, or answers what nobody understands, is read by pages. */
async function asked<T>(work: Reader, spec: CallSpec, says: (body: unknown) => T): Promise<T> {
  try {
    const { body } = await work.door.call(spec, work.signal);
    await work.lease.alive();
    return says(body);
  } catch (thrown) {
    throw doubting(thrown);
  }
}

/** What a second try would not mend makes the export doubtful; a platform that is away or throttles does not. */
function doubting(thrown: unknown): unknown {
  if (thrown instanceof Doubtful) return thrown;
  const { kind, message } = asFailure(thrown);
  const isFinal = thrown instanceof Failure ? FINAL.has(kind) : isMisread(thrown);
  return isFinal ? new Doubtful(`no export could be had (${message})`, { cause: thrown }) : thrown;
}

/** `config`: a file on a host that is none of the platform's. */
const FINAL: ReadonlySet<string> = new Set(['refused', 'bug', 'config']);

/** What zod throws where a reply is built otherwise. */
const isMisread = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'ZodError';
