import { earlier, earliest } from '#kernel';
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
  const window = {
    from: windowStart(engine, stream, run, checkpointAt),
    to: run.windowTo ?? engine.now(),
  };
  await fixWindow(engine.warehouse, run, { ...window, checkpointAt });
  return { window, checkpointAt };
}

function windowStart(engine: Engine, stream: Stream, run: RunRow, checkpointAt: Date | null): Date | null {
  if (run.windowFrom) return run.windowFrom;
  if (!stream.cursor) return null;
  if (run.kind === 'refresh' || !checkpointAt) return stream.cursor.startAt;
  return earlier(checkpointAt, engine.lookbackOf(stream.name) ?? stream.cursor.lookback);
}

/** What a reading asks for: the window, or, where that is to be confirmed, what lies behind its end as well. */
export function windowOf(window: Window, reading: Reading): Window {
  if (reading === 'tail') return tailOf(window);
  return reading === 'confirm' ? { from: window.from, to: tailOf(window).to } : window;
}

/**
 * Where the stream's checkpoint may move: to the newest record committed, never past the run's own start, page by
 * page only where pages come in order. It never moves on the clock alone: ours may run ahead of the platform's.
 * A backfill leaves the live checkpoint where it is.
 */
export function checkpointAfter(
  { stream, run }: Pick<Deps, 'stream' | 'run'>,
  window: Window,
  cursorAt: Date | null,
  finished: boolean,
): Date | null {
  if (!stream.cursor || !cursorAt || run.kind === 'backfill') return null;
  if (stream.cursor.order === 'unordered' && !finished) return null;
  // A refresh starts from the beginning: until it has caught up, its checkpoint is behind and moves nothing.
  return earliest(cursorAt, window.to);
}

/** What was new or changed behind the checkpoint came late. */
export function lateBefore(
  { engine, stream }: Pick<Deps, 'engine' | 'stream'>,
  checkpointAt: Date | null,
): LateBefore | null {
  if (!stream.cursor || !checkpointAt) return null;
  return {
    checkpoint: checkpointAt,
    lookback: engine.lookbackOf(stream.name) ?? stream.cursor.lookback,
    now: engine.now(),
  };
}
