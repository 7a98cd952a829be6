import { defineChildTable, exact, flag, indexedText, instant, text } from './define.js';

/** What a payout of Shopify Payments is made of: `amount - fee = net`, refunds and other debits below zero. */
export const shopifyBalanceTransactions = defineChildTable('shopify_balance_transactions', {
  transactionId: text(),
  /** `shopify_payouts.payout_id` */
  payoutId: indexedText(),
  /** CHARGE, REFUND, ADJUSTMENT, SHIPPING_LABEL … */
  type: indexedText(),
  amount: exact(),
  fee: exact(),
  net: exact(),
  currency: text(),
  /** `orders.source_id`; null for what belongs to no order. */
  orderId: indexedText().orNull,
  orderName: text().orNull,
  /** The payment or refund of the order that it came from. */
  orderTransactionId: indexedText().orNull,
  /** What made it, such as CHARGE or DISPUTE, and that one's own id. */
  originType: text().orNull,
  originId: text().orNull,
  adjustmentReason: text().orNull,
  /** Made in test mode: no money moved. */
  test: flag(),
  transactionDate: instant(),
});
