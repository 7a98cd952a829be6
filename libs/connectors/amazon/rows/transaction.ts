import { createHash } from 'node:crypto';
import type { Json } from '#kernel';
import type { amazonTransactions, RowOf } from '#warehouse/tables';
import type { Breakdown, Transaction, TransactionItem } from '../records/transaction.js';

/** Amazon promises no id: what is the same in every reading stands in for one. Its status is not, since it changes. */
export function keyOf({ transactionId, ...one }: Transaction): string {
  if (transactionId !== undefined) return transactionId;
  const said = [one.transactionType, one.postedDate, one.totalAmount, one.relatedIdentifiers];
  return `sha256:${createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32)}`;
}

/** The leaves of the tree, each with the words on the way to it. */
function leavesOf(tree: readonly Breakdown[] | null | undefined, path: readonly string[] = []): Json[] {
  return (tree ?? []).flatMap(({ breakdownType, breakdownAmount, breakdowns }) => {
    const here = [...path, breakdownType ?? '?'];
    if (breakdowns && breakdowns.length > 0) return leavesOf(breakdowns, here);
    const { currencyAmount: amount, currencyCode: currency } = breakdownAmount ?? {};
    return amount === undefined ? [] : [{ path: here.join(' > '), amount, currency }];
  });
}

/** Where the transaction has a tree of its own, those of its items are the same money again. */
function amountsOf({ items, breakdowns }: Transaction): Json[] {
  const own = leavesOf(breakdowns);
  return own.length > 0 ? own : (items ?? []).flatMap((item) => leavesOf(item.breakdowns));
}

function itemOf({ totalAmount, contexts, relatedIdentifiers, breakdowns }: TransactionItem): Json {
  const product = contexts?.find(({ sku, asin }) => sku !== undefined || asin !== undefined);
  const ids = (relatedIdentifiers ?? []).map(
    ({ itemRelatedIdentifierName: name, itemRelatedIdentifierValue: value }) =>
      [name ?? '?', value ?? null] as const,
  );
  return {
    sku: product?.sku ?? null,
    asin: product?.asin ?? null,
    quantity: product?.quantityShipped ?? null,
    fulfillment: product?.fulfillmentNetwork ?? null,
    total: totalAmount?.currencyAmount ?? null,
    currency: totalAmount?.currencyCode ?? null,
    ids: Object.fromEntries(ids),
    amounts: leavesOf(breakdowns),
  };
}

export function transactionRow(one: Transaction): RowOf<typeof amazonTransactions> {
  const ids = new Map(
    (one.relatedIdentifiers ?? []).map((id) => [id.relatedIdentifierName, id.relatedIdentifierValue]),
  );
  const contexts = [...(one.contexts ?? []), ...(one.items ?? []).flatMap((item) => item.contexts ?? [])];
  const deferred = contexts.find(({ deferralReason, maturityDate }) => deferralReason ?? maturityDate);
  return {
    transactionId: one.transactionId ?? null,
    type: one.transactionType ?? null,
    status: one.transactionStatus ?? null,
    description: one.description ?? null,
    postedDate: one.postedDate,
    total: one.totalAmount?.currencyAmount ?? null,
    currency: one.totalAmount?.currencyCode ?? null,
    accountType: one.sellingPartnerMetadata?.accountType ?? null,
    marketplaceId: one.marketplaceDetails?.marketplaceId ?? one.sellingPartnerMetadata?.marketplaceId ?? null,
    marketplaceName: one.marketplaceDetails?.marketplaceName ?? null,
    orderId: ids.get('ORDER_ID') ?? null,
    shipmentId: ids.get('SHIPMENT_ID') ?? null,
    refundId: ids.get('REFUND_ID') ?? null,
    invoiceId: ids.get('INVOICE_ID') ?? null,
    disbursementId: ids.get('DISBURSEMENT_ID') ?? null,
    settlementId: ids.get('SETTLEMENT_ID') ?? null,
    financialEventGroupId: ids.get('FINANCIAL_EVENT_GROUP_ID') ?? null,
    releaseTransactionId: ids.get('RELEASE_TRANSACTION_ID') ?? null,
    deferredTransactionId: ids.get('DEFERRED_TRANSACTION_ID') ?? null,
    deferralReason: deferred?.deferralReason ?? null,
    maturityDate: deferred?.maturityDate ?? null,
    amounts: amountsOf(one),
    items: (one.items ?? []).map(itemOf),
  };
}
