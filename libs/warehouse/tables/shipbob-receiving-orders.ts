import { defineTable, indexedText, instant, json, text } from './define.js';

/** Warehouse receiving orders: goods on their way into a centre of ShipBob's. */
export const shipbobReceivingOrders = defineTable('shipbob_receiving_orders', {
  wroId: text(),
  source: text(),
  purchaseOrderNumber: indexedText().orNull,
  status: indexedText().orNull,
  packageType: text().orNull,
  boxPackagingType: text().orNull,
  fulfillmentCenterId: text().orNull,
  fulfillmentCenterName: text().orNull,
  /** One object per stock item: expected, received and stowed quantity. Corrected also after it is completed. */
  inventoryQuantities: json().orNull,
  statusHistory: json().orNull,
  expectedArrivalDate: instant().orNull,
  insertDate: instant().orNull,
  lastUpdatedDate: instant().orNull,
});
