import { defineTable, indexedText, instant, integer, text } from './define.js';

/**
 * What every platform has in stock, one row for each of its stock items, over all its centres. Figures that a platform
 * does not have are null; several items may have one SKU.
 */
export const inventory = defineTable('inventory', {
  /** Null where the platform knows the item by no SKU. */
  sku: indexedText().orNull,
  source: text(),
  /** Physically held. */
  quantityOnHand: integer().orNull,
  /** Can be sold now. */
  quantityAvailable: integer().orNull,
  /** Promised to open orders. */
  quantityReserved: integer().orNull,
  /** On its way in. */
  quantityIncoming: integer().orNull,
  /** Amazon's. */
  asin: text().orNull,
  fnsku: text().orNull,
  fulfillmentCenter: text().orNull,
  /** The platform's own id of the stock item. */
  inventoryId: text().orNull,
  inventoryName: text().orNull,
  /** Can be picked now. */
  fulfillableQuantity: integer().orNull,
  /** Sold beyond what there is. */
  backorderedQuantity: integer().orNull,
  /** Needed by orders that cannot be sent. */
  exceptionQuantity: integer().orNull,
  /** Moving between the platform's own centres. */
  internalTransferQuantity: integer().orNull,
  /** By the platform's clock; null where it does not tell, and then `synced_at` says how old the figures are. */
  lastUpdated: instant().orNull,
});
