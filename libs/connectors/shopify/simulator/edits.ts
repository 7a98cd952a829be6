import { z } from 'zod';
import { cancel, refundLine } from './built-in-events.js';
import { makeOrder } from './built-in.js';
import type { Order } from './order.js';
import { editParcel, isParcelOp, PARCEL_OPS } from './parcel-edits.js';
import {
  BACK_ROOM_LISTS,
  backRoomList,
  isBackRoomList,
  spread,
  touchBackRoom,
  type BackRoomList,
} from './back-room-edits.js';
import { Random } from '#shop';
import type { ShopStore } from './store.js';

/** What somebody did in the shop's admin while nobody was looking. */
export const shopEdit = z.strictObject({
  /**
   * `touch` moves updatedAt and adds a tag; `edit` takes a line off an order; `refund` gives one unit back;
   * `cancel`, `delete` and `add` are as they say; `ship`, `track`, `deliver` and `unship` are done to an order's newest
   * parcel. Customers and products can be touched or deleted; locations, inventory (its items counted) and payouts touched.
   */
  op: z.enum(['touch', 'edit', 'refund', 'cancel', 'delete', 'add', ...PARCEL_OPS]),
  stream: z.enum(['orders', 'customers', 'products', ...BACK_ROOM_LISTS]).default('orders'),
  /** One record, by gid or number. */
  id: z.string().optional(),
  /** Or how many: the same ones for the same shop and request. */
  count: z.number().int().positive().default(1),
  /** When; default is the sandbox's clock. Several edits with one instant make a tie. */
  at: z.iso.datetime().optional(),
  /** Of parcels: the parcel's own clock moves, its order's does not. */
  quiet: z.boolean().default(false),
});

export type ShopEdit = z.infer<typeof shopEdit>;

export interface EditResult {
  readonly op: string;
  readonly stream: string;
  readonly ids: readonly string[];
  readonly at: string;
}

interface Editable {
  readonly id: string;
  readonly seq: number;
  readonly legacyResourceId: string;
  updatedMs: number;
}

type EditableList = Exclude<ShopEdit['stream'], BackRoomList>;

/** Streams of what came of orders. */
export const AFTER_SALE_LISTS = ['fulfillments', 'refunds', 'transactions'] as const;
type AfterSaleList = (typeof AFTER_SALE_LISTS)[number];

const isAfterSaleList = (stream: string): stream is AfterSaleList =>
  (AFTER_SALE_LISTS as readonly string[]).includes(stream);

const listIn = (order: Order, list: AfterSaleList): readonly { readonly id: string }[] =>
  ({
    fulfillments: order.fulfillmentList,
    refunds: order.refundList,
    transactions: order.transactionList,
  })[list];

/** A customer whose spending changed has changed. */
function moveCustomer({ customer }: Order, atMs: number): void {
  if (customer) customer.updatedMs = Math.max(atMs, customer.updatedMs + 1000);
}

/** Changes the shop; every touched record's updatedAt moves to `at`, and past its former value where it has to. */
export class ShopEditor {
  private made = 0;

  constructor(
    private readonly store: ShopStore,
    private readonly seed: number | string,
  ) {}

  apply(edit: ShopEdit, nowMs: number): EditResult | { error: string } {
    const atMs = Math.floor((edit.at === undefined ? nowMs : Date.parse(edit.at)) / 1000) * 1000;
    const done = (ids: readonly string[]): EditResult => ({
      op: edit.op,
      stream: edit.stream,
      ids,
      at: new Date(atMs).toISOString(),
    });
    if (edit.op === 'add') {
      if (edit.stream !== 'orders') return { error: 'only orders can be added' };
      return done(this.add(edit.count, atMs));
    }
    const { stream } = edit;
    if (isBackRoomList(stream)) {
      if (edit.op !== 'touch') return { error: `${stream} can be touched alone` };
      return done(touchBackRoom(this.store, { ...edit, stream }, atMs));
    }
    const chosen = this.choose({ ...edit, stream });
    if (chosen.length === 0) return { error: `no such record in ${edit.stream}` };
    const changed: Editable[] = [];
    for (const record of chosen) {
      const at = Math.max(atMs, record.updatedMs + 1000);
      if (edit.op === 'delete') this.remove(edit.stream, record, at);
      else if (edit.op !== 'touch' && edit.stream !== 'orders')
        return { error: `${edit.op} is for orders only` };
      else if (!this.change(edit, record, at)) continue;
      changed.push(record);
    }
    this.changed();
    return done(changed.map((record) => record.id));
  }

