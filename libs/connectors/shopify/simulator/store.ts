import type { BackRoom } from './back-room.js';
import type { Customer, Product, Variant } from './catalog.js';
import { compareIds } from './ids.js';
import type { Fulfillment, Refund, Transaction } from './events.js';
import type { Order } from './order.js';
import type { PaymentsAccount } from './payments.js';
import { SortedList, type Listed, type SortValue } from './sorted.js';
import type { Shelves } from './stock.js';

/** One kind of record: kept by id, listed by any of its sort keys. */
export class Collection<T extends Listed> {
  private readonly byId = new Map<string, T>();
  private readonly lists = new Map<string, SortedList<T>>();

  /** Rises with every change of a record. */
  revision = 0;

  constructor(private readonly sortKeys: Readonly<Record<string, (record: T) => SortValue>>) {}

  get size(): number {
    return this.byId.size;
  }
  add(record: T): void {
    this.byId.set(record.legacyResourceId, record);
    this.changed();
  }
  delete(record: T): void {
    this.byId.delete(record.legacyResourceId);
    this.changed();
  }
  get(legacyResourceId: string): T | undefined {
    return this.byId.get(legacyResourceId);
  }
  values(): IterableIterator<T> {
    return this.byId.values();
  }
  /** To be called after any change of a record: lists are sorted anew, texts written anew. */
  changed(): void {
    this.revision++;
    for (const list of this.lists.values()) list.changed();
  }
  sortedBy(key: string): SortedList<T> {
    let list = this.lists.get(key);
    if (!list) {
      const valueOf = this.sortKeys[key];
      if (!valueOf) throw new RangeError(`no sort key ${key}`);
      list = new SortedList(() => this.byId.values(), valueOf);
      this.lists.set(key, list);
    }
    return list;
  }
}

/** Shops of one platform have no id in common: each counts from a place of its own, so many apart. */
const APART = 1_000_000;

/** Next place in each family of ids. */
export interface Counters {
  order: number;
  line: number;
  refund: number;
  transaction: number;
  fulfillment: number;
  customer: number;
  product: number;
  variant: number;
}

/** What came of an order after it was placed. */
export type AfterSale = Fulfillment | Refund | Transaction;

/** What a file held that became no order. */
export interface LeftOut {
  readonly creditNotes: number;
  readonly creditNoteLines: number;
  readonly writeOffs: number;
}

/** One shop's records: the simulator's truth. */
export class ShopStore {
  readonly orders = new Collection<Order>({
    ID: (order) => order.seq,
    ORDER_NUMBER: (order) => order.number,
    CREATED_AT: (order) => order.createdMs,
    UPDATED_AT: (order) => order.updatedMs,
    PROCESSED_AT: (order) => order.processedMs,
    TOTAL_PRICE: (order) => order.total,
    CURRENT_TOTAL_PRICE: (order) => order.currentTotal,
    CUSTOMER_NAME: (order) => order.customer?.displayName ?? '',
    FINANCIAL_STATUS: (order) => order.displayFinancialStatus ?? '',
    FULFILLMENT_STATUS: (order) => order.displayFulfillmentStatus,
    TOTAL_ITEMS_QUANTITY: (order) => order.subtotalLineItemsQuantity,
  });
  readonly customers = new Collection<Customer>({
    ID: (customer) => customer.seq,
    CREATED_AT: (customer) => customer.createdMs,
    UPDATED_AT: (customer) => customer.updatedMs,
    NAME: (customer) => customer.displayName,
  });
  readonly products = new Collection<Product>({
    ID: (product) => product.seq,
    CREATED_AT: (product) => product.createdMs,
    UPDATED_AT: (product) => product.updatedMs,
    TITLE: (product) => product.title,
    VENDOR: (product) => product.vendor,
    PRODUCT_TYPE: (product) => product.productType,
  });
  readonly variants = new Collection<Variant>({
    ID: (variant) => variant.seq,
    SKU: (variant) => variant.sku ?? '',
    TITLE: (variant) => variant.title,
    POSITION: (variant) => variant.position,
    INVENTORY_QUANTITY: (variant) => variant.inventoryQuantity ?? 0,
  });
  readonly next: Counters;
  private readonly afterSales = new Map<string, AfterSale>();
  private afterSaleAt = -1;
  /** Every shop that is open has one. */
  backRoom: BackRoom | null = null;
  leftOut: LeftOut = { creditNotes: 0, creditNoteLines: 0, writeOffs: 0 };

  /** `nth`: which shop of the platform's it is; 0 is the first. */
  constructor(
    readonly currency: string,
    readonly anchorMs: number,
    nth = 0,
  ) {
    const first = nth * APART + 1;
    this.next = {
      order: first,
      line: first,
      refund: first,
      transaction: first,
      fulfillment: first,
      customer: first,
      product: first,
      variant: first,
    };
  }

  /** Rises with every change of any record. */
  get revision(): number {
    const { orders, customers, products, variants, backRoom } = this;
    const stock = backRoom?.revision ?? 0;
    return orders.revision + customers.revision + products.revision + variants.revision + stock;
  }

  /** Locations and what they hold. */
  get shelves(): Shelves {
    return this.backRoom!.shelves;
  }
  /** Null where the shop takes no Shopify Payments. */
  get payments(): PaymentsAccount | null {
    return this.backRoom!.payments;
  }

  /** A parcel, a refund or a payment by its global id. */
  afterSale(id: string): AfterSale | undefined {
    if (this.afterSaleAt !== this.orders.revision) {
      this.afterSaleAt = this.orders.revision;
      this.afterSales.clear();
      for (const { fulfillmentList, refundList, transactionList } of this.orders.values())
        for (const one of [...fulfillmentList, ...refundList, ...transactionList])
          this.afterSales.set(one.id, one);
    }
    return this.afterSales.get(id);
  }

  /** Orders in the order of their ids, the newest last. */
  ordersById(): Order[] {
    return [...this.orders.values()].sort((a, b) => compareIds(a.legacyResourceId, b.legacyResourceId));
  }
}
