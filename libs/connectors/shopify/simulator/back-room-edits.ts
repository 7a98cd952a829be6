import type { Listed } from './sorted.js';
import type { ShopStore } from './store.js';

/** Streams of what follows from sales. */
export const BACK_ROOM_LISTS = ['locations', 'inventory', 'payouts'] as const;
export type BackRoomList = (typeof BACK_ROOM_LISTS)[number];

export const isBackRoomList = (stream: string): stream is BackRoomList =>
  (BACK_ROOM_LISTS as readonly string[]).includes(stream);

/** All of them, by id. */
export function backRoomList(store: ShopStore, stream: BackRoomList): readonly Listed[] {
  if (stream === 'payouts') return store.payments?.payouts.sortedBy('ID').all() ?? [];
  return store.shelves[stream === 'inventory' ? 'items' : 'locations'].sortedBy('ID').all();
}

/** So many, spread evenly. */
export function spread<T>(all: readonly T[], count: number): T[] {
  const wanted = Math.min(count, all.length);
  return Array.from({ length: wanted }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / wanted)]!);
}

/** For so long after a payout its bank has something new to say of it. */
const UNSETTLED = 14 * 86_400_000;

/** A location is saved again, an item counted, a payout traced anew; answers the ids of what changed. */
export function touchBackRoom(
  store: ShopStore,
  { stream, count, id }: { stream: BackRoomList; count: number; id?: string | undefined },
  atMs: number,
): string[] {
  const chosen = <T extends Listed>(all: readonly T[]): T[] =>
    id === undefined
      ? spread(all, count)
      : all.filter((one) => one.legacyResourceId === id.slice(id.lastIndexOf('/') + 1));
  if (stream === 'payouts') {
    const all = store.payments?.payouts.sortedBy('ID').all() ?? [];
    const open = chosen(all.filter(({ issuedMs }) => issuedMs > atMs - UNSETTLED));
    for (const payout of open) payout.retrace(atMs);
    store.payments?.payouts.changed();
    return open.map((one) => one.id);
  }
  const { items, locations } = store.shelves;
  const counted = stream === 'inventory' ? chosen(items.sortedBy('ID').all()) : [];
  for (const item of counted) {
    item.count(atMs);
    // A change of what is tracked counts as an update of its product, as its description has it.
    const { product } = item.variant;
    if (item.tracked) product.updatedMs = Math.max(atMs, product.updatedMs + 1000);
  }
  items.changed();
  if (counted.length > 0) store.products.changed();
  const saved = stream === 'locations' ? chosen(locations.sortedBy('ID').all()) : [];
  for (const location of saved) location.updatedMs = Math.max(atMs, location.updatedMs + 1000);
  locations.changed();
  return [...counted, ...saved].map((one) => one.id);
}
