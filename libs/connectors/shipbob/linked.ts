import { Failure } from '#kernel';
import type { CallSpec, PageQuery, Place } from '#sync';
import { z } from 'zod';
import type { ShipBobSettings } from './settings.js';

/*
 * Lists whose reply says where to go on: `next` is a path with a query, or a bare cursor. Only its query is believed;
 * the path and the host stay ours.
 */

export interface LinkedList {
  /** `/product`: behind the version. */
  readonly path: string;
  readonly operation: string;
  readonly always?: Readonly<Record<string, string>>;
}

export const LinkedBody = z.object({
  items: z
    .array(z.unknown())
    .nullish()
    .transform((items) => items ?? []),
  next: z.string().nullish(),
});

type Query = Record<string, string>;

export const linkedRequest =
  (list: LinkedList) =>
  ({ place, size, settings }: Pick<PageQuery<ShipBobSettings>, 'place' | 'size' | 'settings'>): CallSpec => ({
    path: `/${settings.apiVersion}${list.path}`,
    query: (place as Query | null) ?? { ...list.always, PageSize: String(size) },
    operation: list.operation,
  });

export const linkedNext =
  (list: LinkedList) =>
  ({ body, size }: { readonly body: z.output<typeof LinkedBody>; readonly size: number }): Place | null =>
    placeOf(list, body.next, size);

function placeOf(list: LinkedList, next: string | null | undefined, size: number): Query | null {
  if (!next) return null;
  if (!/[/?]/.test(next)) return { ...list.always, Cursor: next, PageSize: String(size) };
  const { pathname, searchParams } = new URL(next, 'https://api.shipbob.com');
  if (!pathname.endsWith(list.path))
    throw new Failure('bug', `${list.operation}: the next page is said to be at ${pathname.slice(0, 80)}`);
  return Object.fromEntries(searchParams);
}
