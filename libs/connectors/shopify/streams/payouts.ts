import { days, hours, seconds } from '#kernel';
import { children, defineStream, type PageQuery } from '#sync';
import { shopifyBalanceTransactions, shopifyPayouts } from '#warehouse/tables';
import { connection, object } from '../cost.js';
import { graphql } from '../graphql.js';
import { accountList, transactionsOfPayouts } from '../payments.js';
import { afterOf, nextPlace } from '../pages.js';
import { Payout } from '../records/payout.js';
import { payoutRow, transactionRow, unequal } from '../rows/payout.js';
import { issuedWithin } from '../search.js';
import type { ShopifySettings } from '../settings.js';

const SUMS = [
  'chargesGross',
  'chargesFee',
  'refundsFeeGross',
  'refundsFee',
  'adjustmentsGross',
  'adjustmentsFee',
  'reservedFundsGross',
  'reservedFundsFee',
  'retriedPayoutsGross',
  'retriedPayoutsFee',
  'advanceGross',
  'advanceFees',
];

export const PAYOUTS = `query Payouts($first: Int!, $after: String, $query: String!) {
  shopifyPaymentsAccount {
    payouts(first: $first, after: $after, sortKey: ISSUED_AT, query: $query) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id status transactionType issuedAt externalTraceId
        net { amount currencyCode }
        summary { ${SUMS.map((name) => `${name} { amount currencyCode }`).join(' ')} }
      }
    }
  }
}`;

export const payoutsCost = (size: number): number =>
  object(connection(size, object(object(), object(SUMS.length * object()))));

export const payouts = defineStream({
  name: 'shopify.payouts',
  title: 'Payouts of Shopify Payments, every transaction of them',
  every: hours(6),
  // So many payouts' transactions are asked for in one search.
  size: { start: 10, min: 1, max: 20 },

  request: ({ window, place, size, settings }: PageQuery<ShopifySettings>) =>
    graphql({
      settings,
      operation: 'Payouts',
      document: PAYOUTS,
      variables: { first: size, after: afterOf(place), query: issuedWithin(window, place) },
      weight: payoutsCost(size),
    }),
  body: accountList('payouts'),
  records: (body) => body.nodes,
  beside: transactionsOfPayouts,
  next: ({ body, place, size }) => nextPlace({ list: body, place, size, by: 'issuedAt' }),

  schema: Payout,
  key: (payout) => payout.id,
  cursor: {
    of: (payout) => payout.issuedAt,
    order: 'ascending',
    // A payout has no clock of changes; whether it was paid or failed is known within days.
    lookback: days(14),
    startAt: null,
    grain: seconds(1),
  },
  proof: unequal,

  into: shopifyPayouts,
  map: payoutRow,
  children: [
    children({
      into: shopifyBalanceTransactions,
      of: (payout: Payout) => payout.transactions,
      key: (one) => one.id,
      map: transactionRow,
    }),
  ],
});
