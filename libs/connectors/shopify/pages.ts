import { Failure } from '#kernel';
import { cursorOf, type Place } from '#sync';
import { z } from 'zod';

/** Shopify refuses to walk further than this into one query, however small the pages. */
export const DEEPEST = 25_000;

export const PageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });

/** The `pageInfo` of a list that has ended. */
export const NO_MORE: z.output<typeof PageInfo> = { hasNextPage: false, endCursor: null };

/** A root list as Shopify answers it: `{data: {orders: {pageInfo, nodes}}}`. */
export const listOf = <Name extends string>(name: Name) =>
  z.object({
    data: z.object({ [name]: z.object({ pageInfo: PageInfo, nodes: z.array(z.unknown()) }) } as {
      [K in Name]: z.ZodObject<{ pageInfo: typeof PageInfo; nodes: z.ZodArray<z.ZodUnknown> }>;
    }),
  });

/** Where a walk stands: Shopify's cursor, how deep it is, and the instant the query was begun anew from, if it was. */
interface Depth {
  readonly seen: number;
  readonly since: string | null;
}

function depthOf(place: Place | null): Depth {
  const held =
    typeof place === 'object' && place !== null && !Array.isArray(place)
      ? (place as Record<string, Place>)
      : {};
  const { seen, since } = held;
  return { seen: typeof seen === 'number' ? seen : 0, since: typeof since === 'string' ? since : null };
}

/** The instant a walk begun anew asks from; null while it follows the window. */
export function sinceOf(place: Place | null): Date | null {
  const { since } = depthOf(place);
  return since === null ? null : new Date(since);
}

export const afterOf = cursorOf;

/**
 * The next place of a list read by `updatedAt` ascending, or by another instant. Before it gets too deep it begins
 * anew from the last record's instant: rows of that instant are read twice and none is left out.
 */
export function nextPlace(page: {
  readonly list: { readonly pageInfo: z.output<typeof PageInfo>; readonly nodes: readonly unknown[] };
  readonly place: Place | null;
  readonly size: number;
  readonly by?: string;
}): Place | null {
  const { pageInfo, nodes } = page.list;
  if (!pageInfo.hasNextPage) return null;
  const depth = depthOf(page.place);
  const seen = depth.seen + nodes.length;
  if (seen + 2 * page.size > DEEPEST)
    return { since: restartAt(nodes.at(-1), page.by ?? 'updatedAt', depth.since), seen: 0 };
  return {
    ...nextInside(pageInfo, 'the list'),
    seen,
    ...(depth.since === null ? {} : { since: depth.since }),
  };
}

function restartAt(last: unknown, by: string, before: string | null): string {
  const at = (last as Readonly<Record<string, unknown>> | null | undefined)?.[by];
  if (typeof at !== 'string')
    throw new Failure('bug', `the last record of the page has no ${by} to go on from`);
  if (at === before)
    throw new Failure(
      'bug',
      `more than ${DEEPEST} records share the instant ${at}; read them by a smaller range`,
    );
  return at;
}

const GID_NUMBER = /\d+(?=(?:\?.*)?$)/;

/** The number of a global id, or of an id that was read as its number already. */
const numberOf = (node: unknown): string | undefined => {
  const id = typeof node === 'object' && node !== null && 'id' in node ? node.id : undefined;
  return typeof id === 'string' ? GID_NUMBER.exec(id)?.[0] : undefined;
};

const heldBy = (place: Place | null): { readonly from?: Place; readonly seen?: Place } =>
  typeof place === 'object' && place !== null && !Array.isArray(place)
    ? (place as { readonly from?: Place; readonly seen?: Place })
    : {};

/** The id a walk by id was begun anew from, as a search; null while it has not been. */
export function searchById(place: Place | null): string | null {
  const { from } = heldBy(place);
  return typeof from === 'string' ? `id:>=${from}` : null;
}

/**
 * The next place of a list by id. Before a walk gets deeper than Shopify allows it begins anew at the last id. A list
 * that is not sorted by id after all would lose records there: it is refused.
 */
export function nextById(page: {
  readonly list: { readonly pageInfo: z.output<typeof PageInfo>; readonly nodes: readonly unknown[] };
  readonly place: Place | null;
  readonly size: number;
}): Place | null {
  const { pageInfo, nodes } = page.list;
  if (!pageInfo.hasNextPage) return null;
  const { seen, from } = heldBy(page.place);
  const deep = (typeof seen === 'number' ? seen : 0) + nodes.length;
  if (deep + 2 * page.size > DEEPEST) return { from: lastOf(nodes), seen: 0 };
  return {
    ...nextInside(pageInfo, 'the list'),
    seen: deep,
    ...(typeof from === 'string' ? { from } : {}),
  };
}

/** Numeric order of two ids of any length. */
const isAfter = (id: string, before: string): boolean =>
  id.length === before.length ? id > before : id.length > before.length;

function lastOf(nodes: readonly unknown[]): string {
  const ids = nodes.flatMap((node) => numberOf(node) ?? []);
  const last = ids.at(-1);
  if (last === undefined || !ids.every((id, i) => i === 0 || isAfter(id, ids[i - 1]!)))
    throw new Failure(
      'bug',
      `a list of more than ${DEEPEST} records is not sorted by id: it cannot be read whole`,
    );
  return last;
}

/** The next place of a list inside one record, or null when it has ended; `where` names the record in a failure. */
export function nextInside(pageInfo: z.output<typeof PageInfo>, where: string): { after: string } | null {
  if (!pageInfo.hasNextPage) return null;
  if (pageInfo.endCursor === null)
    throw new Failure('bug', `Shopify says ${where} goes on but gives no cursor to the rest`);
  return { after: pageInfo.endCursor };
}
