import { defineTable, exact, indexedText, instant, integer, text } from './define.js';

/**
 * What Shopify Payments sent to the bank, or took from it, in one transfer. `net` is what its rows in
 * `shopify_balance_transactions` add up to, proven before it lands. The other amounts are Shopify's own summary of them.
 */
export const shopifyPayouts = defineTable('shopify_payouts', {
  /** Also the reference by which the transfer can be found at the bank. */
  payoutId: text(),
  /** SCHEDULED, PAID, FAILED, CANCELED. */
  status: indexedText(),
  /** DEPOSIT or WITHDRAWAL. */
  transactionType: text(),
  issuedAt: instant(),
  net: exact(),
  currency: text(),
  chargesGross: exact(),
  chargesFee: exact(),
  refundsGross: exact(),
  refundsFee: exact(),
  adjustmentsGross: exact(),
  adjustmentsFee: exact(),
  reservedFundsGross: exact(),
  reservedFundsFee: exact(),
  retriedPayoutsGross: exact(),
  retriedPayoutsFee: exact(),
  advancesGross: exact(),
  advancesFee: exact(),
  /** The bank's own trace of the transfer, told days later. */
  externalTraceId: text().orNull,
  transactionCount: integer(),
});
