import type { CensusSpec, Window } from '#sync';
import type { Table } from '#warehouse/tables';
import { z } from 'zod';
import { object } from './cost.js';
import { graphql } from './graphql.js';
import { updatedWithin } from './search.js';
import type { ShopifySettings } from './settings.js';

/*
 * How many records of a list match a search: `ordersCount` and its like. The figure ends at a limit, 10,000 unless told
 * otherwise, and then says `AT_LEAST`; without one it is exact.
 */

interface CountOf {
  /** The field that counts and the name of its query: `ordersCount`, `OrdersCount`. */
  readonly field: string;
  readonly operation: string;
  /** The scope without which Shopify hides a part of the list; absent where there is none. */
  readonly wholeWith?: string;
}

export const ORDER_COUNT = {
  field: 'ordersCount',
  operation: 'OrdersCount',
  wholeWith: 'read_all_orders',
} as const satisfies CountOf;
export const CUSTOMER_COUNT = {
  field: 'customersCount',
  operation: 'CustomersCount',
} as const satisfies CountOf;
export const PRODUCT_COUNT = {
  field: 'productsCount',
  operation: 'ProductsCount',
} as const satisfies CountOf;

export const countDocument = ({ field, operation, wholeWith }: CountOf): string =>
  `query ${operation}($query: String!) {
  counted: ${field}(query: $query, limit: null) { count precision }${
    wholeWith === undefined ? '' : '\n  currentAppInstallation { accessScopes { handle } }'
  }
}`;

export const countCost = ({ wholeWith }: CountOf): number =>
  object() + (wholeWith === undefined ? 0 : object(object()));

const Counted = z.object({
  data: z.object({
    counted: z.object({ count: z.int().nonnegative(), precision: z.enum(['EXACT', 'AT_LEAST']) }).nullable(),
    currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }).nullish(),
  }),
});

/** The census of a list that is asked by `updated_at`. */
export function countOf(of: CountOf, span?: (window: Window) => Window): CensusSpec<ShopifySettings, Table> {
  return {
    request: ({ window, settings }) =>
      graphql({
        settings,
        operation: of.operation,
        document: countDocument(of),
        variables: { query: updatedWithin(window, null) },
        weight: countCost(of),
      }),
    says: (body) => {
      const { counted, currentAppInstallation } = Counted.parse(body).data;
      const scopes = (currentAppInstallation?.accessScopes ?? []).map(({ handle }) => handle);
      return {
        count: counted?.precision === 'EXACT' ? counted.count : null,
        hidden: of.wholeWith === undefined || scopes.includes(of.wholeWith) ? null : `no ${of.wholeWith}`,
      };
    },
    ...(span === undefined ? {} : { span }),
  };
}
