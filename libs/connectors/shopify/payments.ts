import { beside } from '#sync';
import { z } from 'zod';
import { connection, object } from './cost.js';
import { graphql } from './graphql.js';
import { afterOf, nextById, PageInfo, searchById } from './pages.js';
import { gid } from './records/scalars.js';
import type { ShopifySettings } from './settings.js';

/*
 * Shopify Payments: a list of payouts and a list of balance transactions stand side by side in the account, and each
 * transaction names its payout. A shop without Shopify Payments has no account.
 */

const TransactionList = z.object({ pageInfo: PageInfo, nodes: z.array(z.unknown()) });

/** A list of the account; one that holds nothing where there is no account. */
export const accountList = <Name extends string>(name: Name) =>
  z
    .object({
      data: z.object({
        shopifyPaymentsAccount: z
          .object({ [name]: TransactionList } as { [K in Name]: typeof TransactionList })
          .nullable(),
      }),
    })
    .transform(({ data }) => {
      const account = data.shopifyPaymentsAccount as { readonly [K in Name]: Listed } | null;
      return account?.[name] ?? NO_LIST;
    });

type Listed = z.output<typeof TransactionList>;
const NO_LIST: Listed = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };

/** Transactions asked for at once. */
const TRANSACTIONS = 60;

// Without the transfers: the money that left for the bank, which would make every payout's sum nothing.
export const BALANCE_TRANSACTIONS = `query BalanceTransactions($first: Int!, $after: String, $query: String!) {
  shopifyPaymentsAccount {
    balanceTransactions(first: $first, after: $after, sortKey: ID, query: $query, hideTransfers: true) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id type test transactionDate sourceType sourceId sourceOrderTransactionId adjustmentReason
        amount { amount currencyCode }
        fee { amount currencyCode }
        net { amount currencyCode }
        associatedOrder { id name }
        associatedPayout { id }
      }
    }
  }
}`;

export const BALANCE_TRANSACTIONS_COST = object(connection(TRANSACTIONS, object(5 * object())));

const WithId = z.object({ id: gid });
const OfPayout = z.object({ associatedPayout: z.object({ id: gid.nullable() }) });

const idOf = (payout: unknown): string | null => WithId.safeParse(payout).data?.id ?? null;
const payoutOf = (transaction: unknown): string | null =>
  OfPayout.safeParse(transaction).data?.associatedPayout.id ?? null;

/** What each payout of a page is made of. */
export const transactionsOfPayouts = beside<ShopifySettings, ReturnType<typeof accountList>>({
  request: ({ records, place, settings }) => {
    const payouts = records.flatMap((one) => idOf(one) ?? []).map((id) => `payments_transfer_id:${id}`);
    const from = searchById(place);
    if (payouts.length === 0) return null;
    return graphql({
      settings,
      operation: 'BalanceTransactions',
      document: BALANCE_TRANSACTIONS,
      variables: {
        first: TRANSACTIONS,
        after: afterOf(place),
        query: from === null ? payouts.join(' OR ') : `(${payouts.join(' OR ')}) AND ${from}`,
      },
      weight: BALANCE_TRANSACTIONS_COST,
    });
  },
  body: accountList('balanceTransactions'),
  merge: (records, { nodes }) =>
    records.map((payout) => {
      const id = idOf(payout);
      const own = id === null ? [] : nodes.filter((one) => payoutOf(one) === id);
      if (own.length === 0) return payout;
      const known = (payout as { transactions?: readonly unknown[] }).transactions ?? [];
      return { ...(payout as object), transactions: [...known, ...unknownOf(known, own)] };
    }),
  next: ({ body, place }) => nextById({ list: body, place, size: TRANSACTIONS }),
});

/** A walk that begins anew is served the record it begins at a second time. */
function unknownOf(known: readonly unknown[], served: readonly unknown[]): readonly unknown[] {
  const ids = new Set(known.map(idOf));
  return served.filter((one) => !ids.has(idOf(one)));
}
