import { earliest, earlier, Failure } from '#kernel';
import type { Window } from './call-spec.js';
import type { Stream } from './define.js';
import { grainOf } from './grain.js';

/** How a backfill's range is cut: at midnights UTC, on Mondays, on the first of each month. */
export const SLICES = ['day', 'week', 'month'] as const;
export type SliceSize = (typeof SLICES)[number];

/** More slices cost more calls than they bring speed, and a list nobody can read. */
const MOST_SLICES = 5000;
/** More at once than any platform's budget feeds. */
const MOST_PARALLEL = 64;

export interface BackfillPlan {
  readonly stream: Stream;
  readonly from: Date;
  /** Itself included. */
  readonly to: Date;
  readonly slices: SliceSize;
  readonly parallel: number;
}

/** A backfill's slice: both ends are read. */
export type SliceWindow = Window & { readonly from: Date };

/**
 * The windows of a backfill's slices, the most recent first. Each ends one tick of the platform's clock before the next
 * begins, so that together they ask for every instant once. The last one ends where the platform's records have settled.
 */
export function planBackfill({ stream, from, to, slices, parallel }: BackfillPlan, now: Date): SliceWindow[] {
  const { cursor } = stream;
  if (!cursor)
    throw refused(
      `${stream.name} cannot be asked for a range of time: ${stream.platform} tells no changes of it; read all of it with: npx stratus run ${stream.name} --full`,
    );
  if (from >= to)
    throw refused(`--from ${show(from)} is not before --to ${show(to)}; swap them or widen the range`);
  if (to > now)
    throw refused(
      `--to ${show(to)} lies in the future, and now is ${show(now)}: a backfill reads what has happened; leave out --to to read up to now`,
    );
  if (parallel < 1 || parallel > MOST_PARALLEL)
    throw refused(`--parallel ${parallel} is not possible; allowed: 1 to ${MOST_PARALLEL}`);
  const { reach, settle = 0 } = cursor;
  const settled = earliest(to, earlier(now, settle));
  if (reach !== undefined && from < earlier(now, reach))
    throw refused(
      `--from ${show(from)} is further back than ${stream.platform} can be asked for ${stream.name}; the earliest is ${show(earlier(now, reach))}`,
    );
  if (from >= settled)
    throw refused(
      `--from ${show(from)} is too new: ${stream.platform} shows ${stream.name} up to ${show(settled)}; widen the range`,
    );
  const grain = grainOf(stream);
  const windows: SliceWindow[] = [];
  let start = from;
  for (let next = boundaryAfter(start, slices); next < settled; next = boundaryAfter(start, slices)) {
    windows.push({ from: start, to: earlier(next, grain) });
    if (windows.length === MOST_SLICES) throw tooMany(from, to, slices);
    start = next;
  }
  windows.push({ from: start, to: settled });
  return windows.reverse();
}

/** The next midnight, Monday or first of a month after the instant, UTC. */
function boundaryAfter(at: Date, slices: SliceSize): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (slices) {
    case 'day':
      return new Date(Date.UTC(year, month, day + 1));
    case 'week':
      return new Date(Date.UTC(year, month, day + 7 - ((at.getUTCDay() + 6) % 7)));
    case 'month':
      return new Date(Date.UTC(year, month + 1, 1));
  }
}

function tooMany(from: Date, to: Date, slices: SliceSize): Failure {
  const wider = slices === 'day' ? 'week or month' : 'month';
  const next =
    slices === 'month'
      ? 'ask for a shorter range'
      : `cut it wider with --slices ${wider}, or ask for a shorter range`;
  return refused(
    `${show(from)} to ${show(to)} in slices of a ${slices} are more than ${MOST_SLICES} slices; ${next}`,
  );
}

const refused = (message: string): Failure => new Failure('config', message);
const show = (at: Date): string =>
  at.toISOString().replace(/(T00:00:00)?\.000Z$/, (_, midnight) => (midnight ? '' : 'Z'));
