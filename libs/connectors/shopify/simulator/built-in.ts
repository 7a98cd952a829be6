import { addCustomers, addProducts, addressOf } from './built-in-catalog.js';
import { settle } from './built-in-events.js';
import type { Customer, Variant } from './catalog.js';
import type { Presentment } from './money.js';
import { Order } from './order.js';
import { Random } from '#shop';
import { ShopStore } from './store.js';

/*
 * A shop made of a seed: the same seed, size and anchor make the same shop, byte for byte. Peculiarities sit at
 * fixed places of the order's number, not at random ones, so that even a shop of 50 orders has nearly all of them.
 */

export interface BuiltInOptions {
  readonly seed: number | string;
  readonly orders: number;
  /** Everything happened before this instant. */
  readonly anchor: Date;
  /** Which shop of the platform's it is; the first by default. */
  readonly nth?: number;
}

const DAY = 86_400_000;
/** Long enough that some orders lie beyond the 60 days an app sees without read_all_orders. */
const SPAN = 90 * DAY;
const CURRENCY = 'GBP';

/** How the shop's pounds were shown to buyers. */
const SHOWN: readonly Presentment[] = [
  { currency: 'EUR', perMille: 1187 },
  { currency: 'JPY', perMille: 191_250 },
  { currency: 'USD', perMille: 1263 },
];
const PLAIN: Presentment = { currency: CURRENCY, perMille: 1000 };

/** The largest order a real shop of the kind was seen to have. */
const LARGEST = 675;

export function makeBuiltIn({ seed, orders: count, anchor, nth }: BuiltInOptions): ShopStore {
  const random = new Random(`${seed}/${count}`);
  const end = Math.floor(anchor.getTime() / 1000) * 1000 - 60_000;
  const start = end - SPAN;
  const store = new ShopStore(CURRENCY, anchor.getTime(), nth);
  addProducts(store, Math.min(2000, Math.max(24, Math.floor(count / 10))), random, start);
  addCustomers(store, Math.min(20_000, Math.max(8, Math.floor(count / 3))), random, start);
  const shop: Shelf = {
    store,
    random,
    variants: [...store.variants.values()],
    customers: [...store.customers.values()],
    endMs: end,
  };
  for (let i = 0; i < count; i++) {
    const createdMs = start + Math.floor((SPAN * (i + random.next())) / count / 1000) * 1000;
    store.orders.add(makeOrder(shop, i, createdMs, count));
  }
  tie([...store.orders.values()]);
  for (const customer of shop.customers)
    for (const order of customer.placed) customer.updatedMs = Math.max(customer.updatedMs, order.createdMs);
  return store;
}

/** What orders are made from. */
export interface Shelf {
  readonly store: ShopStore;
  readonly random: Random;
  readonly variants: readonly Variant[];
  readonly customers: readonly Customer[];
  /** No event is later. */
  readonly endMs: number;
}

/**
 * One order of a seed's shop. `i` picks its peculiarities; `count` is how many the shop is made with, so that its
 * last tenth has ids past 2^53.
 */
export function makeOrder(shop: Shelf, i: number, createdMs: number, count: number): Order {
  const { store, random } = shop;
  const seq = store.next.order++;
  const guest = i % 6 === 1;
  const customer = guest || shop.customers.length === 0 ? null : random.pick(shop.customers);
  const presentment = i % 5 === 2 ? SHOWN[Math.floor(i / 5) % SHOWN.length]! : PLAIN;
  const order = new Order({
    seq,
    name: `#${1000 + seq}`,
    number: 1000 + seq,
    createdMs,
    // Orders brought over from an older shop were processed long before they were created here.
    processedMs: i % 21 === 6 ? createdMs - 200 * DAY : createdMs,
    updatedMs: createdMs,
    currency: CURRENCY,
    presentment,
    customer,
    email: guest
      ? i % 12 === 1
        ? null
        : `guest.${seq}@example.net`
      : i % 17 === 3
        ? null
        : (customer?.email ?? null),
    phone: i % 7 === 0 ? '+81 3-1234-5678' : null,
    address:
      i % 16 === 5
        ? null
        : addressOf(random, `1${seq}`, customer?.firstName ?? 'Guest', customer?.lastName ?? null),
    shipping: i % 4 === 0 ? 0 : 39_900 + random.int(0, 5) * 10_000,
    test: i % 29 === 11,
    note: i % 18 === 2 ? 'Bitte klingeln 🔔\n"2nd floor"' : null,
    tags: i % 8 === 3 ? ['wholesale', 'Ärger, vielleicht'] : [],
    beyond: i >= Math.floor(count * 0.9),
    taxesIncluded: true,
  });
  addLines(shop, order, i, lineCount(random, i, count));
  settle(shop, order, i);
  return order;
}

function lineCount(random: Random, i: number, count: number): number {
  if (i === count >> 1) return count >= 50 ? LARGEST : 60;
  if (i % 97 === 40) return 60;
  return random.chance(0.45) ? 1 : random.int(2, 6);
}

function addLines({ store, random, variants }: Shelf, order: Order, i: number, lines: number): void {
  const taxPercent = i % 10 === 8 ? 0 : 20;
  for (let at = 0; at < lines; at++) {
    if (at === 0 && i % 14 === 6) {
      order.addLine({
        n: store.next.line++,
        sku: null,
        title: 'Custom engraving ✍️',
        variantTitle: null,
        vendor: null,
        variant: null,
        quantity: 1,
        unit: 150_000,
        unitDiscount: 0,
        taxPercent,
        requiresShipping: false,
      });
      continue;
    }
    const variant = random.pick(variants);
    const unit = i % 12 === 10 && at === 0 ? 0 : variant.units;
    order.addLine({
      n: store.next.line++,
      sku: variant.sku,
      title: variant.product.title,
      variantTitle: variant.title === 'Default Title' ? null : variant.title,
      vendor: variant.product.vendor,
      // The product was deleted after the sale: its SKU and title stay on the line, the link does not.
      variant: i % 9 === 2 && at === lines - 1 ? null : variant,
      quantity: random.chance(0.7) ? 1 : random.int(2, 24),
      unit,
      unitDiscount: i % 15 === 4 ? Math.floor(unit / 1000) * 100 : 0,
      taxPercent,
      requiresShipping: true,
    });
  }
  if (i % 11 === 4) repeatLast(store, order);
}

/** The same SKU a second time in one order, as a gift or at another price. */
function repeatLast(store: ShopStore, order: Order): void {
  const last = order.lines.at(-1);
  if (!last) return;
  order.addLine({
    n: store.next.line++,
    sku: last.sku,
    title: last.title,
    variantTitle: last.variantTitle,
    vendor: last.vendor,
    variant: last.variant,
    quantity: last.quantity,
    unit: last.unit,
    unitDiscount: 0,
    taxPercent: last.taxPercent,
    requiresShipping: last.requiresShipping,
  });
}

/** A run of orders that one bulk edit left with the very same updatedAt: longer than a page of 250 in a large shop. */
function tie(orders: readonly Order[]): void {
  const first = Math.floor(orders.length * 0.4);
  const length = orders.length >= 1000 ? 300 : Math.floor(orders.length / 4);
  const block = orders.slice(first, first + length);
  const atMs = block.reduce((latest, order) => Math.max(latest, order.updatedMs), 0);
  for (const order of block) order.updatedMs = atMs;
}
