import type { Shelf } from './built-in.js';
import { Fulfillment, Refund, Transaction, type Shipped } from './events.js';
import type { Order } from './order.js';
import { CARRIERS } from './words.js';

const HOUR = 3_600_000;

/** Pays, ships, refunds, edits or cancels a new order, as its place in the shop says, and moves its updatedAt. */
export function settle(shop: Shelf, order: Order, i: number): void {
  const moment = momentsOf(shop, order);
  if (i % 23 === 8) {
    cancel(shop, order, moment(), i % 46 === 8);
    return;
  }
  pay(shop, order, moment(), i);
  if (i % 13 === 5 && order.lines.length > 1) removeLine(order, order.lines.length - 1, moment());
  if (i % 3 !== 0) ship(shop, order, moment(), i);
  if (i % 10 === 7) refundLine(shop, order, moment(), { pay: true, hasCreatedAt: i % 20 !== 7 });
  if (i % 30 === 17) refundAll(shop, order, moment());
  if (i % 40 === 9) refundLine(shop, order, moment(), { pay: false, hasCreatedAt: true });
  if (i % 3 === 2) order.closedMs = moment();
}

/** Later and later instants after the order was placed, never past the shop's end; each one moves updatedAt. */
function momentsOf({ random, endMs }: Shelf, order: Order): () => number {
  let last = order.createdMs;
  return () => {
    const room = Math.max(0, Math.min(48 * HOUR, endMs - last));
    last += Math.floor((random.next() * room) / 1000) * 1000;
    order.updatedMs = last;
    return last;
  };
}

function pay({ store }: Shelf, order: Order, atMs: number, i: number): void {
  const gateway = i % 4 === 1 ? 'paypal' : 'shopify_payments';
  const units = order.total;
  if (units === 0 || i % 19 === 14) return;
  const add = (kind: string, status: string, parent?: Transaction): Transaction => {
    const made = new Transaction(order, {
      n: store.next.transaction++,
      kind,
      status,
      gateway,
      units,
      atMs,
      ...(parent ? { parent } : {}),
      ...(status === 'FAILURE' ? { errorCode: 'CARD_DECLINED' } : {}),
    });
    order.transactionList.push(made);
    return made;
  };
  // More attempts than the usual `transactions(first: 20)` holds.
  if (i % 100 === 21) for (let tries = 0; tries < 24; tries++) add('SALE', 'FAILURE');
  if (i % 7 === 3) {
    const hold = add('AUTHORIZATION', 'SUCCESS');
    if (i % 14 === 3) add('CAPTURE', 'SUCCESS', hold);
    else order.authorizedOnly = true;
  } else add('SALE', i % 31 === 12 ? 'PENDING' : 'SUCCESS');
}

function ship({ store, random }: Shelf, order: Order, atMs: number, i: number): void {
  const open: Shipped[] = order.lines
    .filter((line) => line.requiresShipping && line.unfulfilledQuantity > 0)
    .map((line) => ({ line, quantity: line.unfulfilledQuantity }));
  if (open.length === 0) return;
  const parcels = i % 100 === 20 ? open.length : i % 6 === 4 && open.length > 1 ? 2 : 1;
  const size = Math.ceil(open.length / parcels);
  for (let from = 0; from < open.length; from += size) {
    // The second parcel of some orders has not left yet.
    if (from > 0 && i % 12 === 4) break;
    const carrier = random.pick(CARRIERS);
    const number = `${carrier.company.slice(0, 2).toUpperCase()}${100_000_000 + store.next.fulfillment}`;
    const first = { number, company: carrier.company, url: carrier.url + number };
    // Too much for one box: the same goods under two numbers, the second known by its number alone.
    const second = i % 50 === 22 ? [{ number: `${number}-2`, company: null, url: null }] : [];
    const tracking = i % 9 === 8 ? [] : [first, ...second];
    const parcel = new Fulfillment(
      order,
      store.next.fulfillment++,
      open.slice(from, from + size),
      atMs,
      tracking,
      i % 2 === 0 ? order.updatedMs : null,
    );
    order.fulfillmentList.push(parcel);
  }
  if (i % 25 === 16) lostParcel(order, atMs);
}

