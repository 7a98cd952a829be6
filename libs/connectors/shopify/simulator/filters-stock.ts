import type { BalanceTransaction, Payout } from './payments.js';
import type { Location } from './places.js';
import type { SearchFields } from './search.js';
import type { InventoryItem, InventoryLevel } from './stock.js';

/** The filters of locations, stock and payments, as the vendor documents them. */

export const LOCATION_FILTERS: SearchFields<Location> = {
  id: { kind: 'id', of: (location) => location.legacyResourceId },
  location_id: { kind: 'id', of: (location) => location.legacyResourceId },
  name: { kind: 'words', of: (location) => location.name },
  active: { kind: 'words', of: (location) => String(location.isActive) },
  city: { kind: 'words', of: (location) => location.address.city },
  created_at: { kind: 'time', of: (location) => location.createdMs },
};

export const ITEM_FILTERS: SearchFields<InventoryItem> = {
  id: { kind: 'id', of: (item) => item.legacyResourceId },
  sku: { kind: 'words', of: (item) => item.sku },
  created_at: { kind: 'time', of: (item) => item.variant.createdMs },
  updated_at: { kind: 'time', of: (item) => item.updatedMs },
};

export const LEVEL_FILTERS: SearchFields<InventoryLevel> = {
  inventory_item_id: { kind: 'id', of: (level) => level.item.legacyResourceId },
  created_at: { kind: 'time', of: (level) => level.item.variant.createdMs },
  updated_at: { kind: 'time', of: (level) => level.updatedMs },
};

export const PAYOUT_FILTERS: SearchFields<Payout> = {
  id: { kind: 'id', of: (payout) => payout.legacyResourceId },
  issued_at: { kind: 'time', of: (payout) => payout.issuedMs, sortKey: 'ISSUED_AT' },
  status: { kind: 'words', of: (payout) => payout.status },
  currency: { kind: 'words', of: (payout) => payout.net.currencyCode },
};

export const BALANCE_FILTERS: SearchFields<BalanceTransaction> = {
  id: { kind: 'id', of: (one) => one.legacyResourceId },
  payments_transfer_id: { kind: 'id', of: (one) => one.facts.payout?.legacyResourceId ?? null },
  payout_date: { kind: 'time', of: (one) => one.facts.payout?.issuedMs ?? null },
  payout_status: { kind: 'words', of: (one) => one.associatedPayout.status },
  processed_at: { kind: 'time', of: (one) => one.facts.atMs, sortKey: 'PROCESSED_AT' },
  transaction_type: { kind: 'words', of: (one) => one.type },
  currency: { kind: 'words', of: (one) => one.net.currencyCode },
};
