import { textOf } from '#shop';
import type { Customer, Product } from './catalog.js';
import { instantText } from './ids.js';
import type { LineItem } from './line-item.js';
import type { Order } from './order.js';
import { afterSaleRows } from './rows-after-sale.js';
import { backRoomRows } from './rows-back-room.js';
import type { ShopStore } from './store.js';

/** One row as a faithful copy holds it, named as the warehouse names its columns: text, numbers, flags and lists. */
export type TruthRow = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** Every table's rows by source id. What the platform never tells is left out. */
export type TruthRows = Readonly<Record<string, Readonly<Record<string, TruthRow>>>>;

/** Shopify shows the first parcels of an order and has no cursor into the rest. */
const PARCELS_SHOWN = 5;

/**
 * What every row of a faithful copy must hold, read from the shop's own records by its own code: no query, no wire text
 * and no mapper lies between.
 */
export function rowsOf(store: ShopStore): TruthRows {
  const orders: Record<string, TruthRow> = {};
  const lines: Record<string, TruthRow> = {};
  const customers: Record<string, TruthRow> = {};
  const products: Record<string, TruthRow> = {};
  const variants: Record<string, TruthRow> = {};
  for (const order of store.orders.values()) {
    orders[order.legacyResourceId] = orderTruth(order);
    for (const line of order.lines) lines[line.legacyResourceId] = lineTruth(line);
  }
  for (const customer of store.customers.values())
    customers[customer.legacyResourceId] = customerTruth(customer, store.currency);
  for (const product of store.products.values()) {
    products[product.legacyResourceId] = productTruth(product);
    for (const variant of product.variantList)
      variants[variant.legacyResourceId] = {
        parent_source_id: product.legacyResourceId,
        source_updated_at: instantText(product.updatedMs),
        variant_id: variant.legacyResourceId,
        product_id: product.legacyResourceId,
        sku: variant.sku,
        barcode: variant.barcode,
        title: variant.title,
        inventory_item_id: variant.legacyResourceId,
        price: variant.price,
        compare_at_price: variant.compareAtPrice,
        inventory_quantity: variant.inventoryQuantity,
        position: variant.position,
        created_at: instantText(variant.createdMs),
        updated_at: instantText(variant.updatedMs),
      };
  }
  return {
    orders,
    order_items: lines,
    shopify_customers: customers,
    shopify_products: products,
    shopify_variants: variants,
    ...afterSaleRows(store),
    // Records that no shop has opened with have no stock and no account.
    ...(store.backRoom ? backRoomRows(store) : {}),
  };
}

function orderTruth(order: Order): TruthRow {
  const { facts } = order;
  return {
    source_updated_at: instantText(order.updatedMs),
    order_id: facts.name,
    source: 'shopify',
    purchase_date: instantText(order.processedMs),
    status: order.cancelledMs === null ? order.displayFulfillmentStatus.toLowerCase() : 'cancelled',
    customer_id: order.customer?.legacyResourceId ?? null,
    total: textOf(order.total),
    currency: facts.currency,
    shopify_internal_id: order.legacyResourceId,
    ...parcelTruth(order),
    financial_status: order.displayFinancialStatus,
    fulfillment_status: order.displayFulfillmentStatus,
    current_total: textOf(order.currentTotal),
    subtotal: textOf(order.subtotal),
    tax_total: textOf(order.tax),
    shipping_total: textOf(facts.shipping),
    discount_total: textOf(order.totalDiscounts),
    refunded_total: textOf(order.refunded),
    presentment_total: order.bag(order.total).presentmentMoney.amount,
    presentment_currency: facts.presentment.currency,
    email: facts.email,
    cancelled_at: order.cancelledMs === null ? null : instantText(order.cancelledMs),
    cancel_reason: order.cancelReason,
    test: facts.test,
  };
}

/** The parcel that moved last among those with a number. */
function parcelTruth(order: Order): TruthRow {
  const followed = order.fulfillmentList
    .slice(0, PARCELS_SHOWN)
    .filter(({ status, trackingList }) => status !== 'CANCELLED' && trackingList[0]?.number);
  const newest = followed.reduce<(typeof followed)[number] | undefined>(
    (best, one) => (best === undefined || one.updatedAt > best.updatedAt ? one : best),
    undefined,
  );
  const tracking = newest?.trackingList[0];
  return {
    tracking_number: tracking?.number ?? null,
    carrier: tracking?.company ?? null,
    tracking_url: tracking?.url ?? null,
    tracking_updated_at: newest?.updatedAt ?? null,
  };
}

const lineTruth = (line: LineItem): TruthRow => ({
  parent_source_id: line.order.legacyResourceId,
  source_updated_at: instantText(line.order.updatedMs),
  order_id: line.order.facts.name,
  source: 'shopify',
  sku: line.sku,
  title: line.title,
  qty: line.quantity,
  current_qty: line.currentQuantity,
  price: textOf(line.unit),
  discounted_total: textOf(line.net),
  tax: textOf(line.taxOf(line.quantity)),
  currency: line.order.facts.currency,
  product_id: line.variant?.product.legacyResourceId ?? null,
  variant_id: line.variant?.legacyResourceId ?? null,
});

function customerTruth(customer: Customer, currency: string): TruthRow {
  const last = customer.lastOrder as Order | null;
  return {
    source_updated_at: instantText(customer.updatedMs),
    customer_id: customer.legacyResourceId,
    email: customer.email,
    first_name: customer.firstName,
    last_name: customer.lastName,
    display_name: customer.displayName,
    phone: customer.defaultPhoneNumber?.phoneNumber ?? null,
    country_code: customer.defaultAddress?.countryCodeV2 ?? null,
    created_at: instantText(customer.createdMs),
    updated_at: instantText(customer.updatedMs),
    total_spent: textOf(customer.spent),
    currency,
    orders_count: customer.placed.size,
    state: customer.state.toLowerCase(),
    tags: customer.tags,
    last_order_id: last === null ? null : last.legacyResourceId,
    last_order_date: last === null ? null : instantText(last.processedMs),
  };
}

const productTruth = (product: Product): TruthRow => ({
  source_updated_at: instantText(product.updatedMs),
  product_id: product.legacyResourceId,
  title: product.title,
  handle: product.handle,
  vendor: product.vendor,
  product_type: product.productType,
  status: product.status,
  tags: product.tags,
  created_at: instantText(product.createdMs),
  updated_at: instantText(product.updatedMs),
  published_at: product.publishedAt,
});
