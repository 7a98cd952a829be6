import { defineChildTable, indexedText, integer, text } from './define.js';

/** What one centre of ShipBob's holds of one stock item. Sellable, exception and backordered exist for all centres together only. */
export const shipbobInventory = defineChildTable('shipbob_inventory', {
  inventoryId: text(),
  sku: indexedText().orNull,
  inventoryName: text().orNull,
  fulfillmentCenterId: text(),
  fulfillmentCenterName: text().orNull,
  quantityOnHand: integer(),
  quantityReserved: integer(),
  quantityIncoming: integer(),
  fulfillableQuantity: integer(),
  internalTransferQuantity: integer(),
});
