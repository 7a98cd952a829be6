import { type Decimal, subtract, ZERO } from '#kernel';
import type { orderItems, orders, RowOf } from '#warehouse/tables';
import { sumOrNull, unsigned } from '../records/money.js';
import type { Item, Order, Package } from '../records/order.js';

type Parts = NonNullable<NonNullable<Order['proceeds']>['breakdowns']>;

/** One part of the price of an order: as Amazon adds it up, else over the lines. */
function partOf(order: Order, type: string): Decimal | null {
  const own = order.proceeds?.breakdowns ?? [];
  const parts = own.length > 0 ? own : order.orderItems.flatMap(({ proceeds }) => proceeds?.breakdowns ?? []);
  return parts.length === 0 ? null : (sumOf(parts, type) ?? ZERO);
}

const sumOf = (parts: Parts, type: string): Decimal | null =>
  sumOrNull(parts.flatMap((part) => (part.type === type ? [part.subtotal.amount] : [])));

/** The parcel that left last among those that can be followed; Amazon tells of the seller's own only. */
function parcelOf(packages: readonly Package[]) {
  const newest = packages
    .filter((one) => one.packageStatus?.status !== 'CANCELLED' && one.trackingNumber)
    .reduce<Package | undefined>(
      (found, one) => (found && leftAt(found) >= leftAt(one) ? found : one),
      undefined,
    );
  return {
    trackingNumber: newest?.trackingNumber ?? null,
    carrier: newest?.carrier ?? null,
    trackingUrl: null,
    trackingUpdatedAt: newest ? (newest.shipTime ?? newest.createdTime ?? null) : null,
  };
}

const leftAt = ({ shipTime, createdTime }: Package): number => (shipTime ?? createdTime)?.getTime() ?? 0;

const reasonOf = ({ cancellation }: Item): string | undefined =>
  cancellation?.cancellationExecution?.cancelReason ?? cancellation?.cancellationRequest?.cancelReason;

export function orderRow(order: Order): RowOf<typeof orders> {
  const { grandTotal } = order.proceeds ?? {};
  const discount = partOf(order, 'DISCOUNT');
  const status = order.fulfillment?.fulfillmentStatus ?? null;
  return {
    orderId: order.orderId,
    source: 'amazon',
    purchaseDate: order.createdTime,
    status: status?.toLowerCase() ?? null,
    statusUpdatedAt: order.lastUpdatedTime,
    customerId: null,
    total: grandTotal?.amount ?? null,
    currency: grandTotal?.currencyCode ?? null,
    marketplaceId: order.salesChannel.marketplaceId ?? null,
    shopifyInternalId: null,
    ...parcelOf(order.packages ?? []),
    financialStatus: null,
    fulfillmentStatus: status,
    currentTotal: null,
    subtotal: partOf(order, 'ITEM'),
    taxTotal: partOf(order, 'TAX'),
    shippingTotal: partOf(order, 'SHIPPING'),
    discountTotal: discount === null ? null : unsigned(discount),
    refundedTotal: null,
    presentmentTotal: null,
    presentmentCurrency: null,
    email: order.buyer?.buyerEmail ?? null,
    // Amazon says that an order was cancelled, not when.
    cancelledAt: null,
    cancelReason: status === 'CANCELLED' ? (order.orderItems.map(reasonOf).find(Boolean) ?? null) : null,
    test: false,
  };
}

/** What is left of a line to be sent or was: a cancelled line counts 0. */
function currentOf({ fulfillment }: Item): number | null {
  if (fulfillment?.quantityFulfilled === undefined && fulfillment?.quantityUnfulfilled === undefined)
    return null;
  return (fulfillment.quantityFulfilled ?? 0) + (fulfillment.quantityUnfulfilled ?? 0);
}

export function itemRow(item: Item, order: Order): RowOf<typeof orderItems> {
  const parts = item.proceeds?.breakdowns ?? [];
  const goods = sumOf(parts, 'ITEM');
  const unitPrice = item.product.price?.unitPrice;
  return {
    orderId: order.orderId,
    source: 'amazon',
    sku: item.product.sellerSku ?? null,
    asin: item.product.asin ?? null,
    title: item.product.title ?? null,
    qty: item.quantityOrdered,
    currentQty: currentOf(item),
    price: unitPrice?.amount ?? null,
    discountedTotal: goods === null ? null : subtract(goods, unsigned(sumOf(parts, 'DISCOUNT') ?? ZERO)),
    tax: parts.length === 0 ? null : (sumOf(parts, 'TAX') ?? ZERO),
    feeEstimate: null,
    currency:
      unitPrice?.currencyCode ??
      parts[0]?.subtotal.currencyCode ??
      order.proceeds?.grandTotal?.currencyCode ??
      null,
    productId: null,
    variantId: null,
  };
}
