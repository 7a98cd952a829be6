import { defineChildTable, exact, indexedText, integer, text } from './define.js';

/** Line items, keyed by the platform's line id: one order may hold the same SKU twice. */
export const orderItems = defineChildTable('order_items', {
  orderId: text(),
  source: text(),
  sku: indexedText().orNull,
  asin: text().orNull,
  title: text().orNull,
  /** As ordered. */
  qty: integer(),
  /** After edits and refunds: 0 for a line that was taken off the order. */
  currentQty: integer().orNull,
  /** For one unit, before discounts. */
  price: exact().orNull,
  /** Whole line, after discounts. */
  discountedTotal: exact().orNull,
  tax: exact().orNull,
  feeEstimate: exact().orNull,
  currency: text().orNull,
  productId: text().orNull,
  variantId: text().orNull,
});
