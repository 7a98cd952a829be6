import type { Answer } from './answer.js';
import { type Query, within } from './query.js';
import type { List, ShipBobStore } from './store.js';
import { msOf, type WireOrder, type WireReceiving, type WireReturn } from './wire.js';

/*
 * The lists of the platform, each with the filters, sorting and paging it really has.
 */

export interface Asked {
  readonly store: ShipBobStore;
  readonly query: Query;
  readonly version: string;
  /** The path as called, below the account: what `next` links are built on. */
  readonly path: string;
  /** Lists of this stream hold nothing, though its records are there. */
  readonly hidden: List | null;
}

export interface ListDoor {
  readonly scope: string;
  readonly operation: string;
  readonly answer: (asked: Asked) => Omit<Answer, 'note' | 'status'> & { readonly records: number };
}

const latest = (instants: readonly (string | null)[]): number | null => {
  const told = instants.filter((one) => one !== null).map(msOf);
  return told.length === 0 ? null : Math.max(...told);
};

/** What `LastUpdate…` filters by: the shipments' own clock, without the carrier's. */
const updatedMs = ({ shipments }: WireOrder): number | null =>
  latest(shipments.map((one) => one.last_update_at));
const trackedMs = ({ shipments }: WireOrder): number | null =>
  latest(shipments.map((one) => one.last_tracking_update_at));

const shown = <T>({ store, hidden }: Asked, list: List): readonly T[] =>
  hidden === list ? [] : (store[list] as unknown as readonly T[]);

/** Page-Number and its kin: sent by every numbered list. */
function numbered<T>(
  all: readonly T[],
  query: Query,
  page: 'Page' | 'Cursor',
): { items: readonly T[]; pages: number; number: number; headers: Record<string, string> } {
  const limit = query.whole('Limit', { from: 1, to: 250, otherwise: 50 });
  const number = query.whole(page, { from: 1, to: 2_147_483_647, otherwise: 1 });
  const pages = Math.max(1, Math.ceil(all.length / limit));
  const items = all.slice((number - 1) * limit, number * limit);
  const headers = {
    'page-number': String(number),
    'page-size': String(limit),
    'total-count': String(all.length),
    'total-pages': String(pages),
    ...(number < pages ? { 'next-page': String(number + 1) } : {}),
  };
  return { items, pages, number, headers };
}

/** `next` is a path with a query, and the place of the last record is hidden in its cursor. */
function linked<T>(all: readonly T[], asked: Asked, idOf: (one: T) => number) {
  const { query, path } = asked;
  const size = query.whole('PageSize', { from: 1, to: 250, otherwise: 50 });
  const after = cursorOf(query.text('cursor'));
  const rest = after === null ? all : all.filter((one) => idOf(one) > after);
  const items = rest.slice(0, size);
  const isMore = rest.length > items.length;
  const linkTo = (id: number | null): string => {
    const link = new URLSearchParams();
    if (id !== null) link.set('cursor', Buffer.from(JSON.stringify({ Id: id })).toString('base64url'));
    link.set('PageSize', String(size));
    for (const name of ['SortBy', 'SortOrder', 'InventoryIds']) {
      const value = query.text(name);
      if (value !== undefined) link.set(name, value);
    }
    return `${path}?${link.toString()}`;
  };
  return {
    items,
    body: (shownAs: readonly unknown[]) => ({
      items: shownAs,
      first: all.length === 0 ? null : linkTo(null),
      last: null,
      prev: null,
      next: isMore ? linkTo(idOf(items.at(-1)!)) : null,
    }),
  };
}

function cursorOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  try {
    const { Id: id } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as { Id?: unknown };
    return typeof id === 'number' ? id : Infinity;
  } catch {
    return Infinity;
  }
}

function orders(asked: Asked) {
  const { query } = asked;
  const [ids, references] = [query.list('IDs'), query.list('ReferenceIds')];
  const found = shown<WireOrder>(asked, 'orders').filter(
    (order) =>
      (ids?.has(String(order.id)) ?? true) &&
      (references?.has(order.reference_id) ?? true) &&
      within(query, 'StartDate', 'EndDate', msOf(order.created_date)) &&
      within(query, 'LastUpdateStartDate', 'LastUpdateEndDate', updatedMs(order)) &&
      within(query, 'LastTrackingUpdateStartDate', 'LastTrackingUpdateEndDate', trackedMs(order)),
  );
  // The newest come first unless one asks otherwise.
  const sorted = query.oneOf('SortOrder', ['Newest', 'Oldest']) === 'Oldest' ? found : found.reverse();
  const { items, headers } = numbered(sorted, query, 'Page');
  return { body: items, headers, records: items.length };
}

