import { compare, earlier, Failure, hours, later, latest, minutes, ZERO, type Decimal } from '#kernel';
import {
  countHere,
  countSeen,
  findCheckpoint,
  readBackfill,
  type ConnectionRow,
  type Finding,
  type Here,
  type Reading,
  type RunRow,
  type Scope,
  type Span,
} from '#warehouse';
import type { Window } from './call-spec.js';
import type { Counted, Stream } from './define.js';
import { PageTooLarge, type Door } from './door.js';
import type { Engine } from './engine.js';
import { tailSpan } from './legs.js';

/*
 * The census: one call that asks the platform how many records the window holds, once everything was read, and its
 * comparison with what is here. Fewer here than there is never explained. Fewer there than here is, as far as records
 * left the window because they changed while it was read, or as rows are here which the platform no longer serves.
 */

/** What a run's close knows of the run. */
export interface Closing {
  readonly engine: Engine;
  readonly stream: Stream;
  readonly connection: ConnectionRow;
  readonly run: RunRow;
  readonly door: Door;
  readonly window: Window;
  readonly reading: Reading;
  /** Records the run was served, over all its readings. */
  readonly records: number;
  /** The documents the run found listed; null for streams of another kind. */
  readonly documents: readonly string[] | null;
  readonly signal: AbortSignal;
}

/** `differs` with the window that would have to be read to put it right. */
export type Census =
  | {
      readonly says: 'agrees' | 'unknown' | 'unasked';
      readonly finding: Finding;
      /** Why what was not served need not be gone. */
      readonly hidden: string | null;
    }
  | { readonly says: 'differs'; readonly finding: Finding; readonly window: Window };

/** A run that reads all there is of its table: it knows of every row that was not served. */
export const readsAll = (stream: Stream, run: RunRow): boolean =>
  !stream.part && (run.kind === 'refresh' || (run.kind === 'incremental' && stream.cursor === undefined));

/** Whether rows have another clock than windows are asked by: which rows a window should bring is not known then. */
export const hasOtherClock = ({ cursor }: Stream): boolean =>
  cursor?.version !== undefined && cursor.replaces === undefined;

/**
 * Whether rows that the run was not served are gone: it read everything, or all of the window it replaces. Of a platform
 * that hides its newest records nothing is: what it hides may be any of them.
 */
export const tellsGone = (stream: Stream, run: RunRow): boolean =>
  stream.cursor?.replaces === undefined
    ? readsAll(stream, run) &&
      stream.cursor?.settle === undefined &&
      !(hasOtherClock(stream) && run.windowFrom !== null)
    : !stream.part;

/** Platforms' clocks may stand this far behind ours when we ask what changed since a run began. */
const SLACK = minutes(5);

/** The window as the platform counts it. */
export function spanOf(stream: Stream, window: Window): Window {
  if (stream.census?.span) return stream.census.span(window);
  const grain = stream.cursor?.grain ?? 1;
  const cut = (at: Date): Date => new Date(Math.floor(at.getTime() / grain) * grain);
  return { from: window.from && cut(window.from), to: cut(window.to) };
}

export const scopeOf = (closing: Pick<Closing, 'stream' | 'run'>, span: Span): Scope => ({
  connectionId: closing.run.connectionId,
  stream: closing.stream.name,
  into: closing.stream.into,
  span: closing.stream.cursor === undefined ? null : span,
  ...(closing.stream.cursor?.replaces === undefined ? {} : { by: closing.stream.cursor.replaces }),
});

/** Null where nothing is to be counted here: no census, or a slice of a backfill that others still read. */
export async function takeCensus(closing: Closing): Promise<Census | null> {
  const { engine, stream, run } = closing;
  if (!stream.census) return null;
  const asked = await whatToCount(closing);
  if (!asked) return null;
  const span = spanOf(stream, asked.window);
  const there = await ask(closing, span);
  const counted = await countHere(engine.warehouse, scopeOf(closing, span), {
    run,
    sums: stream.census.sums ?? null,
    countsGone: stream.census.countsGone ?? false,
  });
  // Rows of a table that others fill as well tell nothing: what was served does.
  const here = stream.part ? { ...counted, count: asked.served ?? counted.count, sum: null } : counted;
  const said = 'refused' in there ? null : there;
  const finding = (verdict: Finding['verdict'], reason: string | null): Finding => ({
    verdict,
    reason,
    sourceCount: said?.count ?? null,
    ourCount: here.count,
    sourceSum: said?.sum ?? null,
    ourSum: here.sum,
  });
  if ('refused' in there) {
    const { refused } = there;
    return {
      says: 'unasked',
      finding: finding('uncounted', `the count was refused: ${refused}`),
      hidden: refused,
    };
  }
  const hidden = there.hidden ?? null;
  if (there.count === null)
    return { says: 'unknown', finding: finding('uncounted', 'the platform gives no exact count'), hidden };
  const served = asked.served ?? here.count;
  const compared = { count: there.count, sum: there.sum ?? null, here, served };
  const { verdict, reason } = await judge(closing, span, compared);
  return verdict === 'differs'
    ? { says: 'differs', finding: finding(verdict, reason), window: asked.window }
    : { says: 'agrees', finding: finding(verdict, reason), hidden };
}

