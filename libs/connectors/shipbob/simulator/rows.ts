import { decimal, sum, type Decimal, type Json } from '#kernel';
import { parcelRow, spokenFor } from './parcels.js';
import type { ShipBobStore } from './store.js';
import {
  msOf,
  type WireLevel,
  type WireLocation,
  type WireOrder,
  type WireProduct,
  type WireReceiving,
  type WireReturn,
  type WireVariant,
} from './wire.js';

/** One row as a faithful copy holds it, named as the warehouse names its columns. */
type TruthRow = Readonly<Record<string, Json>>;

type Rows = Record<string, TruthRow>;

/** Every table's rows by source id. */
export type TruthRows = Readonly<Record<string, Readonly<Rows>>>;

/**
 * What every row of a faithful copy must hold, read from the account's own records by its own code: no query, no page, no
 * schema and no mapper lies between.
 */
export function rowsOf(store: ShipBobStore): TruthRows {
  const products: Rows = {};
  const variants: Rows = {};
  for (const product of store.products) {
    products[product.id] = productRow(product);
    for (const one of product.variants) variants[one.id] = variantRow(one, product);
  }
  const levels: Rows = {};
  const places: Rows = {};
  for (const level of store.inventory) {
    levels[level.inventory_id] = levelRow(level);
    for (const at of level.locations) places[`${level.inventory_id}/${at.location_id}`] = placeRow(at, level);
  }
  const orders: Rows = {};
  const parcels: Rows = {};
  for (const order of store.orders) {
    const updatedAt = orderUpdatedAt(order);
    orders[order.id] = orderRow(order, updatedAt);
    for (const one of order.shipments)
      parcels[one.id] = {
        parent_source_id: String(order.id),
        source_updated_at: updatedAt,
        shipbob_order_id: String(order.id),
        ...parcelRow(one),
      };
  }
  return {
    shipbob_orders: orders,
    shipbob_shipments: parcels,
    shipbob_products: products,
    shipbob_variants: variants,
    inventory: levels,
    shipbob_inventory: places,
    shipbob_returns: Object.fromEntries(store.returns.map((one) => [one.id, returnRow(one)])),
    shipbob_receiving_orders: Object.fromEntries(store.receiving.map((one) => [one.id, receivingRow(one)])),
    shipbob_fulfillment_centers: Object.fromEntries(
      store.fulfillment_centers.map(({ id, ...centre }) => [
        id,
        { center_id: String(id), source: 'shipbob', ...centre },
      ]),
    ),
  };
}

/** An instant as it is, in the one spelling of UTC; null where there is none. */
const at = (text: string | null): string | null =>
  text === null ? null : new Date(msOf(text)).toISOString();

const newest = (texts: readonly (string | null)[]): string =>
  new Date(Math.max(...texts.flatMap((text) => (text === null ? [] : [msOf(text)])))).toISOString();

/** Of its parcels, since the order has no clock. */
const orderUpdatedAt = ({ created_date, shipments }: WireOrder): string =>
  newest([
    created_date,
    ...shipments.flatMap(({ last_update_at, last_tracking_update_at }) => [
      last_update_at,
      last_tracking_update_at,
    ]),
  ]);

const text = (number: number): Decimal => decimal(String(number));
const total = (numbers: readonly number[]): Decimal => sum(numbers.map(text));

function orderRow(order: WireOrder, updatedAt: string): TruthRow {
  const { shipments } = order;
  const { sent, tracked, placed, isDelivered } = spokenFor(order);
  const left = sent.flatMap(({ actual_fulfillment_date: date }) => at(date) ?? []).sort();
  const charged = shipments.filter(({ invoice_amount }) => invoice_amount !== null);
  const currencies = new Set(charged.map(({ invoice_currency_code }) => invoice_currency_code));
  const isOne = currencies.size === 1;
  return {
    source_updated_at: updatedAt,
    shipbob_order_id: String(order.id),
    reference_id: order.reference_id,
    order_number: order.order_number,
    status: order.status,
    created_date: at(order.created_date),
    purchase_date: at(order.purchase_date),
    last_updated_date: updatedAt,
    shipped_date: left[0] ?? null,
    delivered_date: isDelivered ? newest(sent.map(({ delivery_date }) => delivery_date)) : null,
    tracking_number: tracked?.tracking?.tracking_number ?? null,
    carrier: tracked?.tracking?.carrier ?? null,
    tracking_url: tracked?.tracking?.tracking_url ?? null,
    recipient_name: order.recipient.name,
    recipient_email: order.recipient.email,
    fulfillment_center_id: placed === undefined ? null : String(placed.location.id),
    total_weight:
      sent.length > 0 ? total(sent.map(({ measurements }) => measurements.total_weight_oz)) : null,
    total_cost: isOne ? total(charged.map(({ invoice_amount }) => invoice_amount!)) : null,
    currency: isOne ? [...currencies][0]! : null,
    shipping_method: order.shipping_method,
    order_type: order.type,
    channel_id: String(order.channel.id),
    channel_name: order.channel.name,
  };
}

const stepsOf = (steps: readonly { readonly status: string; readonly timestamp: string }[]): Json =>
  steps.map(({ status, timestamp }) => ({ status, timestamp: at(timestamp) }));

