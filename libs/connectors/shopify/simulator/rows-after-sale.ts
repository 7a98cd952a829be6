import { textOf, type Units } from '#shop';
import type { Fulfillment, Refund, Transaction } from './events.js';
import type { TruthRow } from './rows.js';
import type { ShopStore } from './store.js';

type Rows = Record<string, TruthRow>;
/** Rows of the four tables, by source id. */
interface AfterSaleRows {
  readonly order_shipments: Rows;
  readonly shopify_refunds: Rows;
  readonly shopify_refund_lines: Rows;
  readonly shopify_transactions: Rows;
}

/** What the parcels, refunds and payments of a shop must be in a faithful copy. */
export function afterSaleRows(store: ShopStore): AfterSaleRows {
  const rows: AfterSaleRows = {
    order_shipments: {},
    shopify_refunds: {},
    shopify_refund_lines: {},
    shopify_transactions: {},
  };
  for (const { fulfillmentList, refundList, transactionList } of store.orders.values()) {
    for (const parcel of fulfillmentList) Object.assign(rows.order_shipments, parcelTruths(parcel));
    for (const refund of refundList) {
      rows.shopify_refunds[refund.legacyResourceId] = refundTruth(refund);
      Object.assign(rows.shopify_refund_lines, lineTruths(refund));
    }
    for (const one of transactionList) rows.shopify_transactions[numberOf(one.id)] = transactionTruth(one);
  }
  return rows;
}

const numberOf = (gid: string): string => gid.slice(gid.lastIndexOf('/') + 1);

function parcelTruths(parcel: Fulfillment): Rows {
  const { order, trackingList } = parcel;
  const boxes = trackingList.length === 0 ? [null] : trackingList;
  return Object.fromEntries(
    boxes.map((tracking, i): [string, TruthRow] => [
      i === 0 ? parcel.legacyResourceId : `${parcel.legacyResourceId}/${i + 1}`,
      {
        source_updated_at: parcel.updatedAt,
        order_id: order.name,
        order_source_id: order.legacyResourceId,
        source: 'shopify',
        fulfillment_id: parcel.legacyResourceId,
        name: parcel.name,
        parcel: i + 1,
        status: parcel.status,
        delivery_status: parcel.displayStatus,
        tracking_number: tracking?.number ?? null,
        carrier: tracking?.company ?? null,
        tracking_url: tracking?.url ?? null,
        fulfillment_quantity: parcel.totalQuantity,
        shipped_at: parcel.createdAt,
        in_transit_at: parcel.inTransitAt,
        delivered_at: parcel.deliveredAt,
        updated_at: parcel.updatedAt,
      },
    ]),
  );
}

function refundTruth(refund: Refund): TruthRow {
  const { order } = refund;
  const shown = order.bag(refund.paid).presentmentMoney;
  return {
    source_updated_at: refund.updatedAt,
    refund_id: refund.legacyResourceId,
    order_id: order.name,
    order_source_id: order.legacyResourceId,
    processed_at: refund.processedAt,
    created_at: refund.createdAt,
    updated_at: refund.updatedAt,
    note: refund.note,
    total: textOf(refund.paid),
    currency: order.facts.currency,
    presentment_total: shown.amount,
    presentment_currency: shown.currencyCode,
    taxes_included: order.facts.taxesIncluded,
    transaction_ids: refund.transactionList.map(({ id }) => numberOf(id)),
    test: order.facts.test,
  };
}

function lineTruths(refund: Refund): Rows {
  const { order, legacyResourceId: id } = refund;
  const line = (kind: string, amount: Units, more: TruthRow): TruthRow => ({
    parent_source_id: id,
    source_updated_at: refund.updatedAt,
    refund_id: id,
    order_id: order.name,
    kind,
    amount: textOf(amount),
    tax: textOf(0),
    currency: order.facts.currency,
    ...more,
  });
  const rows: Rows = {};
  for (const [i, { line: sold, quantity }] of refund.taken.entries())
    rows[refund.createdAt === null ? `${id}/item/${i}` : `${id}${i}`] = line(
      'item',
      quantity * (sold.unit - sold.unitDiscount),
      {
        tax: textOf(sold.taxOf(quantity)),
        line_item_id: sold.legacyResourceId,
        sku: sold.sku,
        title: sold.title,
        quantity,
        restock_type: refund.restockType,
        restocked: refund.restockType !== 'NO_RESTOCK',
      },
    );
  if (refund.shipping !== 0) rows[`shipping/${id}`] = line('shipping', refund.shipping, {});
  if (refund.discrepancy !== 0) rows[`adjustment/${id}`] = line('adjustment', refund.discrepancy, {});
  return rows;
}

function transactionTruth(one: Transaction): TruthRow {
  const { order } = one;
  const shown = order.bag(one.units).presentmentMoney;
  return {
    source_updated_at: one.createdAt,
    transaction_id: numberOf(one.id),
    order_id: order.name,
    order_source_id: order.legacyResourceId,
    kind: one.kind,
    status: one.status,
    gateway: one.gateway,
    amount: textOf(one.units),
    currency: order.facts.currency,
    presentment_amount: shown.amount,
    presentment_currency: shown.currencyCode,
    parent_transaction_id: one.parentTransaction && numberOf(one.parentTransaction.id),
    payment_id: one.paymentId,
    error_code: one.errorCode,
    fee: one.feeUnits === 0 ? null : textOf(one.feeUnits),
    fee_currency: one.feeUnits === 0 ? null : order.facts.currency,
    test: order.facts.test,
    created_at: one.createdAt,
    processed_at: one.processedAt,
  };
}
