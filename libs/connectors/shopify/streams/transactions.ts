import { latest, minutes } from '#kernel';
import { defineStream, wireInstant } from '#sync';
import { shopifyTransactions } from '#warehouse/tables';
import { LARGEST_PAGE, object } from '../cost.js';
import { orderList, type OrderListSpec } from '../order-lists.js';
import { Transaction } from '../records/transaction.js';
import { transactionRow } from '../rows/transaction.js';

/** A payment has no clock of its own: what is pending is processed later. */
const versionOf = (one: { readonly createdAt: Date; readonly processedAt: Date | null }): Date =>
  latest(one.createdAt, one.processedAt ?? one.createdAt);

export const TRANSACTIONS = {
  field: 'transactions',
  type: 'OrderTransaction',
  fields: `id kind status gateway paymentId errorCode test createdAt processedAt settlementCurrency settlementCurrencyRate
        amountSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
        parentTransaction { id }
        fees { type rate amount { amount currencyCode } taxAmount { amount } }`,
  cost: object(object(object(), object()), object(), object(object(), object())),
  shown: { first: 4 },
  whole: 20,
  count: 'transactionsCount',
  ids: {
    fields: 'id createdAt processedAt',
    cost: object(),
    size: { start: 150, min: 1, max: LARGEST_PAGE },
    version: ({ createdAt, processedAt }) =>
      versionOf({
        createdAt: wireInstant.parse(createdAt),
        processedAt: wireInstant.nullable().parse(processedAt),
      }),
  },
  fetched: 45,
} as const satisfies OrderListSpec;

const head = orderList(TRANSACTIONS);

export const transactions = defineStream({
  ...head,
  name: 'shopify.transactions',
  title: 'Payments of orders, refunds included',
  every: minutes(30),
  size: { start: 12, min: 1, max: LARGEST_PAGE },

  schema: Transaction,
  key: (one) => one.id,
  cursor: { ...head.cursor, version: versionOf },

  into: shopifyTransactions,
  map: transactionRow,
});
