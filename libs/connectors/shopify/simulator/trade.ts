import type { Address as PostalAddress, Article, MoneyBack, Payment, Sale, Trade } from '#shop';
import type { Address } from './catalog.js';
import type { Fulfillment, Refund, Transaction } from './events.js';
import type { Order } from './order.js';
import type { ShopStore } from './store.js';

/** The shop's records as trade, for the simulators of the other platforms the same business is on. */
export function tradeOf(name: string, store: ShopStore): Trade {
  const articles = new Map<string, Article>();
  for (const variant of store.variants.values())
    if (variant.sku !== null && !articles.has(variant.sku))
      articles.set(variant.sku, {
        sku: variant.sku,
        title: variant.product.title,
        barcode: variant.barcode,
        price: variant.units,
      });
  return {
    name,
    seed: `${name}/${store.orders.size}`,
    anchorMs: store.anchorMs,
    currency: store.currency,
    articles: [...articles.values()],
    sales: store.ordersById().map(saleOf),
  };
}

function saleOf(order: Order): Sale {
  const { customer, facts } = order;
  return {
    channel: 'shopify',
    id: order.legacyResourceId,
    name: order.name,
    placedMs: order.createdMs,
    updatedMs: order.updatedMs,
    buyer: customer
      ? {
          id: customer.legacyResourceId,
          name: customer.displayName,
          email: customer.email,
          phone: order.phone,
        }
      : null,
    address: facts.address && addressOf(facts.address),
    lines: order.lines.map((line) => ({
      id: line.legacyResourceId,
      sku: line.sku,
      title: line.title,
      quantity: line.quantity,
      unit: line.unit,
      discount: line.quantity * line.unitDiscount,
      tax: line.taxOf(line.quantity),
      requiresShipping: line.requiresShipping,
    })),
    shipping: facts.shipping,
    total: order.total,
    test: order.test,
    cancelledMs: order.cancelledMs,
    payments: order.transactionList.filter(cameIn).map(paymentOf),
    parcels: order.fulfillmentList.filter(isSent).map((parcel) => ({
      id: parcel.legacyResourceId,
      shippedMs: Date.parse(parcel.createdAt),
      deliveredMs: parcel.deliveredMs,
      carrier: parcel.trackingList[0]?.company ?? null,
      trackingNumber: parcel.trackingList[0]?.number ?? null,
      trackingUrl: parcel.trackingList[0]?.url ?? null,
      lines: parcel.shipped.map(({ line, quantity }) => ({ lineId: line.legacyResourceId, quantity })),
    })),
    moneyBack: order.refundList.map(moneyBackOf),
  };
}

const isSent = (parcel: Fulfillment): boolean => !parcel.isCancelled;

const cameIn = (one: Transaction): boolean =>
  one.status === 'SUCCESS' && (one.kind === 'SALE' || one.kind === 'CAPTURE');

const paymentOf = (one: Transaction): Payment => ({
  id: one.id.slice(one.id.lastIndexOf('/') + 1),
  gateway: one.gateway,
  amount: one.units,
  fee: one.feeUnits,
  atMs: Date.parse(one.createdAt),
});

const moneyBackOf = (refund: Refund): MoneyBack => ({
  id: refund.legacyResourceId,
  atMs: Date.parse(refund.processedAt),
  returned: refund.returned,
  note: refund.note,
  lines: refund.taken.map(({ line, quantity }) => ({ lineId: line.legacyResourceId, quantity })),
  payments: refund.transactionList.map(paymentOf),
});

const addressOf = (address: Address): PostalAddress => ({
  name: address.name,
  line1: address.address1,
  line2: address.address2,
  city: address.city,
  region: address.province,
  postcode: address.zip,
  country: address.country,
  countryCode: address.countryCodeV2,
  phone: address.phone,
});