interface Compared {
  /** What the platform counts, and what that adds up to. */
  readonly count: number;
  readonly sum: Decimal | null;
  readonly here: Here;
  /** What the run was served; where it did not read all of the window, what is here. */
  readonly served: number;
}

/** The rule; the second call is made only where fewer are there than here. */
async function judge(
  closing: Closing,
  span: Window,
  { count, sum, here, served }: Compared,
): Promise<{ verdict: 'matched' | 'differs'; reason: string | null }> {
  const told = `the platform counts ${count} records ${inWords(span)}`;
  const matched = (reason: string | null) => ({ verdict: 'matched', reason }) as const;
  const differs = (reason: string) => ({ verdict: 'differs', reason }) as const;

  const lacking = count - Math.min(here.count, served);
  if (lacking > 0)
    return differs(
      here.count <= served
        ? `${told}, ${here.count} are here: ${lacking} are missing`
        : `${told}, but served ${served} of them: ${lacking} are missing or not in their newest version`,
    );
  const tooMany = here.count - count;
  if (tooMany > 0) {
    if (served <= count)
      return matched(`${told} and served them all; ${tooMany} more are here, which it no longer lists`);
    const changed = await changedSince(closing, span);
    return served - count <= changed
      ? matched(`${told}, ${here.count} are here: ${changed} have changed since and left the window`)
      : differs(
          `${told}, ${here.count} are here and ${served} were served, while ${changed} changed since: its count or its list is wrong`,
        );
  }
  const ours = here.sum ?? ZERO;
  if (sum !== null && !closing.stream.part && here.quarantined === 0 && compare(sum, ours) !== 0)
    return differs(`${told}, as are here, but they add up to ${sum} there and to ${ours} here`);
  return matched(null);
}

interface Asked {
  readonly window: Window;
  /** How many records of the window the run was served: exactly, or at most; null where it did not read all of it. */
  readonly served: number | null;
}

async function whatToCount(closing: Closing): Promise<Asked | null> {
  const { engine, stream, run, window, reading } = closing;
  if (run.backfillId !== null) {
    // One census covers the backfill: asked by the slice that finds all of them read.
    const whole = await readBackfill(engine.warehouse, run.backfillId);
    return whole && { window: { from: whole.from, to: whole.to }, served: whole.records };
  }
  if (reading === 'again' || readsAll(stream, run))
    return {
      window,
      served: await countSeen(engine.warehouse, run.id, scopeOf(closing, spanOf(stream, window)).span),
    };
  const from = run.kind === 'incremental' ? await provenFrom(closing) : window.from;
  const wider = window.from !== null && (from === null || from < window.from);
  return wider ? { window: { from, to: window.to }, served: null } : { window, served: closing.records };
}

/** Back to where the last count vouched for the checkpoint: what a run read that ended otherwise is counted now. */
async function provenFrom({ engine, stream, run }: Closing): Promise<Date | null> {
  const proven = (await findCheckpoint(engine.warehouse, run.connectionId, stream.name))?.provenAt ?? null;
  if (!proven) return stream.cursor?.startAt ?? null;
  return earlier(proven, engine.lookbackOf(stream.name) ?? stream.cursor?.lookback ?? 0);
}

/** The platform's word on one span. What it refuses to count, or answers in a shape of its own, is not counted. */
export async function ask(
  { stream, door, signal }: Pick<Closing, 'stream' | 'door' | 'signal'>,
  window: Window,
): Promise<Counted | { refused: string }> {
  try {
    const reply = await door.call(stream.census!.request({ window, settings: door.settings }), signal);
    return says(stream, reply.body);
  } catch (thrown) {
    if (thrown instanceof PageTooLarge) return { refused: thrown.message };
    if (thrown instanceof Failure && (thrown.kind === 'refused' || thrown.kind === 'bug'))
      return { refused: thrown.message };
    throw thrown;
  }
}

function says(stream: Stream, body: unknown): Counted | { refused: string } {
  try {
    return stream.census!.says(body);
  } catch {
    return { refused: 'the reply is not built as expected' };
  }
}

/** How many records changed while the run read: those left the window. */
async function changedSince(closing: Closing, span: Window): Promise<number> {
  const { engine, stream, run } = closing;
  if (!stream.cursor) return 0;
  const began = earlier(run.startedAt ?? engine.now(), SLACK);
  const from = latest(later(span.to, stream.cursor.grain ?? 1), began);
  // The platform's clock may run ahead of ours.
  const changed = await ask(closing, spanOf(stream, { from, to: later(engine.now(), hours(1)) }));
  return 'refused' in changed ? 0 : (changed.count ?? 0);
}

const shown = (at: Date): string => at.toISOString().replace(/\.000Z$/, 'Z');
const inWords = ({ from, to }: Window): string =>
  `${from === null ? 'up to' : `from ${shown(from)} to`} ${shown(to)}`;

/** What changed since a window's end, whatever the clocks say; the same at every attempt. */
export const tailOf = (stream: Stream, window: Window): Window => ({
  from: window.to,
  to: later(window.to, tailSpan(stream)),
});
