import { defineTable, indexedText, text } from './define.js';

export const shipbobFulfillmentCenters = defineTable('shipbob_fulfillment_centers', {
  centerId: text(),
  source: text(),
  name: text().orNull,
  address1: text().orNull,
  address2: text().orNull,
  city: text().orNull,
  state: indexedText().orNull,
  zipCode: text().orNull,
  /** As ShipBob writes it: `US` and `USA` are both in use. */
  country: indexedText().orNull,
  phoneNumber: text().orNull,
  email: text().orNull,
  /** A Windows name, such as `Central Standard Time`. */
  timezone: text().orNull,
});
