import { minutes, seconds } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { shopifyCustomers } from '#warehouse/tables';
import { type BulkList, bulkOf } from '../bulk.js';
import { countOf, CUSTOMER_COUNT } from '../census.js';
import { connection, LARGEST_PAGE, object } from '../cost.js';
import { graphql } from '../graphql.js';
import { type IdList, idListing } from '../listing.js';
import { afterOf, listOf, nextPlace } from '../pages.js';
import { Customer } from '../records/customer.js';
import { startOfDay, updatedSinceDay, wholeSecond } from '../search.js';
import type { ShopifySettings } from '../settings.js';

const CUSTOMER_FIELDS = `id createdAt updatedAt displayName firstName lastName state numberOfOrders tags
      amountSpent { amount currencyCode }
      defaultEmailAddress { emailAddress }
      defaultPhoneNumber { phoneNumber }
      defaultAddress { countryCodeV2 }
      lastOrder { id processedAt }`;

export const CUSTOMERS = `query Customers($first: Int!, $after: String, $query: String!) {
  customers(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes {
      ${CUSTOMER_FIELDS}
    }
  }
}`;

const CUSTOMER_COST = object(object(), object(), object(), object(), object());

/** Ids, and customers by id as their pages hold them. */
export const CUSTOMER_IDS = {
  field: 'customers',
  type: 'Customer',
  fields: CUSTOMER_FIELDS,
  cost: CUSTOMER_COST,
  max: 70,
} as const satisfies IdList;

/** The same of a whole window, written by Shopify itself. */
export const CUSTOMER_BULK: BulkList = {
  field: 'customers',
  fields: CUSTOMER_FIELDS,
  within: (window) => updatedSinceDay(window, null),
};

export const customersCost = (size: number): number => connection(size, CUSTOMER_COST);

export const customers = defineStream({
  name: 'shopify.customers',
  title: 'Customers',
  every: minutes(30),
  size: { start: 70, min: 1, max: LARGEST_PAGE },

  request: ({ window, place, size, settings }: PageQuery<ShopifySettings>) =>
    graphql({
      settings,
      operation: 'Customers',
      document: CUSTOMERS,
      variables: { first: size, after: afterOf(place), query: updatedSinceDay(window, place) },
      weight: customersCost(size),
    }),
  body: listOf('customers'),
  records: (body) => body.data.customers.nodes,
  next: ({ body, place, size }) => nextPlace({ list: body.data.customers, place, size }),

  schema: Customer,
  key: (customer) => customer.id,
  cursor: {
    of: (customer) => customer.updatedAt,
    order: 'ascending',
    lookback: minutes(5),
    startAt: null,
    grain: seconds(1),
  },
  // Counted from the start of the day, as the list is asked.
  census: countOf(CUSTOMER_COUNT, ({ from, to }) => ({
    from: from && startOfDay(from),
    to: wholeSecond(to),
  })),

  listing: idListing(CUSTOMER_IDS),
  history: bulkOf(CUSTOMER_BULK),

  into: shopifyCustomers,
  map: (customer) => ({
    customerId: customer.id,
    email: customer.defaultEmailAddress?.emailAddress ?? null,
    firstName: customer.firstName,
    lastName: customer.lastName,
    displayName: customer.displayName,
    phone: customer.defaultPhoneNumber?.phoneNumber ?? null,
    countryCode: customer.defaultAddress?.countryCodeV2 ?? null,
    createdAt: customer.createdAt,
    updatedAt: customer.updatedAt,
    totalSpent: customer.amountSpent.amount,
    currency: customer.amountSpent.currencyCode,
    ordersCount: customer.numberOfOrders,
    state: customer.state.toLowerCase(),
    tags: customer.tags,
    lastOrderId: customer.lastOrder?.id ?? null,
    lastOrderDate: customer.lastOrder?.processedAt ?? null,
  }),
});