const returnRow = (back: WireReturn): TruthRow => ({
  source_updated_at: newest([
    back.insert_date,
    back.awaiting_arrival_date,
    back.arrived_date,
    back.processing_date,
    back.completed_date,
    back.cancelled_date,
    ...back.status_history.map(({ timestamp }) => timestamp),
  ]),
  return_id: String(back.id),
  source: 'shipbob',
  original_shipment_id: String(back.original_shipment_id),
  reference_id: back.reference_id,
  store_order_id: back.store_order_id,
  status: back.status.replaceAll(' ', ''),
  return_type: back.return_type,
  customer_name: back.customer_name,
  tracking_number: back.tracking_number,
  total_cost:
    back.transactions.length > 0
      ? total(back.transactions.map(({ amount }) => amount))
      : back.invoice.amount === null
        ? null
        : text(back.invoice.amount),
  currency: back.invoice.currency_code,
  fulfillment_center_id: String(back.fulfillment_center.id),
  fulfillment_center_name: back.fulfillment_center.name,
  items: back.inventory.map(({ id, sku, name, quantity, action_requested, action_taken }) => ({
    id: String(id),
    sku,
    name,
    quantity,
    action_requested,
    action_taken: action_taken.map(({ action, action_reason, quantity_processed }) => ({
      action,
      action_reason,
      quantity_processed,
    })),
  })),
  transactions: back.transactions.map(({ amount, transaction_type }) => ({
    amount: text(amount),
    transaction_type,
  })),
  status_history: stepsOf(back.status_history),
  insert_date: at(back.insert_date),
  arrived_date: at(back.arrived_date),
  completed_date: at(back.completed_date),
  cancelled_date: at(back.cancelled_date),
});

const receivingRow = (wro: WireReceiving): TruthRow => ({
  source_updated_at: at(wro.last_updated_date),
  wro_id: String(wro.id),
  source: 'shipbob',
  purchase_order_number: wro.purchase_order_number,
  status: wro.status,
  package_type: wro.package_type,
  box_packaging_type: wro.box_packaging_type,
  fulfillment_center_id: String(wro.fulfillment_center.id),
  fulfillment_center_name: wro.fulfillment_center.name,
  inventory_quantities: wro.inventory_quantities.map((one) => ({
    ...one,
    inventory_id: String(one.inventory_id),
  })),
  status_history: stepsOf(wro.status_history),
  expected_arrival_date: at(wro.expected_arrival_date),
  insert_date: at(wro.insert_date),
  last_updated_date: at(wro.last_updated_date),
});

const levelRow = (level: WireLevel): TruthRow => ({
  sku: level.sku,
  source: 'shipbob',
  quantity_on_hand: level.total_on_hand_quantity,
  quantity_available: level.total_sellable_quantity,
  quantity_reserved: level.total_committed_quantity,
  quantity_incoming: level.total_awaiting_quantity,
  inventory_id: String(level.inventory_id),
  inventory_name: level.name,
  fulfillable_quantity: level.total_fulfillable_quantity,
  backordered_quantity: level.total_backordered_quantity,
  exception_quantity: level.total_exception_quantity,
  internal_transfer_quantity: level.total_internal_transfer_quantity,
});

const placeRow = (place: WireLocation, level: WireLevel): TruthRow => ({
  parent_source_id: String(level.inventory_id),
  inventory_id: String(level.inventory_id),
  sku: level.sku,
  inventory_name: level.name,
  fulfillment_center_id: String(place.location_id),
  fulfillment_center_name: place.name,
  quantity_on_hand: place.on_hand_quantity,
  quantity_reserved: place.committed_quantity,
  quantity_incoming: place.awaiting_quantity,
  fulfillable_quantity: place.fulfillable_quantity,
  internal_transfer_quantity: place.internal_transfer_quantity,
});

const sizesOf = ({ dimension, weight, customs }: WireVariant): TruthRow => ({
  dimensions: {
    length: text(dimension.length),
    width: text(dimension.width),
    height: text(dimension.height),
    unit: dimension.unit,
  },
  weight: { value: text(weight.weight), unit: weight.unit },
  value: { amount: text(customs.value), currency: customs.currency },
});

const isSet = (one: WireVariant, name: string): boolean => one.fulfillment_settings[name] === true;

const variantRow = (one: WireVariant, product: WireProduct): TruthRow => ({
  parent_source_id: String(product.id),
  variant_id: String(one.id),
  product_id: String(product.id),
  source: 'shipbob',
  name: one.name,
  sku: one.sku,
  barcode: one.barcodes[0]?.value ?? null,
  status: one.status,
  is_case: isSet(one, 'is_case_pick'),
  is_lot: one.lot_information.is_lot,
  is_active: one.status === 'Active',
  is_digital: one.is_digital,
  is_hazmat: isSet(one, 'dangerous_goods'),
  inventory_id: one.inventory.inventory_id === null ? null : String(one.inventory.inventory_id),
  on_hand_quantity: one.inventory.on_hand_qty,
  ...sizesOf(one),
  created_at: at(one.created_on),
  updated_at: at(one.updated_on),
});

/** What only its variants have is told where it has one. */
function productRow(product: WireProduct): TruthRow {
  const { variants } = product;
  const [first] = variants;
  const only = variants.length === 1 && first !== undefined ? first : null;
  return {
    product_id: String(product.id),
    source: 'shipbob',
    name: product.name,
    sku: only?.sku ?? null,
    barcode: only?.barcodes[0]?.value ?? null,
    description: only?.customs.description ?? null,
    category: product.taxonomy?.name ?? null,
    is_case: variants.some((one) => isSet(one, 'is_case_pick')),
    is_lot: variants.some(({ lot_information }) => lot_information.is_lot),
    is_active: variants.some(({ status }) => status === 'Active'),
    is_bundle: product.type === 'Bundle',
    is_digital: variants.some(({ is_digital }) => is_digital),
    is_hazmat: variants.some((one) => isSet(one, 'dangerous_goods')),
    ...(only === null ? { dimensions: null, weight: null, value: null } : sizesOf(only)),
    created_at: at(product.created_on),
    updated_at: at(product.updated_on),
  };
}
