import { add, sum, times, ZERO, type Decimal } from '#kernel';
import { textOf } from '#shop';
import { onHandOf } from './inventory.js';
import type { SellerStore } from './store.js';
import { statusOf } from './transactions.js';

export interface TableTruth {
  readonly rows: number;
  readonly [figure: string]: number | Decimal | Readonly<Record<string, Decimal>>;
}

export interface Truth {
  readonly streams: Readonly<
    Record<string, { readonly records: number; readonly tables: Readonly<Record<string, TableTruth>> }>
  >;
}

const KEPT_MS = 90 * 86_400_000;

/** Counts and sums of an account as it stands, added up from its own records with exact decimals. */
export function truthOf(store: SellerStore, nowMs: number): Truth {
  const { currency } = store.trade;
  return {
    streams: {
      'amazon.orders': ordersTruth(store, nowMs),
      'amazon.inventory': inventoryTruth(store),
      'amazon.settlements': settlementsTruth(store, nowMs),
      'amazon.transactions': transactionsTruth(store, nowMs, currency),
    },
  };
}

function ordersTruth({ orders, trade }: SellerStore, nowMs: number) {
  const totals: Decimal[] = [];
  let lines = 0;
  let units = 0;
  let sold: Decimal = ZERO;
  for (const order of orders.values()) {
    const priced = order.hasMoney(nowMs);
    if (priced) totals.push(textOf(order.sale.total));
    for (const line of order.sale.lines) {
      lines += 1;
      units += line.quantity;
      if (priced) sold = add(sold, times(textOf(line.unit), line.quantity));
    }
  }
  return {
    records: orders.size,
    tables: {
      orders: { rows: orders.size, sum_total: { [trade.currency]: sum(totals) } },
      order_items: { rows: lines, units, sum_qty_price: { [trade.currency]: sold } },
    },
  };
}

/** In the seller's own marketplace; beside it the same units are shown once more. */
function inventoryTruth(store: SellerStore) {
  const offers = store.offersIn(store.marketplaces[0].id);
  const rows = offers.length;
  return {
    records: rows,
    tables: {
      inventory: { rows, on_hand: offers.reduce((all, offer) => all + onHandOf(offer), 0) },
      amazon_inventory: { rows },
    },
  };
}

/** What can still be listed: Amazon keeps reports for ninety days. A settlement that is reported twice is one. */
function settlementsTruth({ reports, trade }: SellerStore, nowMs: number) {
  const listed = reports.filter(({ createdMs }) => createdMs <= nowMs && createdMs >= nowMs - KEPT_MS);
  const settlements = [...new Set(listed.map(({ settlement }) => settlement))];
  const lines = settlements.flatMap((settlement) => settlement.lines);
  return {
    records: settlements.length,
    tables: {
      settlements: {
        rows: settlements.length,
        sum_net: { [trade.currency]: sum(settlements.map(({ total }) => textOf(total))) },
      },
      settlement_lines: {
        rows: lines.length,
        sum_amount: { [trade.currency]: sum(lines.map(({ amount }) => textOf(amount))) },
      },
    },
  };
}

function transactionsTruth({ transactions }: SellerStore, nowMs: number, currency: string) {
  const told = transactions.filter(({ toldMs }) => toldMs <= nowMs);
  const released = told.filter((one) => statusOf(one, nowMs) === 'RELEASED');
  return {
    records: told.length,
    tables: {
      amazon_transactions: {
        rows: told.length,
        sum_released: { [currency]: sum(released.map(({ total }) => textOf(total))) },
      },
    },
  };
}
