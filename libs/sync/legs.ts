import { days, earlier, later, type Json } from '#kernel';
import type { Place, Window } from './call-spec.js';
import type { Stream } from './define.js';
import { NO_PARENT, type Parent } from './each.js';
import { grainOf } from './grain.js';

/*
 * A leg is what a stream's own places are in: one span of the window, of one parent. Spans go first, oldest first, and
 * in each of them all parents in their order. Streams that have neither are read in one leg, and their places are kept
 * as they are; the others' hold the number of their leg.
 */

/** Where a reading stands: in which leg, and at which of the stream's own places in it. */
export interface Standing {
  readonly leg: number;
  readonly window: Window;
  readonly parent: Parent;
  /** Null for the leg's first page. */
  readonly at: Place | null;
}

export interface Legs {
  /** Where a place leads; null where nothing is left to read. */
  open(place: Place | null): Standing | null;
  /** The place of another page of the leg. */
  onward(from: Standing, at: Place | null): Place | null;
  /** The place where the next leg begins; null after the last. */
  after(from: Standing): Place | null;
  /** The end of the span, where this leg is the last of it. */
  spanEnd(from: Standing): Date | null;
}

/** The legs of a window. Those of parents that `skip` names are left out. */
export function legsOf(
  stream: Stream,
  window: Window,
  parents: readonly Parent[],
  skip: (parent: Parent) => boolean = () => false,
): Legs {
  if (!stream.each && stream.cursor?.maxSpan === undefined) return oneLeg(window);
  const spans = spansOf(stream, window);
  const each = stream.each ? parents : [NO_PARENT];
  const count = spans.length * each.length;

  function standing(leg: number, at: Place | null): Standing | null {
    for (let n = leg; n < count; n++) {
      const parent = each[n % each.length]!;
      if (skip(parent)) continue;
      return { leg: n, window: spans[Math.floor(n / each.length)]!, parent, at: n === leg ? at : null };
    }
    return null;
  }
  const placeOf = ({ leg, at }: Pick<Standing, 'leg' | 'at'>): Place => ({ leg, at });

  return {
    open(place) {
      const { leg, at } = place === null ? { leg: 0, at: null } : (place as { leg: number; at: Json });
      return standing(leg, at);
    },
    onward: (from, at) => placeOf({ leg: from.leg, at }),
    after(from) {
      const next = standing(from.leg + 1, null);
      return next && placeOf(next);
    },
    spanEnd(from) {
      const next = standing(from.leg + 1, null);
      return next?.window === from.window ? null : from.window.to;
    },
  };
}

const oneLeg = (window: Window): Legs => ({
  open: (at) => ({ leg: 0, window, parent: NO_PARENT, at }),
  onward: (_, at) => at,
  after: () => null,
  spanEnd: () => window.to,
});

/** The window in spans that the platform answers at once: together they ask for every instant once. */
export function spansOf(stream: Stream, window: Window): Window[] {
  const { from, to } = window;
  const { maxSpan } = stream.cursor ?? {};
  if (maxSpan === undefined || from === null) return [window];
  const spans: Window[] = [];
  let start = from;
  for (let next = later(start, maxSpan); next <= to; next = later(start, maxSpan)) {
    spans.push({ from: start, to: earlier(next, grainOf(stream)) });
    start = next;
  }
  return [...spans, { from: start, to }];
}

/** How far behind a window's end it is looked for what changed since; the same at every attempt. */
export const tailSpan = (stream: Stream): number => stream.cursor?.maxSpan ?? days(3650);
