import { defineChildTable, exact, flag, indexedText, integer, text } from './define.js';

/** What a refund is made of: items, shipping, duties, and adjustments where what was paid is something else than those. */
export const shopifyRefundLines = defineChildTable('shopify_refund_lines', {
  refundId: text(),
  /** What people call the order: `#1001`. */
  orderId: indexedText(),
  /** `item`, `shipping`, `duty` or `adjustment`. */
  kind: text(),
  /** `order_items.source_id` of an item. */
  lineItemId: indexedText().orNull,
  sku: indexedText().orNull,
  title: text().orNull,
  quantity: integer().orNull,
  /** `RETURN`, `CANCEL`, `NO_RESTOCK`: what became of the goods. */
  restockType: text().orNull,
  restocked: flag().orNull,
  /** Of an adjustment: `REFUND_DISCREPANCY`. */
  reason: text().orNull,
  /** In the shop's currency, as Shopify signs it. Holds the tax where `shopify_refunds.taxes_included`. */
  amount: exact(),
  tax: exact(),
  currency: text(),
});
