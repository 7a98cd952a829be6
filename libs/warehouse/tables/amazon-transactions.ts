import { defineTable, exact, indexedText, instant, json, text } from './define.js';

/** What Amazon booked, soon after it happened. A deferred one is told again when it is released: count `RELEASED` alone. */
export const amazonTransactions = defineTable('amazon_transactions', {
  transactionId: text().orNull,
  /** Shipment, Refund, ServiceFee, Transfer … */
  type: indexedText().orNull,
  /** DEFERRED, RELEASED, DEFERRED_RELEASED; it changes. */
  status: indexedText().orNull,
  description: text().orNull,
  postedDate: instant(),
  total: exact().orNull,
  currency: text().orNull,
  accountType: text().orNull,
  marketplaceId: text().orNull,
  marketplaceName: text().orNull,
  /** `orders.order_id`. */
  orderId: indexedText().orNull,
  shipmentId: text().orNull,
  refundId: text().orNull,
  invoiceId: text().orNull,
  disbursementId: text().orNull,
  /** `settlements.settlement_id`, where Amazon tells it. */
  settlementId: indexedText().orNull,
  financialEventGroupId: text().orNull,
  /** The transaction that released this one, or that this one released. */
  releaseTransactionId: text().orNull,
  deferredTransactionId: text().orNull,
  deferralReason: text().orNull,
  /** When deferred money is expected. */
  maturityDate: instant().orNull,
  /** The leaves of the breakdown, which add up to the total: `[{ path, amount, currency }]`. */
  amounts: json(),
  /** What it is about: `[{ sku, asin, quantity, fulfillment, total, currency, ids, amounts }]`. */
  items: json(),
});
