import { sum } from '#kernel';
import type { RowOf, shopifyTransactions } from '#warehouse/tables';
import type { Transaction } from '../records/transaction.js';

type Fees = Pick<RowOf<typeof shopifyTransactions>, 'fee' | 'feeTax' | 'feeCurrency' | 'fees'>;

function feesOf({ fees }: Transaction): Fees {
  const [first] = fees;
  if (!first) return { fee: null, feeTax: null, feeCurrency: null, fees: [] };
  return {
    fee: sum(fees.map(({ amount }) => amount.amount)),
    feeTax: sum(fees.map(({ taxAmount }) => taxAmount.amount)),
    feeCurrency: first.amount.currencyCode,
    fees: fees.map(({ type, rate, amount, taxAmount }) => ({
      type,
      rate,
      amount: amount.amount,
      tax: taxAmount.amount,
      currency: amount.currencyCode,
    })),
  };
}

export const transactionRow = (one: Transaction): RowOf<typeof shopifyTransactions> => ({
  transactionId: one.id,
  orderId: one.order.name,
  orderSourceId: one.order.id,
  kind: one.kind,
  status: one.status,
  gateway: one.gateway,
  amount: one.amountSet.shopMoney.amount,
  currency: one.amountSet.shopMoney.currencyCode,
  presentmentAmount: one.amountSet.presentmentMoney.amount,
  presentmentCurrency: one.amountSet.presentmentMoney.currencyCode,
  parentTransactionId: one.parentTransaction?.id ?? null,
  paymentId: one.paymentId,
  errorCode: one.errorCode,
  ...feesOf(one),
  test: one.test,
  createdAt: one.createdAt,
  processedAt: one.processedAt,
  settlementCurrency: one.settlementCurrency,
  settlementRate: one.settlementCurrencyRate,
});
