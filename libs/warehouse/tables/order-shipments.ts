import { defineTable, indexedText, instant, integer, text } from './define.js';

/** Every parcel of every order: one row a tracking number, and one a fulfilment that has none (yet). */
export const orderShipments = defineTable('order_shipments', {
  /** What people call the order: `#1001`. */
  orderId: indexedText(),
  /** `orders.source_id`. */
  orderSourceId: indexedText(),
  source: text(),
  fulfillmentId: indexedText(),
  /** The fulfilment's own name, such as `#1001-F1`. */
  name: text().orNull,
  /** Which parcel of its fulfilment, from 1. */
  parcel: integer(),
  /** As the platform spells it: `SUCCESS`, `CANCELLED`. A cancelled parcel stays here, since it may be under way. */
  status: indexedText(),
  /** How far it is, as the platform spells it: `IN_TRANSIT`, `DELIVERED`; null where nobody follows it. */
  deliveryStatus: text().orNull,
  trackingNumber: indexedText().orNull,
  carrier: text().orNull,
  trackingUrl: text().orNull,
  /** Units in the whole fulfilment, over all its parcels. */
  fulfillmentQuantity: integer(),
  shippedAt: instant(),
  inTransitAt: instant().orNull,
  deliveredAt: instant().orNull,
  estimatedDeliveryAt: instant().orNull,
  updatedAt: instant(),
});
