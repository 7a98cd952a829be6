import { textOf, type Units } from '#shop';
import { instantText } from './ids.js';
import type { BalanceTransaction, PaymentsAccount, Payout } from './payments.js';
import type { Location } from './places.js';
import type { TruthRow } from './rows.js';
import type { InventoryItem, InventoryLevel, Shelves } from './stock.js';
import type { ShopStore } from './store.js';

type Rows = Record<string, TruthRow>;
/** Rows of the five tables, by source id. */
interface BackRoomRows {
  readonly shopify_locations: Rows;
  readonly inventory: Rows;
  readonly shopify_inventory_levels: Rows;
  readonly shopify_payouts: Rows;
  readonly shopify_balance_transactions: Rows;
}

/** What the locations, the stock and the payouts of a shop must be in a faithful copy. */
export function backRoomRows({ shelves, payments, currency }: ShopStore): BackRoomRows {
  return { ...stockRows(shelves), ...paymentRows(payments, currency) };
}

function stockRows({
  locations,
  items,
}: Shelves): Pick<BackRoomRows, 'shopify_locations' | 'inventory' | 'shopify_inventory_levels'> {
  const inventory: Rows = {};
  const levels: Rows = {};
  for (const item of items.values()) {
    inventory[item.legacyResourceId] = itemTruth(item);
    for (const level of item.levels)
      levels[`${item.legacyResourceId}/${level.location.legacyResourceId}`] = levelTruth(level);
  }
  return {
    shopify_locations: Object.fromEntries(
      Array.from(locations.values(), (one) => [one.legacyResourceId, locationTruth(one)]),
    ),
    inventory,
    shopify_inventory_levels: levels,
  };
}

function locationTruth({ facts, legacyResourceId, createdMs, updatedMs }: Location): TruthRow {
  const isOpen = facts.closedMs === null;
  const { address } = facts;
  return {
    location_id: legacyResourceId,
    name: facts.name,
    is_active: isOpen,
    fulfills_online_orders: isOpen,
    has_active_inventory: isOpen,
    fulfillment_service: facts.service,
    address1: address.address1,
    address2: address.address2,
    city: address.city,
    province: address.province,
    zip: address.zip,
    country_code: address.countryCode,
    phone: address.phone,
    created_at: instantText(createdMs),
    updated_at: instantText(updatedMs),
    deactivated_at: isOpen ? null : instantText(facts.closedMs),
  };
}

/** Over all locations; where nobody counts the item there is nothing to tell. */
function itemTruth({ legacyResourceId, tracked, variant, levels }: InventoryItem): TruthRow {
  const total = (of: (level: InventoryLevel) => number): number | null =>
    tracked ? levels.reduce((all, level) => all + of(level), 0) : null;
  return {
    sku: variant.sku,
    source: 'shopify',
    quantity_on_hand: total(({ onHand }) => onHand),
    quantity_available: total(({ held }) => held.available),
    quantity_reserved: total(({ held }) => held.committed),
    quantity_incoming: total(({ held }) => held.incoming),
    inventory_id: legacyResourceId,
    inventory_name: `${variant.product.title} - ${variant.title}`,
    last_updated: levels.length === 0 ? null : instantText(Math.max(...levels.map((one) => one.updatedMs))),
    asin: null,
    fnsku: null,
    fulfillment_center: null,
    fulfillable_quantity: null,
    backordered_quantity: null,
    exception_quantity: null,
    internal_transfer_quantity: null,
  };
}

const levelTruth = ({ item, location, held, onHand, updatedMs }: InventoryLevel): TruthRow => ({
  parent_source_id: item.legacyResourceId,
  inventory_item_id: item.legacyResourceId,
  location_id: location.legacyResourceId,
  location_name: location.facts.name,
  sku: item.variant.sku,
  ...held,
  on_hand: onHand,
  updated_at: instantText(updatedMs),
});

function paymentRows(
  account: PaymentsAccount | null,
  currency: string,
): Pick<BackRoomRows, 'shopify_payouts' | 'shopify_balance_transactions'> {
  const payouts: Rows = {};
  const parts: Rows = {};
  for (const payout of account?.payouts.values() ?? [])
    payouts[payout.sent.id] = payoutTruth(payout, currency);
  for (const one of account?.transactions.values() ?? []) {
    const { payout, type } = one.facts;
    // What waits for its payout comes with it; the transfer to the bank is the payout.
    if (payout !== null && type !== 'TRANSFER')
      parts[one.legacyResourceId] = partTruth(one, payout.sent, currency);
  }
  return { shopify_payouts: payouts, shopify_balance_transactions: parts };
}

const NOTHING = textOf(0);

const payoutTruth = ({ sent, externalTraceId }: Payout, currency: string): TruthRow => ({
  source_updated_at: instantText(sent.paidMs),
  payout_id: sent.id,
  status: 'PAID',
  transaction_type: 'DEPOSIT',
  issued_at: instantText(sent.paidMs),
  net: textOf(sent.total),
  currency,
  charges_gross: textOf(sent.charges),
  charges_fee: textOf(sent.fees),
  refunds_gross: textOf(0 - sent.refunds),
  refunds_fee: NOTHING,
  adjustments_gross: NOTHING,
  adjustments_fee: NOTHING,
  reserved_funds_gross: NOTHING,
  reserved_funds_fee: NOTHING,
  retried_payouts_gross: NOTHING,
  retried_payouts_fee: NOTHING,
  advances_gross: NOTHING,
  advances_fee: NOTHING,
  external_trace_id: externalTraceId,
  transaction_count: sent.parts.length,
});

function partTruth(
  { legacyResourceId, facts }: BalanceTransaction,
  payout: { readonly id: string; readonly paidMs: number },
  currency: string,
): TruthRow {
  const { type, amount, fee, order, paymentId, atMs } = facts;
  const net: Units = amount - fee;
  return {
    parent_source_id: payout.id,
    source_updated_at: instantText(payout.paidMs),
    transaction_id: legacyResourceId,
    payout_id: payout.id,
    type,
    amount: textOf(amount),
    fee: textOf(fee),
    net: textOf(net),
    currency,
    order_id: order && order.id.slice(order.id.lastIndexOf('/') + 1),
    order_name: order && order.name,
    order_transaction_id: paymentId,
    origin_type: type,
    origin_id: paymentId,
    adjustment_reason: null,
    test: false,
    transaction_date: instantText(atMs),
  };
}
