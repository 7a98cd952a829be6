import { Fulfillment, type Tracking } from './events.js';
import type { Order } from './order.js';
import type { ShopStore } from './store.js';
import { CARRIERS } from './words.js';

/** `ship` sends what is open; `track` gives the newest parcel another number; `deliver` and `unship` end it. */
export const PARCEL_OPS = ['ship', 'track', 'deliver', 'unship'] as const;
type ParcelOp = (typeof PARCEL_OPS)[number];

export const isParcelOp = (op: string): op is ParcelOp => (PARCEL_OPS as readonly string[]).includes(op);

/** False where the order has nothing to do that with. */
export function editParcel(op: ParcelOp, store: ShopStore, order: Order, atMs: number): boolean {
  if (op === 'ship') return ship(store, order, atMs);
  const parcel = order.fulfillmentList.findLast((one) => !one.isCancelled);
  if (!parcel) return false;
  if (op === 'track') parcel.track([tracking(`${parcel.trackingList[0]?.number ?? 'RM'}-2`)], atMs);
  else if (op === 'deliver') parcel.deliver(atMs);
  else parcel.cancel(atMs);
  return true;
}

function ship(store: ShopStore, order: Order, atMs: number): boolean {
  const open = order.lines
    .filter((line) => line.requiresShipping && line.unfulfilledQuantity > 0)
    .map((line) => ({ line, quantity: line.unfulfilledQuantity }));
  if (open.length === 0) return false;
  const n = store.next.fulfillment++;
  order.fulfillmentList.push(new Fulfillment(order, n, open, atMs, [tracking(`RM${200_000_000 + n}`)], null));
  return true;
}

function tracking(number: string): Tracking {
  const { company, url } = CARRIERS[0]!;
  return { number, company, url: url + number };
}
