import { compare, type Decimal, subtract, sum, ZERO } from '#kernel';
import type { RowOf, shopifyBalanceTransactions, shopifyPayouts } from '#warehouse/tables';
import type { BalanceTransaction, Payout } from '../records/payout.js';

/** What left the balance: a withdrawal is the other way round, whichever sign it is told with. */
const leftBalance = ({ transactionType, net }: Payout): Decimal =>
  transactionType === 'WITHDRAWAL' && compare(net.amount, ZERO) > 0 ? subtract(ZERO, net.amount) : net.amount;

/** What is wrong with a payout whose transactions do not make it; null for all others. */
export function unequal(payout: Payout): string | null {
  const { net, transactions } = payout;
  const foreign = transactions.find((one) => one.net.currencyCode !== net.currencyCode);
  if (foreign)
    return `payout ${payout.id} is in ${net.currencyCode}, of its transactions ${foreign.id} is not`;
  const total = sum(transactions.map((one) => one.net.amount));
  if (compare(total, leftBalance(payout)) === 0) return null;
  return `payout ${payout.id} is ${net.amount} ${net.currencyCode}, its ${transactions.length} transactions make ${total}`;
}

export const payoutRow = (payout: Payout): RowOf<typeof shopifyPayouts> => {
  const { summary, net } = payout;
  return {
    payoutId: payout.id,
    status: payout.status,
    transactionType: payout.transactionType,
    issuedAt: payout.issuedAt,
    net: net.amount,
    currency: net.currencyCode,
    chargesGross: summary.chargesGross.amount,
    chargesFee: summary.chargesFee.amount,
    refundsGross: summary.refundsFeeGross.amount,
    refundsFee: summary.refundsFee.amount,
    adjustmentsGross: summary.adjustmentsGross.amount,
    adjustmentsFee: summary.adjustmentsFee.amount,
    reservedFundsGross: summary.reservedFundsGross.amount,
    reservedFundsFee: summary.reservedFundsFee.amount,
    retriedPayoutsGross: summary.retriedPayoutsGross.amount,
    retriedPayoutsFee: summary.retriedPayoutsFee.amount,
    advancesGross: summary.advanceGross.amount,
    advancesFee: summary.advanceFees.amount,
    externalTraceId: payout.externalTraceId,
    transactionCount: payout.transactions.length,
  };
};

export const transactionRow = (
  one: BalanceTransaction,
  payout: Payout,
): RowOf<typeof shopifyBalanceTransactions> => ({
  transactionId: one.id,
  payoutId: payout.id,
  type: one.type,
  amount: one.amount.amount,
  fee: one.fee.amount,
  net: one.net.amount,
  currency: one.net.currencyCode,
  orderId: one.associatedOrder?.id ?? null,
  orderName: one.associatedOrder?.name ?? null,
  orderTransactionId: one.sourceOrderTransactionId,
  originType: one.sourceType,
  originId: one.sourceId,
  adjustmentReason: one.adjustmentReason,
  test: one.test,
  transactionDate: one.transactionDate,
});
