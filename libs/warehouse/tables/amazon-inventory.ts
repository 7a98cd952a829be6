import { defineChildTable, indexedText, integer, text } from './define.js';

/**
 * Amazon's stock of one offer in one marketplace, taken apart. The same units may show in several marketplaces of a
 * region: never add those up.
 */
export const amazonInventory = defineChildTable('amazon_inventory', {
  marketplaceId: indexedText(),
  sku: indexedText().orNull,
  asin: text().orNull,
  fnsku: text().orNull,
  condition: text().orNull,
  productName: text().orNull,
  /** On its way in or in a centre. */
  totalQuantity: integer().orNull,
  fulfillable: integer().orNull,
  inboundWorking: integer().orNull,
  inboundShipped: integer().orNull,
  inboundReceiving: integer().orNull,
  reserved: integer().orNull,
  reservedForOrders: integer().orNull,
  reservedForTransfer: integer().orNull,
  reservedInProcessing: integer().orNull,
  researching: integer().orNull,
  unfulfillable: integer().orNull,
  customerDamaged: integer().orNull,
  warehouseDamaged: integer().orNull,
  distributorDamaged: integer().orNull,
  carrierDamaged: integer().orNull,
  defective: integer().orNull,
  expired: integer().orNull,
});
