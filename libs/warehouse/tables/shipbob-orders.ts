import { defineTable, exact, indexedText, instant, text } from './define.js';

/** What ShipBob was given to send, an order's parcels taken together; each parcel is in `shipbob_shipments`. */
export const shipbobOrders = defineTable('shipbob_orders', {
  shipbobOrderId: text(),
  /** The sales channel's id of the order: `orders.source_id`. */
  referenceId: indexedText().orNull,
  /** What people call it: `orders.order_id`. */
  orderNumber: indexedText().orNull,
  /** ShipBob's own word, such as `Fulfilled`: all parcels have left, not all have arrived. */
  status: indexedText().orNull,
  createdDate: instant().orNull,
  purchaseDate: instant().orNull,
  /** The newest change of any of its parcels, since the order itself tells of none. */
  lastUpdatedDate: instant().orNull,
  /** When its first parcel left. */
  shippedDate: instant().orNull,
  /** When its last parcel arrived; null until all of them have. */
  deliveredDate: instant().orNull,
  /** Of the parcel that changed last among those with a number. */
  trackingNumber: indexedText().orNull,
  carrier: text().orNull,
  trackingUrl: text().orNull,
  recipientName: text().orNull,
  recipientEmail: text().orNull,
  /** Of the parcel that changed last. */
  fulfillmentCenterId: text().orNull,
  /** All parcels, in ounces. */
  totalWeight: exact().orNull,
  /** What ShipBob charged for all parcels, told days after they left; null where they were charged in several currencies. */
  totalCost: exact().orNull,
  currency: text().orNull,
  shippingMethod: text().orNull,
  orderType: text().orNull,
  channelId: text().orNull,
  channelName: text().orNull,
});