  /** In the order of ids, spread evenly, so that several pages are hit. */
  choose({
    stream,
    id,
    count,
  }: {
    stream: EditableList;
    count: number;
    id?: string | undefined;
  }): Editable[] {
    const list = this.store[stream];
    if (id !== undefined) {
      const found = list.get(id.slice(id.lastIndexOf('/') + 1));
      return found ? [found] : [];
    }
    const all: readonly Editable[] = list.sortedBy('ID').all();
    const wanted = Math.min(count, all.length);
    return Array.from({ length: wanted }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / wanted)]!);
  }

  /** Global ids of so many records of any stream, spread as evenly. */
  chosenIds({ stream, count }: { stream: ShopEdit['stream'] | AfterSaleList; count: number }): string[] {
    if (isBackRoomList(stream)) return spread(backRoomList(this.store, stream), count).map(({ id }) => id);
    if (!isAfterSaleList(stream)) return this.choose({ stream, count }).map(({ id }) => id);
    const all = this.store.ordersById().flatMap((order) => listIn(order, stream));
    const wanted = Math.min(count, all.length);
    return Array.from({ length: wanted }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / wanted)]!.id);
  }

  private add(count: number, atMs: number): string[] {
    const random = new Random(`${this.seed}/added/${this.made}`);
    const shelf = {
      store: this.store,
      random,
      variants: [...this.store.variants.values()],
      customers: [...this.store.customers.values()],
      endMs: atMs,
    };
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      // Always past 2^53, like the last orders of the shop they join.
      const order = makeOrder(shelf, this.made++, atMs, 0);
      this.store.orders.add(order);
      moveCustomer(order, atMs);
      ids.push(order.id);
    }
    this.changed();
    return ids;
  }

  private change({ op, stream, quiet }: ShopEdit, record: Editable, atMs: number): boolean {
    if (op === 'touch' && stream !== 'orders') {
      record.updatedMs = atMs;
      return true;
    }
    const order = this.store.orders.get(record.legacyResourceId)!;
    if (op === 'touch') order.tags = [...order.tags, `touched-${order.tags.length}`];
    else if (op === 'refund') {
      if (!refundLine({ store: this.store }, order, atMs, { pay: true, hasCreatedAt: true })) return false;
    } else if (isParcelOp(op)) {
      if (!editParcel(op, this.store, order, atMs)) return false;
      if (quiet) return true;
    } else if (op === 'cancel') {
      if (order.cancelledMs !== null) return false;
      cancel({ store: this.store }, order, atMs, order.received > 0);
    } else {
      const line = order.lines.find((one) => one.currentQuantity > 0);
      if (!line) return false;
      line.currentQuantity = 0;
      order.edited = true;
    }
    order.updatedMs = atMs;
    if (op !== 'touch' && !isParcelOp(op)) moveCustomer(order, atMs);
    return true;
  }

  private remove(stream: ShopEdit['stream'], record: Editable, atMs: number): void {
    if (stream === 'orders') {
      const order = this.store.orders.get(record.legacyResourceId)!;
      order.customer?.placed.delete(order);
      moveCustomer(order, atMs);
      this.store.orders.delete(order);
    } else if (stream === 'customers')
      this.store.customers.delete(this.store.customers.get(record.legacyResourceId)!);
    else {
      const product = this.store.products.get(record.legacyResourceId)!;
      for (const variant of product.variantList) {
        this.store.variants.delete(variant);
        this.store.backRoom?.forget(variant);
      }
      this.store.products.delete(product);
    }
  }

  private changed(): void {
    this.store.orders.changed();
    this.store.customers.changed();
    this.store.products.changed();
  }
}
