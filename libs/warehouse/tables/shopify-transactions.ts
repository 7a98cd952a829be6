import { defineTable, exact, flag, indexedText, instant, json, text } from './define.js';

/**
 * What payment gateways were asked and said. Money came in by `SALE` and `CAPTURE` and went back by `REFUND`, where the
 * status is `SUCCESS`; an `AUTHORIZATION` moves none.
 */
export const shopifyTransactions = defineTable('shopify_transactions', {
  transactionId: text(),
  /** What people call the order: `#1001`. */
  orderId: indexedText(),
  /** `orders.source_id`. */
  orderSourceId: indexedText(),
  kind: text(),
  status: text(),
  gateway: text().orNull,
  /** In the shop's currency; never below zero, a refund's neither. */
  amount: exact(),
  currency: text(),
  /** The same as the customer paid or got it. */
  presentmentAmount: exact(),
  presentmentCurrency: text(),
  /** `source_id` of the transaction it follows: the authorisation of a capture, the payment that a refund gives back. */
  parentTransactionId: indexedText().orNull,
  /** As the gateway knows it. */
  paymentId: indexedText().orNull,
  errorCode: text().orNull,
  /** What Shopify Payments kept, without the tax on it; null where no fee is told. */
  fee: exact().orNull,
  feeTax: exact().orNull,
  feeCurrency: text().orNull,
  /** Each fee: `type`, `rate`, `amount`, `tax`, `currency`; amounts as text. */
  fees: json(),
  /** Paid through a test gateway: no money moved. */
  test: flag(),
  createdAt: instant(),
  /** Null while it is pending. */
  processedAt: instant().orNull,
  settlementCurrency: text().orNull,
  settlementRate: exact().orNull,
});
