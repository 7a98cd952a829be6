import { defineTable, exact, flag, indexedText, instant, json, text } from './define.js';

/** Money given back, or goods taken back for nothing: then `total` is 0. */
export const shopifyRefunds = defineTable('shopify_refunds', {
  refundId: text(),
  /** What people call the order: `#1001`. */
  orderId: indexedText(),
  /** `orders.source_id`. */
  orderSourceId: indexedText(),
  /** The instant it counts in the books; an imported refund keeps its own. */
  processedAt: instant(),
  createdAt: instant().orNull,
  updatedAt: instant(),
  note: text().orNull,
  /** What was paid back, in the shop's currency. */
  total: exact(),
  currency: text(),
  /** The same as the customer got it. */
  presentmentTotal: exact(),
  presentmentCurrency: text(),
  /** Whether the prices of its lines hold the tax already. */
  taxesIncluded: flag(),
  /** `shopify_transactions.source_id` of each payment it was made by; an empty list where none was. */
  transactionIds: json(),
  /** Of an order paid through a test gateway: no money moved. */
  test: flag(),
});
