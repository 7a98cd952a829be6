import { createHash } from 'node:crypto';
import type { Json } from '#kernel';
import { shippedByMerchant, textOf, type Settlement, type SettlementLine, type Units } from '#shop';
import { onHandOf, type Offer } from './inventory.js';
import { asinOf, type AmazonOrder } from './orders.js';
import { linesOf, type Report } from './reports.js';
import type { SellerStore } from './store.js';
import { leavesOf, statusOf, type Transaction } from './transactions.js';
import { amountOf, instantOf } from './words.js';

/** One row as a faithful copy holds it, named as the warehouse names its columns. */
type TruthRow = Readonly<Record<string, Json>>;

type Rows = Record<string, TruthRow>;

/** Every table's rows by source id. */
export type TruthRows = Readonly<Record<string, Readonly<Rows>>>;

/** Reports are kept for ninety days; a reader stays a day away from the end of that. */
const READABLE_MS = 89 * 86_400_000;

/**
 * What every row of a faithful copy must hold at this instant, in the seller's own marketplace, read from its records by
 * its own code: no query, no page, no file, no schema and no mapper lies between.
 */
export function rowsOf(store: SellerStore, nowMs: number): TruthRows {
  const orders: Rows = {};
  const items: Rows = {};
  for (const order of store.orders.values()) {
    orders[order.id] = orderRow(order, store, nowMs);
    for (const [line, row] of itemRows(order, store.trade.currency, nowMs)) items[line] = row;
  }
  const stock: Rows = {};
  const offers: Rows = {};
  const [{ id: marketplace }] = store.marketplaces;
  for (const offer of store.offersIn(marketplace)) {
    const key = `${marketplace}/${offer.sku}/NewItem`;
    stock[key] = stockRow(offer);
    offers[key] = { parent_source_id: key, ...offerRow(offer, marketplace) };
  }
  const settlements: Rows = {};
  const lines: Rows = {};
  const listed = store.reports.filter(
    ({ createdMs }) => createdMs <= nowMs && createdMs >= nowMs - READABLE_MS,
  );
  for (const report of listed) {
    const { settlement } = report;
    settlements[settlement.id] ??= settlementRow(settlement);
    for (const [key, row] of lineRows(report, store.marketplaces[0].name)) lines[key] = row;
  }
  return {
    orders,
    order_items: items,
    inventory: stock,
    amazon_inventory: offers,
    settlements,
    settlement_lines: lines,
    amazon_transactions: Object.fromEntries(
      store.transactions
        .filter(({ toldMs }) => toldMs <= nowMs)
        .map((one) => [one.id, transactionRow(one, store, nowMs)]),
    ),
  };
}

const summed = (amounts: readonly Units[]): Units => amounts.reduce((all, one) => all + one, 0);

function orderRow(order: AmazonOrder, { trade, marketplaces }: SellerStore, nowMs: number): TruthRow {
  const { sale } = order;
  const status = order.status(nowMs);
  const updatedAt = instantOf(order.updatedMs(nowMs));
  const tax = summed(sale.lines.map((line) => line.tax));
  const goods = summed(sale.lines.map((line) => line.quantity * line.unit)) - tax;
  const discount = summed(sale.lines.map((line) => line.discount));
  const priced = (amount: Units): string | null => (order.hasMoney(nowMs) ? textOf(amount) : null);
  return {
    source_updated_at: updatedAt,
    order_id: sale.id,
    source: 'amazon',
    purchase_date: instantOf(sale.placedMs),
    status: status.toLowerCase(),
    status_updated_at: updatedAt,
    total: priced(goods + tax + sale.shipping - discount),
    currency: order.hasMoney(nowMs) ? trade.currency : null,
    marketplace_id: marketplaces[0].id,
    ...parcelOf(order, nowMs),
    fulfillment_status: status,
    subtotal: priced(goods),
    tax_total: priced(tax),
    shipping_total: priced(sale.shipping),
    discount_total: priced(discount),
    email: null,
    cancel_reason: status === 'CANCELLED' ? 'Ordered by mistake' : null,
    test: false,
  };
}

/** Amazon tells of the parcels that the seller sends, not of its own; the one that left last. */
function parcelOf({ sale }: AmazonOrder, nowMs: number): TruthRow {
  const followed = shippedByMerchant(sale)
    ? sale.parcels.filter(({ shippedMs, trackingNumber }) => shippedMs <= nowMs && trackingNumber)
    : [];
  const newest = followed.reduce<(typeof followed)[number] | undefined>(
    (best, one) => (best === undefined || one.shippedMs > best.shippedMs ? one : best),
    undefined,
  );
  return {
    tracking_number: newest?.trackingNumber ?? null,
    carrier: newest?.carrier ?? null,
    tracking_updated_at: newest ? instantOf(newest.shippedMs) : null,
  };
}

const itemRows = (order: AmazonOrder, currency: string, nowMs: number): [string, TruthRow][] =>
  order.sale.lines.map((line) => {
    const isPriced = order.hasMoney(nowMs);
    const priced = (amount: Units): string | null => (isPriced ? textOf(amount) : null);
    return [
      line.id,
      {
        parent_source_id: order.id,
        source_updated_at: instantOf(order.updatedMs(nowMs)),
        order_id: order.id,
        source: 'amazon',
        sku: line.sku,
        asin: asinOf(line.sku ?? line.title),
        title: line.title,
        qty: line.quantity,
        current_qty: order.status(nowMs) === 'CANCELLED' ? 0 : line.quantity,
        price: priced(line.unit),
        discounted_total: priced(line.quantity * line.unit - line.tax - line.discount),
        tax: priced(line.tax),
        currency: isPriced ? currency : null,
      },
    ];
  });

