import { date, defineChildTable, exact, indexedText, instant, integer, text } from './define.js';

/** Every line of a settlement, in the report's order: two lines that are alike to the last letter are two rows. */
export const settlementLines = defineChildTable('settlement_lines', {
  settlementId: text(),
  /** From 1. */
  lineNumber: integer(),
  /** The platform's `amazon-order-id` and its like: `orders.order_id`. */
  orderId: indexedText().orNull,
  /** The report's own word: Order, Refund, ServiceFee, other-transaction … */
  type: text().orNull,
  amount: exact(),
  currency: text(),
  /** Which fee, on lines that are one; null on all others. */
  feeType: text().orNull,
  /** Which of the settlement's sums it counts in: gross, fees, refunds, other. */
  countsAs: text(),
  amountType: text().orNull,
  amountDescription: text().orNull,
  /** The instant, where the report tells one; else the day's first. */
  postedDate: instant().orNull,
  postedOn: date().orNull,
  merchantOrderId: text().orNull,
  adjustmentId: text().orNull,
  shipmentId: text().orNull,
  marketplaceName: text().orNull,
  /** AFN: shipped by Amazon; MFN: by the seller. */
  fulfillmentId: text().orNull,
  /** `order_items.source_id`. */
  orderItemCode: text().orNull,
  merchantOrderItemId: text().orNull,
  merchantAdjustmentItemId: text().orNull,
  sku: indexedText().orNull,
  quantityPurchased: integer().orNull,
  promotionId: text().orNull,
});
