import { type Decimal, sum, ZERO } from '#kernel';
import type { orderItems, orders, RowOf } from '#warehouse/tables';
import type { Fulfillment, LineItem, Order } from '../records/order.js';

/** `cancelled`, else how far it is fulfilled, in small letters: `unfulfilled`, `partially_fulfilled`, `fulfilled`. */
const statusOf = (order: Order): string =>
  order.cancelledAt ? 'cancelled' : order.displayFulfillmentStatus.toLowerCase();

type ParcelColumns = Pick<
  RowOf<typeof orders>,
  'trackingNumber' | 'carrier' | 'trackingUrl' | 'trackingUpdatedAt'
>;

/** The parcel that changed last among those that can be followed. */
function parcelOf(fulfillments: readonly Fulfillment[]): ParcelColumns {
  const newest = fulfillments
    .filter(({ status, trackingInfo }) => status !== 'CANCELLED' && trackingInfo[0]?.number)
    .reduce<Fulfillment | undefined>(
      (found, parcel) => (found && found.updatedAt >= parcel.updatedAt ? found : parcel),
      undefined,
    );
  const tracking = newest?.trackingInfo[0];
  return {
    trackingNumber: tracking?.number ?? null,
    carrier: tracking?.company ?? null,
    trackingUrl: tracking?.url ?? null,
    trackingUpdatedAt: newest?.updatedAt ?? null,
  };
}

export function orderRow(order: Order): RowOf<typeof orders> {
  return {
    orderId: order.name,
    source: 'shopify',
    // The date of the sale: an imported order keeps its own here, while createdAt is the moment of the import.
    purchaseDate: order.processedAt,
    status: statusOf(order),
    statusUpdatedAt: order.updatedAt,
    customerId: order.customer?.id ?? null,
    total: order.totalPriceSet.shopMoney.amount,
    currency: order.totalPriceSet.shopMoney.currencyCode,
    marketplaceId: null,
    shopifyInternalId: order.id,
    ...parcelOf(order.fulfillments),
    financialStatus: order.displayFinancialStatus,
    fulfillmentStatus: order.displayFulfillmentStatus,
    currentTotal: order.currentTotalPriceSet.shopMoney.amount,
    subtotal: order.subtotalPriceSet?.shopMoney.amount ?? null,
    taxTotal: order.totalTaxSet?.shopMoney.amount ?? null,
    shippingTotal: order.totalShippingPriceSet.shopMoney.amount,
    discountTotal: order.totalDiscountsSet?.shopMoney.amount ?? null,
    refundedTotal: order.totalRefundedSet.shopMoney.amount,
    presentmentTotal: order.totalPriceSet.presentmentMoney.amount,
    presentmentCurrency: order.totalPriceSet.presentmentMoney.currencyCode,
    email: order.email,
    cancelledAt: order.cancelledAt,
    cancelReason: order.cancelReason,
    test: order.test,
  };
}

/** The whole line's tax over all its authorities; a line without tax lines bears none. */
function taxOf({ taxLines }: LineItem): Decimal {
  const [first, ...others] = taxLines.map((tax) => tax.priceSet.shopMoney.amount);
  if (first === undefined) return ZERO;
  return others.length === 0 ? first : sum([first, ...others]);
}

export function itemRow(line: LineItem, order: Order): RowOf<typeof orderItems> {
  return {
    orderId: order.name,
    source: 'shopify',
    sku: line.sku,
    asin: null,
    title: line.title,
    qty: line.quantity,
    currentQty: line.currentQuantity,
    price: line.originalUnitPriceSet.shopMoney.amount,
    discountedTotal: line.discountedTotalSet.shopMoney.amount,
    tax: taxOf(line),
    feeEstimate: null,
    // Every shopMoney of an order is in its own currency code.
    currency: order.currencyCode,
    productId: line.product?.id ?? null,
    variantId: line.variant?.id ?? null,
  };
}