const squeezed = (status: string): string => status.replaceAll(' ', '').toLowerCase();

function returns(asked: Asked) {
  const { query, path } = asked;
  const [ids, statuses] = [query.list('Ids'), query.list('Status')];
  const wanted = statuses && new Set([...statuses].map(squeezed));
  const found = shown<WireReturn>(asked, 'returns').filter(
    (back) =>
      (ids?.has(String(back.id)) ?? true) &&
      (wanted?.has(squeezed(back.status)) ?? true) &&
      within(query, 'StartDate', 'EndDate', msOf(back.insert_date)) &&
      within(
        query,
        'CompletedStartDate',
        'CompletedEndDate',
        back.completed_date === null ? null : msOf(back.completed_date),
      ),
  );
  const sorted = query.oneOf('SortOrder', ['Asc', 'Desc']) === 'Asc' ? found : found.reverse();
  const { items, headers, pages, number } = numbered(sorted, query, 'Cursor');
  const limit = query.whole('Limit', { from: 1, to: 250, otherwise: 50 });
  const link = (page: number): string => `https://api.shipbob.com${path}?Cursor=${page}&Limit=${limit}`;
  const body = {
    items,
    first: link(1),
    last: link(pages),
    next: number < pages ? link(number + 1) : null,
    prev: number > 1 ? link(number - 1) : null,
  };
  return { body, headers, records: items.length };
}

function receiving(asked: Asked) {
  const { query } = asked;
  const [ids, statuses] = [query.list('IDs'), query.list('Statuses')];
  const found = shown<WireReceiving>(asked, 'receiving').filter(
    (wro) =>
      (ids?.has(String(wro.id)) ?? true) &&
      (statuses?.has(wro.status) ?? true) &&
      within(query, 'InsertStartDate', 'InsertEndDate', msOf(wro.insert_date)) &&
      within(query, 'CompletedStartDate', 'CompletedEndDate', completedMs(wro)),
  );
  const { items, headers } = numbered(found, query, 'Page');
  return { body: items, headers, records: items.length };
}

function completedMs({ status_history }: WireReceiving): number | null {
  const done = status_history.find(({ status }) => status === 'Completed');
  return done ? msOf(done.timestamp) : null;
}

function products(asked: Asked) {
  asked.query.oneOf('SortBy', ['Id', 'Name', 'Category', 'TotalOnHandQty']);
  asked.query.oneOf('SortOrder', ['ASC', 'DESC']);
  const { items, body } = linked(
    shown<ShipBobStore['products'][number]>(asked, 'products'),
    asked,
    ({ id }) => id,
  );
  return { body: body(items), records: items.length };
}

type Level = ShipBobStore['inventory'][number];

function levels(asked: Asked) {
  const { items, body } = linked(levelsAsked(asked), asked, (one) => one.inventory_id);
  return { body: body(items.map(({ locations: _, ...level }) => level)), records: items.length };
}

function locations(asked: Asked) {
  const { items, body } = linked(levelsAsked(asked), asked, (one) => one.inventory_id);
  const centres = items.map(({ inventory_id, name, sku, locations: at }) => ({
    inventory_id,
    name,
    sku,
    locations: at,
  }));
  return { body: body(centres), records: items.length };
}

function levelsAsked(asked: Asked): readonly Level[] {
  const ids = asked.query.list('InventoryIds');
  const all = shown<Level>(asked, 'inventory');
  return ids ? all.filter((one) => ids.has(String(one.inventory_id))) : all;
}

function centres(asked: Asked) {
  const all = shown<object>(asked, 'fulfillment_centers');
  return { body: all, records: all.length };
}

/** By their path behind the version; `channel` depends on the token and is answered by the account itself. */
export const LISTS: Readonly<Record<string, ListDoor>> = {
  order: { scope: 'orders_read', operation: 'orders', answer: orders },
  return: { scope: 'returns_read', operation: 'returns', answer: returns },
  receiving: { scope: 'receiving_read', operation: 'receiving', answer: receiving },
  'fulfillment-center': { scope: 'receiving_read', operation: 'fulfillment centers', answer: centres },
  product: { scope: 'products_read', operation: 'products', answer: products },
  'inventory-level': { scope: 'inventory_read', operation: 'inventory', answer: levels },
  'inventory-level/locations': {
    scope: 'inventory_read',
    operation: 'inventory by centre',
    answer: locations,
  },
};