/** Ids of parcels that were called off: a range of their own. */
const CALLED_OFF = 400_000_000;

/** A label that was printed first and called off: it stays in the order, though nothing was sent with it. */
function lostParcel(order: Order, atMs: number): void {
  const [sent] = order.fulfillmentList;
  if (!sent) return;
  const tracking = sent.trackingList.map((one) => ({ ...one, number: one.number && `${one.number}X` }));
  const parcel = new Fulfillment(order, CALLED_OFF + order.seq, sent.shipped, atMs, tracking, null);
  parcel.cancel(atMs);
  order.fulfillmentList.push(parcel);
}

function removeLine(order: Order, at: number, atMs: number): void {
  const line = order.lines[at]!;
  line.currentQuantity = 0;
  order.edited = true;
  order.updatedMs = atMs;
}

export interface RefundOptions {
  readonly pay: boolean;
  readonly hasCreatedAt: boolean;
}

type Till = Pick<Shelf, 'store'>;

/** One unit of the first line that still has one; false where there is none. */
export function refundLine({ store }: Till, order: Order, atMs: number, options: RefundOptions): boolean {
  const line = order.lines.find((one) => one.currentQuantity > 0);
  if (!line) return false;
  const note = options.pay ? 'Arrived broken' : 'Restock only';
  const refund = new Refund(
    order,
    store.next.refund++,
    [{ line, quantity: 1 }],
    atMs,
    note,
    options.pay ? 'RETURN' : 'CANCEL',
    options.hasCreatedAt,
  );
  order.refundList.push(refund);
  if (options.pay) payBack({ store }, order, refund, line.unit - line.unitDiscount, atMs);
  order.updatedMs = atMs;
  return true;
}

/** Everything that is left, postage included. */
function refundAll({ store }: Till, order: Order, atMs: number): void {
  const taken = order.lines
    .filter((line) => line.currentQuantity > 0)
    .map((line) => ({ line, quantity: line.currentQuantity }));
  const shipping = order.facts.shipping - order.shippingRefunded;
  const refund = new Refund(order, store.next.refund++, taken, atMs, null, 'NO_RESTOCK', true, shipping);
  order.refundList.push(refund);
  order.shippingRefunded = order.facts.shipping;
  payBack({ store }, order, refund, order.received - order.refunded, atMs);
  order.updatedMs = atMs;
}

function payBack({ store }: Till, order: Order, refund: Refund, wanted: number, atMs: number): void {
  const units = Math.min(wanted, order.received - order.refunded);
  const parent = order.transactionList.find(
    (one) => one.status === 'SUCCESS' && (one.kind === 'SALE' || one.kind === 'CAPTURE'),
  );
  if (units <= 0 || !parent) return;
  const paid = new Transaction(order, {
    n: store.next.transaction++,
    kind: 'REFUND',
    status: 'SUCCESS',
    gateway: parent.gateway,
    units,
    atMs,
    parent,
  });
  order.transactionList.push(paid);
  refund.transactionList.push(paid);
}

/** Takes every line off; money already taken goes back. */
export function cancel(shop: Till, order: Order, atMs: number, paid: boolean): void {
  if (paid && order.received === 0 && order.total > 0)
    order.transactionList.push(
      new Transaction(order, {
        n: shop.store.next.transaction++,
        kind: 'SALE',
        status: 'SUCCESS',
        gateway: 'shopify_payments',
        units: order.total,
        atMs: order.createdMs,
      }),
    );
  refundAll(shop, order, atMs);
  order.cancelledMs = atMs;
  order.cancelReason = paid ? 'CUSTOMER' : 'INVENTORY';
  order.closedMs = atMs;
  order.updatedMs = atMs;
}
