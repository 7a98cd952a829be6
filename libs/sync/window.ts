import { earlier, earliest, latest } from '#kernel';
import {
  findCheckpoint,
  fixWindow,
  type ConnectionRow,
  type LateBefore,
  type Reading,
  type RunRow,
} from '#warehouse';
import { tailOf } from './census.js';
import type { Window } from './call-spec.js';
import type { Stream } from './define.js';
import type { Engine } from './engine.js';

interface Deps {
  readonly engine: Engine;
  readonly stream: Stream;
  readonly connection: ConnectionRow;
  readonly run: RunRow;
}

/** What a run's first attempt fixes. */
export interface Beginning {
  readonly window: Window;
  /** The stream's checkpoint when the run began; null where it has none, and for a past range. */
  readonly checkpointAt: Date | null;
}

/** [checkpoint − lookback, now], fixed on the run by its first attempt so that every attempt reads the same span. */
export async function beginningOf({ engine, stream, connection, run }: Deps): Promise<Beginning> {
  if (run.windowTo && (run.place !== null || run.pages > 0 || run.kind === 'backfill'))
    return { window: { from: run.windowFrom, to: run.windowTo }, checkpointAt: run.checkpointAt };
  const checkpointAt = stream.cursor
    ? ((await findCheckpoint(engine.warehouse, connection.id, stream.name))?.cursorAt ?? null)
    : null;
  const now = engine.now();
  const to = earliest(run.windowTo ?? now, earlier(now, stream.cursor?.settle ?? 0));
  const from = inReach(stream, windowStart(engine, stream, run, checkpointAt), now);
  const window = { from: from && earliest(from, to), to };
  await fixWindow(engine.warehouse, run, { ...window, checkpointAt });
  return { window, checkpointAt };
}

/** The platform cannot be asked for what lies further back. */
function inReach({ cursor }: Stream, from: Date | null, now: Date): Date | null {
  if (cursor?.reach === undefined) return from;
  const earliestAsked = earlier(now, cursor.reach);
  return from === null ? earliestAsked : latest(from, earliestAsked);
}

function windowStart(engine: Engine, stream: Stream, run: RunRow, checkpointAt: Date | null): Date | null {
  if (run.windowFrom) return run.windowFrom;
  if (!stream.cursor) return null;
  if (run.kind === 'refresh' || !checkpointAt) return stream.cursor.startAt;
  return earlier(checkpointAt, engine.lookbackOf(stream.name) ?? stream.cursor.lookback);
}

/** What a reading asks for: the window, or, where that is to be confirmed, what lies behind its end as well. */
export function windowOf(stream: Stream, window: Window, reading: Reading): Window {
  // Rows that a window replaces are known by that window alone.
  if (stream.cursor?.replaces !== undefined) return window;
  if (reading === 'tail') return tailOf(stream, window);
  return reading === 'confirm' ? { from: window.from, to: tailOf(stream, window).to } : window;
}

/** Whether pages come in the order of the cursor, over the whole run: then each of them may move the checkpoint. */
const inOrder = ({ cursor, each }: Stream): boolean => cursor?.order === 'ascending' && !each;

/**
 * Where the stream's checkpoint may move: to the newest record committed, never past the end of what was read, which is
 * the run's own start at most; page by page only where pages come in order, else where a span was read of all parents.
 * It never moves on the clock alone: ours may run ahead of the platform's. A backfill leaves the live checkpoint.
 */
export function checkpointAfter(
  { stream, run }: Pick<Deps, 'stream' | 'run'>,
  cursorAt: Date | null,
  read: { readonly window: Window; readonly spanEnd: Date | null },
): Date | null {
  if (!stream.cursor || !cursorAt || run.kind === 'backfill') return null;
  // A refresh starts from the beginning: until it has caught up, its checkpoint is behind and moves nothing.
  if (inOrder(stream)) return earliest(cursorAt, read.window.to);
  return read.spanEnd && earliest(cursorAt, read.spanEnd);
}

/** The same where records came in no order: it moves when the last of them is committed. */
export const checkpointAtEnd = (
  { run }: Pick<Deps, 'run'>,
  cursorAt: Date | null,
  { to }: Window,
): Date | null => (cursorAt && run.kind !== 'backfill' ? earliest(cursorAt, to) : null);

/** What was new or changed behind the checkpoint came late. */
export function lateBefore(
  { engine, stream }: Pick<Deps, 'engine' | 'stream'>,
  checkpointAt: Date | null,
): LateBefore | null {
  // A version of its own is another clock than the checkpoint's.
  if (!stream.cursor || !checkpointAt || stream.cursor.version) return null;
  return {
    checkpoint: checkpointAt,
    lookback: engine.lookbackOf(stream.name) ?? stream.cursor.lookback,
    now: engine.now(),
  };
}
