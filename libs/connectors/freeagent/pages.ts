import { Failure, parseInstant, seconds } from '#kernel';
import type { CallSpec, Place, Window } from '#sync';
import { z } from 'zod';

/** FreeAgent gives at most so many records a page, and 25 where nothing is said. */
export const LARGEST_PAGE = 100;
export const PAGE_SIZE = { start: LARGEST_PAGE, min: 2, max: LARGEST_PAGE };

/** Whether `updated_since` includes its instant is not documented, and stamps are whole seconds in places. */
const STEP_BACK = seconds(1);

/** So often a list that shrank is begun anew before the run waits for a quieter hour. */
const MOST_RESTARTS = 5;

/** The wire's own text of an instant a little before: what is read twice is known by its stamp. */
const before = (at: Date): string =>
  new Date(Math.floor(at.getTime() / 1000) * 1000 - STEP_BACK).toISOString();

export const since = ({ from }: Window): string | undefined => (from === null ? undefined : before(from));

/** `Link` of live replies quotes with `'`, of the documentation with `"`; with one page it is empty. */
export function hasNext(headers: Readonly<Record<string, string>>): boolean {
  return /;\s*rel=(['"]?)next\1\s*(?:[,;]|$)/.test(headers['link'] ?? '');
}

/** How many records the list holds in all, where FreeAgent tells. */
export function totalOf(headers: Readonly<Record<string, string>>): number | null {
  const text = headers['x-total-count'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

interface PageOf {
  readonly place: Place | null;
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
}

const ListPlace = z.object({
  page: z.number(),
  size: z.number(),
  /** What the list held in all when it was begun. */
  total: z.number().nullable(),
  restarts: z.number(),
});
type ListPlace = z.output<typeof ListPlace>;

const listPlace = ({ place, size }: Pick<PageOf, 'place' | 'size'>): ListPlace =>
  place === null ? { page: 1, size, total: null, restarts: 0 } : ListPlace.parse(place);

/** The pages of a list without an order by change, read by number; the size stays what the list was begun with. */
export function listQuery(at: Pick<PageOf, 'place' | 'size'>): NonNullable<CallSpec['query']> {
  const { page, size } = listPlace(at);
  return { page, per_page: size };
}

/**
 * The next page by number. Records that vanish while it is read move others to pages that were read already: a list
 * that shrank is begun anew. A list that ends before its own count is refused.
 */
export function nextInList({ place, size, headers }: PageOf, served: number): Place | null {
  const at = listPlace({ place, size });
  const total = totalOf(headers);
  if (total !== null && at.total !== null && total < at.total) {
    if (at.restarts === MOST_RESTARTS)
      throw new Failure('transient', 'the list shrinks as fast as it is read; it is tried again later');
    return { page: 1, size: at.size, total, restarts: at.restarts + 1 };
  }
  if (hasNext(headers)) return { ...at, page: at.page + 1, total };
  refuseShort(total, (at.page - 1) * at.size + served);
  return null;
}

function refuseShort(total: number | null, served: number): void {
  if (total !== null && served < total)
    throw new Failure('transient', `FreeAgent counts ${total} records in the list and gave ${served}`);
}

/**
 * Of a list that can be asked for no end: without what changed after the window, which the next run brings. A read of
 * everything keeps it, since what it was not served would look gone.
 */
export const upTo = ({ from, to }: Window, records: readonly unknown[]): readonly unknown[] =>
  from === null ? records : records.filter((record) => instantsOf([record]).every((at) => at <= to));

const WalkPlace = z.object({
  /** As sent in `updated_since`; null for the list's very beginning. */
  since: z.string().nullable(),
  page: z.number(),
  size: z.number(),
  /** Addresses and stamps of what was read already and stands behind `since`. */
  seen: z.array(z.string()),
});
type WalkPlace = z.output<typeof WalkPlace>;

/** The part of a record that a walk looks at. */
const Stamped = z.object({ url: z.string(), updated_at: z.string() });

/** More than this of one second are read again rather than remembered. */
const MOST_SEEN = 300;

const walkPlace = (at: { place: Place | null; size: number; window: Window }): WalkPlace =>
  at.place === null
    ? { since: since(at.window) ?? null, page: 1, size: at.size, seen: [] }
    : WalkPlace.parse(at.place);

export function walkQuery(at: {
  place: Place | null;
  size: number;
  window: Window;
}): NonNullable<CallSpec['query']> {
  const { since: from, page, size } = walkPlace(at);
  return {
    sort: 'updated_at',
    page,
    per_page: size,
    ...(from === null ? {} : { updated_since: from }),
  };
}

const stampOf = (record: unknown): string | null => {
  const stamped = Stamped.safeParse(record);
  return stamped.success ? `${stamped.data.url} ${stamped.data.updated_at}` : null;
};

/** The page's records without those that an earlier page of the walk has brought. */
export function unseenIn(records: readonly unknown[], place: Place | null): readonly unknown[] {
  if (place === null) return records;
  const seen = new Set(WalkPlace.parse(place).seen);
  return records.filter((record) => !seen.has(stampOf(record) ?? ''));
}

/**
 * A walk over a list sorted by `updated_at`: after each page it goes on from the last record's instant instead of by page
 * number, since an edit takes a record to the end and moves the others up. Only inside one second it turns pages.
 */
export function nextInWalk(
  page: PageOf & { readonly window: Window },
  records: readonly unknown[],
): Place | null {
  const at = walkPlace(page);
  if (!hasNext(page.headers)) {
    refuseShort(totalOf(page.headers), (at.page - 1) * at.size + records.length);
    return null;
  }
  const stamps = instantsOf(records);
  const inside = stamps.filter((at) => at <= page.window.to);
  if (stamps.length > 0 && inside.length === 0) return null;
  const newest = inside.at(-1);
  const from = newest === undefined ? null : before(newest);
  const moves = from !== null && (at.since === null || from > at.since);
  const next = moves ? { since: from, page: 1 } : { since: at.since, page: at.page + 1 };
  const behind = next.since ?? '';
  const seen = [...at.seen, ...records.map(stampOf)].filter(
    (stamp) => stamp !== null && instantIn(stamp) >= behind,
  );
  return { ...next, size: at.size, seen: [...new Set(seen as string[])].slice(-MOST_SEEN) };
}

/** A record's stamp as FreeAgent spells some and we compare all: with milliseconds. */
const instantIn = (stamp: string): string =>
  parseInstant(stamp.slice(stamp.lastIndexOf(' ') + 1))?.toISOString() ?? '';

/** Of the records whose stamp can be read, sorted. */
function instantsOf(records: readonly unknown[]): Date[] {
  return records
    .flatMap((record) => {
      const stamped = Stamped.safeParse(record);
      return (stamped.success && parseInstant(stamped.data.updated_at)) || [];
    })
    .sort((a, b) => a.getTime() - b.getTime());
}
