import { defineTable, exact, flag, indexedText, instant, text } from './define.js';

/** Orders of every platform. `order_id` is the human name (`#1001`), unique only where the platform says so. */
export const orders = defineTable(
  'orders',
  {
    orderId: indexedText(),
    source: text(),
    purchaseDate: instant(),
    status: indexedText().orNull,
    /** How new `status` is, by the clock of whoever said it last: the shop, or the warehouse that sends its parcels. */
    statusUpdatedAt: instant().orNull,
    customerId: indexedText().orNull,
    /** As sold, in the shop's currency. */
    total: exact().orNull,
    currency: text().orNull,
    marketplaceId: text().orNull,
    shopifyInternalId: text().orNull,
    trackingNumber: indexedText().orNull,
    carrier: text().orNull,
    trackingUrl: text().orNull,
    trackingUpdatedAt: instant().orNull,
    financialStatus: text().orNull,
    fulfillmentStatus: text().orNull,
    /** After edits and refunds. */
    currentTotal: exact().orNull,
    subtotal: exact().orNull,
    taxTotal: exact().orNull,
    shippingTotal: exact().orNull,
    discountTotal: exact().orNull,
    refundedTotal: exact().orNull,
    /** What the customer saw and paid, in the currency beside it. */
    presentmentTotal: exact().orNull,
    presentmentCurrency: text().orNull,
    email: indexedText().orNull,
    cancelledAt: instant().orNull,
    cancelReason: text().orNull,
    /** Orders paid through a test gateway are no turnover. */
    test: flag(),
  },
  {
    // The shop's own word and parcel, and the warehouse's: whichever changed last.
    newest: {
      statusUpdatedAt: ['status'],
      trackingUpdatedAt: ['trackingNumber', 'carrier', 'trackingUrl'],
    },
    foundBy: ['orderId'],
  },
);
