import { defineTable, flag, instant, text } from './define.js';

/** Where the shop keeps goods: its own rooms and those of fulfilment services, closed ones too. */
export const shopifyLocations = defineTable('shopify_locations', {
  locationId: text(),
  name: text(),
  isActive: flag(),
  fulfillsOnlineOrders: flag(),
  hasActiveInventory: flag(),
  /** Of a company that sends for the shop, such as `shipbob`; null for the shop's own rooms. */
  fulfillmentService: text().orNull,
  address1: text().orNull,
  address2: text().orNull,
  city: text().orNull,
  province: text().orNull,
  zip: text().orNull,
  countryCode: text().orNull,
  phone: text().orNull,
  createdAt: instant(),
  updatedAt: instant(),
  /** When it was closed. */
  deactivatedAt: instant().orNull,
});
