import { defineChildTable, indexedText, instant, integer, text } from './define.js';

/**
 * What one location holds of one stock item, in all of Shopify's states: `on_hand` is the sum of all but `incoming`.
 * `available` is below zero where more was sold than there was. Items whose stock nobody counts (`inventory` then has no
 * figures) are listed too.
 */
export const shopifyInventoryLevels = defineChildTable('shopify_inventory_levels', {
  /** `inventory.inventory_id`, `shopify_variants.inventory_item_id`. */
  inventoryItemId: indexedText(),
  /** `shopify_locations.location_id` */
  locationId: indexedText(),
  locationName: text(),
  sku: indexedText().orNull,
  available: integer(),
  onHand: integer(),
  committed: integer(),
  incoming: integer(),
  reserved: integer(),
  damaged: integer(),
  safetyStock: integer(),
  qualityControl: integer(),
  updatedAt: instant(),
});
