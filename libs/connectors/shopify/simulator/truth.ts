import { add, sum, times, ZERO, type Decimal } from '#kernel';
import type { ShopStore } from './store.js';
import { backRoomTruth } from './truth-back-room.js';
import { afterSaleTruth } from './truth-after-sale.js';

/** Money added up per currency. */
export type Sums = Readonly<Record<string, Decimal>>;

export interface TableTruth {
  readonly rows: number;
  readonly units?: number;
  readonly sum_total?: Sums;
  readonly sum_qty_price?: Sums;
  readonly sum_total_spent?: Sums;
  readonly max_lines_per_order?: number;
  /** Of payouts. */
  readonly sum_net?: Sums;
  /** Of payments: of all, what gateways kept, and what came in less what went back. */
  readonly sum_amount?: Sums;
  readonly sum_fee?: Sums;
  readonly sum_received?: Sums;
}

export interface StreamTruth {
  readonly records: number;
  readonly tables: Readonly<Record<string, TableTruth>>;
}

export interface Truth {
  readonly streams: Readonly<Record<string, StreamTruth>>;
  /** What a shop file held that became no order. */
  readonly left_out: {
    readonly credit_notes: number;
    readonly credit_note_lines: number;
    readonly write_offs: number;
  };
}

/**
 * Counts and sums of a shop, added up from its own records with exact decimals: what any faithful copy must
 * reproduce. Test and cancelled orders are rows like others and count here.
 */
export function truthOf(store: ShopStore): Truth {
  const { currency } = store;
  let units = 0;
  let lines = 0;
  let longest = 0;
  let sold: Decimal = ZERO;
  const totals: Decimal[] = [];
  for (const order of store.orders.values()) {
    lines += order.lines.length;
    longest = Math.max(longest, order.lines.length);
    totals.push(order.totalPriceSet.shopMoney.amount);
    for (const line of order.lines) {
      units += line.quantity;
      sold = add(sold, times(line.originalUnitPriceSet.shopMoney.amount, line.quantity));
    }
  }
  const spent = Array.from(store.customers.values(), (customer) => customer.amountSpent.amount);
  return {
    streams: {
      'shopify.orders': {
        records: store.orders.size,
        tables: {
          orders: { rows: store.orders.size, sum_total: { [currency]: sum(totals) } },
          order_items: {
            rows: lines,
            units,
            sum_qty_price: { [currency]: sold },
            max_lines_per_order: longest,
          },
        },
      },
      'shopify.customers': {
        records: store.customers.size,
        tables: {
          shopify_customers: { rows: store.customers.size, sum_total_spent: { [currency]: sum(spent) } },
        },
      },
      'shopify.products': {
        records: store.products.size,
        tables: {
          shopify_products: { rows: store.products.size },
          shopify_variants: { rows: store.variants.size },
        },
      },
      ...afterSaleTruth(store),
      // Records that no shop has opened with have no stock and no account.
      ...(store.backRoom ? backRoomTruth(store) : {}),
    },
    left_out: {
      credit_notes: store.leftOut.creditNotes,
      credit_note_lines: store.leftOut.creditNoteLines,
      write_offs: store.leftOut.writeOffs,
    },
  };
}
