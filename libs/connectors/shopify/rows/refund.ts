import { ZERO } from '#kernel';
import { children } from '#sync';
import { shopifyRefundLines, type RowOf, type shopifyRefunds } from '#warehouse/tables';
import type { Refund } from '../records/refund.js';

export const refundRow = (refund: Refund): RowOf<typeof shopifyRefunds> => ({
  refundId: refund.id,
  orderId: refund.order.name,
  orderSourceId: refund.order.id,
  processedAt: refund.processedAt,
  createdAt: refund.createdAt,
  updatedAt: refund.updatedAt,
  note: refund.note,
  total: refund.totalRefundedSet.shopMoney.amount,
  currency: refund.totalRefundedSet.shopMoney.currencyCode,
  presentmentTotal: refund.totalRefundedSet.presentmentMoney.amount,
  presentmentCurrency: refund.totalRefundedSet.presentmentMoney.currencyCode,
  taxesIncluded: refund.order.taxesIncluded,
  transactionIds: refund.transactions.nodes.map(({ id }) => id),
  test: refund.order.test,
});

type Line = RowOf<typeof shopifyRefundLines>;
interface Keyed {
  readonly key: string;
  readonly line: Omit<Line, 'refundId' | 'orderId' | 'currency'>;
}

/** What only an item has. */
const NO_ITEM = {
  lineItemId: null,
  sku: null,
  title: null,
  quantity: null,
  restockType: null,
  restocked: null,
  reason: null,
};

/** Every part of a refund under a key of its own: an item's is its id, or, where it has none, its place. */
function partsOf(refund: Refund): Keyed[] {
  return [
    ...refund.refundLineItems.nodes.map((item, i) => ({
      key: item.id ?? `${refund.id}/item/${i}`,
      line: {
        ...NO_ITEM,
        kind: 'item',
        lineItemId: item.lineItem.id,
        sku: item.lineItem.sku,
        title: item.lineItem.title,
        quantity: item.quantity,
        restockType: item.restockType,
        restocked: item.restocked,
        amount: item.subtotalSet.shopMoney.amount,
        tax: item.totalTaxSet.shopMoney.amount,
      },
    })),
    ...refund.refundShippingLines.nodes.map((shipping) => ({
      key: `shipping/${shipping.id}`,
      line: {
        ...NO_ITEM,
        kind: 'shipping',
        title: shipping.shippingLine.title,
        amount: shipping.subtotalAmountSet.shopMoney.amount,
        tax: shipping.taxAmountSet.shopMoney.amount,
      },
    })),
    ...(refund.duties ?? []).map((duty, i) => ({
      key: `duty/${refund.id}/${duty.originalDuty?.id ?? `at-${i}`}`,
      line: { ...NO_ITEM, kind: 'duty', amount: duty.amountSet.shopMoney.amount, tax: ZERO },
    })),
    ...refund.orderAdjustments.nodes.map((adjustment) => ({
      key: `adjustment/${adjustment.id}`,
      line: {
        ...NO_ITEM,
        kind: 'adjustment',
        reason: adjustment.reason,
        amount: adjustment.amountSet.shopMoney.amount,
        tax: adjustment.taxAmountSet.shopMoney.amount,
      },
    })),
  ];
}

export const refundLines = children({
  into: shopifyRefundLines,
  of: partsOf,
  key: ({ key }) => key,
  map: ({ line }, refund: Refund) => ({
    ...line,
    refundId: refund.id,
    orderId: refund.order.name,
    // Every shopMoney of an order is in its own currency.
    currency: refund.totalRefundedSet.shopMoney.currencyCode,
  }),
});
