import { Random, type Sale } from '#shop';
import { z } from 'zod';
import { AmazonOrder } from './orders.js';
import type { SellerStore } from './store.js';

/** What happened to the account while nobody was looking. */
export const amazonEdit = z.strictObject({
  /**
   * `touch` changes records without any change of money; `cancel` and `ship` are for orders that are still open, `add`
   * places new ones; `delete` takes offers off the inventory.
   */
  op: z.enum(['touch', 'cancel', 'ship', 'add', 'delete']),
  stream: z.enum(['orders', 'inventory', 'settlements', 'transactions']).default('orders'),
  count: z.number().int().positive().default(1),
});

export type AmazonEdit = z.output<typeof amazonEdit>;

/** Answers which records changed; an `error` where there is no such edit. */
export function editStore(store: SellerStore, edit: AmazonEdit, nowMs: number): object {
  const atMs = Math.floor(nowMs / 1000) * 1000;
  const done = (ids: readonly string[]): object => ({ ...edit, ids, at: new Date(atMs).toISOString() });
  switch (`${edit.op} ${edit.stream}`) {
    case 'touch orders':
      return done(spread([...store.orders.values()], edit.count).map((order) => touch(order, atMs)));
    case 'touch inventory':
      return done(
        spread([...store.offers.values()], edit.count).map((offer) => {
          offer.inboundShipped += 1;
          offer.updatedMs = atMs;
          return offer.sku;
        }),
      );
    case 'touch transactions':
      // The newest: what lies behind the window that is read again stays as it was read.
      return done(
        store.transactions
          .filter(({ toldMs }) => toldMs <= nowMs)
          .slice(-edit.count)
          .map((one) => {
            one.description = `${one.description.split(',')[0] ?? ''}, seen ${atMs}`;
            return one.id;
          }),
      );
    // A closed settlement never changes.
    case 'touch settlements':
      return done([]);
    case 'delete inventory': {
      const gone = spread([...store.offers.values()], edit.count).map(({ sku }) => sku);
      gone.forEach((sku) => store.offers.delete(sku));
      return done(gone);
    }
    case 'cancel orders':
    case 'ship orders':
      return done(openOrders(store, edit.count, atMs).map((order) => close(order, edit.op, atMs)));
    case 'add orders':
      return done(addOrders(store, edit.count, atMs));
    default:
      return { error: `${edit.op} is not for ${edit.stream}` };
  }
}

/** The same ones for the same store, so that several pages are hit. */
const spread = <T>(all: readonly T[], count: number): T[] => {
  const wanted = Math.min(count, all.length);
  return Array.from({ length: wanted }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / wanted)]!);
};

/** Moves past its former change: two edits of one instant are still two. */
function touch(order: AmazonOrder, atMs: number): string {
  order.touchedMs = Math.max(atMs, order.updatedMs(atMs) + 1000);
  return order.id;
}

const openOrders = (store: SellerStore, count: number, atMs: number): AmazonOrder[] =>
  [...store.orders.values()].filter((order) => order.status(atMs) === 'UNSHIPPED').slice(0, count);

function close(order: AmazonOrder, op: AmazonEdit['op'], atMs: number): string {
  if (op === 'cancel') order.cancelledMs = atMs;
  else order.shippedMs = atMs;
  return order.id;
}

/** New ones like the old, of other buyers: pending at first. */
function addOrders(store: SellerStore, count: number, atMs: number): string[] {
  const patterns = [...store.orders.values()].map(({ sale }) => sale);
  const random = new Random(`${store.trade.seed}/amazon/added/${store.orders.size}`);
  if (patterns.length === 0) return [];
  return Array.from({ length: count }, () => {
    const sale = placed(random.pick(patterns), random, atMs);
    store.orders.set(sale.id, new AmazonOrder(sale));
    return sale.id;
  });
}

function placed(pattern: Sale, random: Random, placedMs: number): Sale {
  const digits = (): string => String(random.int(0, 9_999_999)).padStart(7, '0');
  const id = `${random.int(100, 999)}-${digits()}-${digits()}`;
  const lines = pattern.lines.map((line) => ({
    ...line,
    id: `${random.int(10_000_000, 99_999_999)}${digits()}`,
  }));
  return {
    ...pattern,
    id,
    name: id,
    placedMs,
    updatedMs: placedMs,
    lines,
    cancelledMs: null,
    payments: [],
    parcels: [],
    moneyBack: [],
  };
}
