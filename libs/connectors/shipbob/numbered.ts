import type { CallSpec, NextQuery, PageQuery, Place, Window } from '#sync';
import type { ShipBobSettings } from './settings.js';

/*
 * Lists that are read by page number. A list with a filter loses records while it is read: whoever changes leaves it,
 * those behind move up, and the first of each page to come is skipped. So its first page is read for the number of
 * pages, then the last one and backwards to the first: who moves up comes to a page that is still to be read. The list
 * of everything, the oldest first, only grows at its end and is read forwards.
 */

type Filter = Readonly<Record<string, string | undefined>>;

export interface NumberedList {
  /** `/order`: behind the version. */
  readonly path: string;
  readonly operation: string;
  /** What the page's number is called. */
  readonly page: 'Page' | 'Cursor';
  readonly always?: Filter;
  /** What a window is asked by, one filter after the other, since none finds every change. */
  readonly passes: (window: Window & { readonly from: Date }) => readonly Filter[];
}

/** The limit is kept: page numbers of another size are other pages. */
type Standing = {
  readonly pass: number;
  readonly page: number;
  readonly limit: number;
  readonly down: boolean;
};

const standingAt = (place: Place | null, size: number): Standing =>
  (place as Standing | null) ?? { pass: 0, page: 1, limit: size, down: false };

const passesOf = (list: NumberedList, { from, to }: Window): readonly Filter[] =>
  from === null ? [{}] : list.passes({ from, to });

export const requestOf =
  (list: NumberedList) =>
  ({ window, place, size, settings }: PageQuery<ShipBobSettings>): CallSpec => {
    const { pass, page, limit } = standingAt(place, size);
    return {
      path: `/${settings.apiVersion}${list.path}`,
      query: { ...list.always, ...passesOf(list, window)[pass], [list.page]: page, Limit: limit },
      operation: list.operation,
    };
  };

export const nextOf =
  (list: NumberedList) =>
  ({ place, size, window, headers, records }: Omit<NextQuery<unknown>, 'parent' | 'body'>): Place | null => {
    const at = standingAt(place, size);
    const pages = pagesOf(headers);
    const isMore = pages === null ? records.length >= at.limit : at.page < pages;
    const passOver =
      at.pass + 1 < passesOf(list, window).length
        ? { pass: at.pass + 1, page: 1, limit: at.limit, down: false }
        : null;
    if (at.down) return at.page > 1 ? { ...at, page: at.page - 1 } : passOver;
    if (!isMore) return passOver;
    return window.from === null || pages === null
      ? { ...at, page: at.page + 1 }
      : { ...at, page: pages, down: true };
  };

/** As ShipBob tells it; null where it does not. */
function pagesOf(headers: Readonly<Record<string, string>>): number | null {
  const told = headers['total-pages'];
  return told !== undefined && /^\d{1,9}$/.test(told) ? Number(told) : null;
}

/** ShipBob's bounds are told as "later than" here and "on or after" there: one millisecond wider holds both. */
export const after = (at: Date): string => new Date(at.getTime() - 1).toISOString();
export const before = (at: Date): string => new Date(at.getTime() + 1).toISOString();