const fnskuOf = (sku: string): string => `X0${asinOf(`fn/${sku}`).slice(2)}`;

const stockRow = (offer: Offer): TruthRow => ({
  sku: offer.sku,
  source: 'amazon',
  quantity_on_hand: onHandOf(offer),
  quantity_available: offer.fulfillable,
  quantity_reserved: offer.reserved + offer.transferring,
  quantity_incoming: offer.inboundShipped,
  asin: asinOf(offer.sku),
  fnsku: fnskuOf(offer.sku),
  inventory_id: fnskuOf(offer.sku),
  inventory_name: offer.title,
  fulfillable_quantity: offer.fulfillable,
  internal_transfer_quantity: offer.transferring,
  last_updated: offer.updatedMs === null ? null : instantOf(offer.updatedMs),
});

const offerRow = (offer: Offer, marketplace: string): TruthRow => ({
  marketplace_id: marketplace,
  sku: offer.sku,
  asin: asinOf(offer.sku),
  fnsku: fnskuOf(offer.sku),
  condition: 'NewItem',
  product_name: offer.title,
  total_quantity: onHandOf(offer) + offer.inboundShipped,
  fulfillable: offer.fulfillable,
  inbound_shipped: offer.inboundShipped,
  reserved: offer.reserved + offer.transferring,
  reserved_for_orders: offer.reserved,
  reserved_for_transfer: offer.transferring,
});

/** What is a fee, by the words of the simulator's own settlements. */
const isFee = ({ type, amountType, description }: SettlementLine): boolean =>
  amountType.endsWith('Fees') ||
  type === 'ServiceFee' ||
  (type === 'other-transaction' && /\bfees?\b/i.test(description));

function countsAs(line: SettlementLine): 'gross' | 'fees' | 'refunds' | 'other' {
  if (line.type === 'Refund') return 'refunds';
  if (isFee(line)) return 'fees';
  return line.type === 'Order' ? 'gross' : 'other';
}

function settlementRow(one: Settlement): TruthRow {
  const all = (sum: ReturnType<typeof countsAs>): string =>
    textOf(summed(one.lines.filter((line) => countsAs(line) === sum).map(({ amount }) => amount)));
  return {
    settlement_id: one.id,
    period_start: instantOf(one.startMs),
    period_end: instantOf(one.endMs),
    gross: all('gross'),
    fees: all('fees'),
    refunds: all('refunds'),
    other: all('other'),
    net: textOf(one.total),
    currency: one.currency,
    deposit_date: instantOf(one.deposit?.atMs ?? one.endMs),
    line_count: one.lines.length,
  };
}

/** A line is known by its place in the report and by what the report says there. */
function lineRows(report: Report, marketplace: string): [string, TruthRow][] {
  const { settlement } = report;
  const texts = linesOf(report).slice(2);
  return settlement.lines.map((line, i) => {
    const hash = createHash('sha256').update(texts[i]!).digest('hex').slice(0, 16);
    return [
      `${settlement.id}/${String(i + 1)}/${hash}`,
      {
        parent_source_id: settlement.id,
        settlement_id: settlement.id,
        line_number: i + 1,
        order_id: line.orderId,
        type: line.type,
        amount: textOf(line.amount),
        currency: settlement.currency,
        fee_type: isFee(line) ? line.description : null,
        counts_as: countsAs(line),
        amount_type: line.amountType,
        amount_description: line.description,
        posted_date: instantOf(line.postedMs),
        posted_on: instantOf(line.postedMs).slice(0, 10),
        merchant_order_id: line.orderId,
        adjustment_id: line.adjustmentId,
        shipment_id: line.shipmentId,
        marketplace_name: line.orderId === null ? null : marketplace,
        fulfillment_id: line.fulfillment,
        order_item_code: line.itemId,
        sku: line.sku,
        quantity_purchased: line.quantity,
        promotion_id: line.promotion,
      },
    ];
  });
}

function transactionRow(one: Transaction, { trade, marketplaces }: SellerStore, nowMs: number): TruthRow {
  const [home] = marketplaces;
  const named = (name: string): string | null => one.ids[name] ?? null;
  return {
    transaction_id: one.id,
    type: one.type,
    status: statusOf(one, nowMs),
    description: one.description,
    posted_date: new Date(one.postedMs).toISOString(),
    total: amountOf(one.total, trade.currency),
    currency: trade.currency,
    account_type: 'PAYABLE',
    marketplace_id: home.id,
    marketplace_name: home.name,
    order_id: named('ORDER_ID'),
    disbursement_id: named('DISBURSEMENT_ID'),
    settlement_id: named('SETTLEMENT_ID'),
    release_transaction_id: named('RELEASE_TRANSACTION_ID'),
    deferred_transaction_id: named('DEFERRED_TRANSACTION_ID'),
    deferral_reason: one.maturesMs === null ? null : 'B2B',
    maturity_date: one.maturesMs === null ? null : new Date(one.maturesMs).toISOString(),
    amounts: leavesOf(one.lines, one.total).map(([path, amount]) => ({
      path: path.join(' > '),
      amount: amountOf(amount, trade.currency),
      currency: trade.currency,
    })),
  };
}
