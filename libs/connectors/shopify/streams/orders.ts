import { minutes, seconds } from '#kernel';
import { children, cursorOf, defineStream, type PageQuery } from '#sync';
import { orderItems, orders as table } from '#warehouse/tables';
import { z } from 'zod';
import { type BulkList, bulkOf } from '../bulk.js';
import { countOf, ORDER_COUNT } from '../census.js';
import { connection, LARGEST_PAGE, list, MONEY_BAG, object } from '../cost.js';
import { graphql } from '../graphql.js';
import { afterOf, listOf, nextInside, nextPlace, NO_MORE } from '../pages.js';
import { type IdList, idListing } from '../listing.js';
import { LineItems, Order } from '../records/order.js';
import { toGid } from '../records/scalars.js';
import { itemRow, orderRow } from '../rows/order.js';
import { updatedWithin } from '../search.js';
import type { ShopifySettings } from '../settings.js';

/** Lines read with their order: more than most have, and four such orders still fit into one query. */
const LINES = 19;
/** Lines asked for at once when an order has more. */
const MORE_LINES = 44;
/** Parcels looked at for a tracking number; Shopify cuts this list here and has no cursor into it. */
const PARCELS = 5;

const LINE = `id sku title quantity currentQuantity
        product { id }
        variant { id }
        originalUnitPriceSet { shopMoney { amount } }
        discountedTotalSet { shopMoney { amount } }
        taxLines { priceSet { shopMoney { amount } } }`;

const LINE_FIELDS = `pageInfo { hasNextPage endCursor }
      nodes {
        ${LINE}
      }`;

const LINE_COST = object(object(), object(), MONEY_BAG, MONEY_BAG, object(MONEY_BAG));

const ORDER_OWN = `id name updatedAt processedAt cancelledAt cancelReason test email
      currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus
      customer { id }
      totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
      currentTotalPriceSet { shopMoney { amount } }
      subtotalPriceSet { shopMoney { amount } }
      totalTaxSet { shopMoney { amount } }
      totalShippingPriceSet { shopMoney { amount } }
      totalDiscountsSet { shopMoney { amount } }
      totalRefundedSet { shopMoney { amount } }
      fulfillments(first: ${PARCELS}) { status updatedAt trackingInfo(first: 1) { number company url } }`;

const ORDER_FIELDS = `${ORDER_OWN}
      lineItems(first: $lines) { ${LINE_FIELDS} }`;

export const ORDERS = `query Orders($first: Int!, $after: String, $query: String!, $lines: Int!) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes {
      ${ORDER_FIELDS}
    }
  }
}`;

const ORDER_COST = object(
  object(),
  object(object(), object()),
  6 * MONEY_BAG,
  list(PARCELS, object(object())),
  connection(LINES, LINE_COST),
);

export const ORDER_LINES_COST = object(connection(MORE_LINES, LINE_COST));

/** Ids, and orders by id as their pages hold them. */
export const ORDER_IDS = {
  field: 'orders',
  type: 'Order',
  fields: ORDER_FIELDS,
  cost: ORDER_COST,
  variables: { declared: '$lines: Int!', values: { lines: LINES } },
  max: 2,
  wholeWith: 'read_all_orders',
} as const satisfies IdList;

/** The same of a whole window, written by Shopify itself. */
export const ORDER_BULK: BulkList = {
  field: 'orders',
  fields: ORDER_OWN,
  nested: { field: 'lineItems', fields: LINE },
  within: (window) => updatedWithin(window, null),
};

export const ordersCost = (size: number): number => connection(size, ORDER_COST);

export const ORDER_LINES = `query OrderLines($id: ID!, $after: String, $lines: Int!) {
  order(id: $id) {
    id
    lineItems(first: $lines, after: $after) { ${LINE_FIELDS} }
  }
}`;

const OrderLines = z.object({ data: z.object({ order: z.object({ lineItems: LineItems }).nullable() }) });

/** An order with the next page of its lines; where it was deleted between the calls, they end here. */
function withMoreLines(order: Order, body: unknown): Order {
  const more = OrderLines.parse(body).data.order?.lineItems ?? { pageInfo: NO_MORE, nodes: [] };
  return {
    ...order,
    lineItems: { pageInfo: more.pageInfo, nodes: [...order.lineItems.nodes, ...more.nodes] },
  };
}

export const orders = defineStream({
  name: 'shopify.orders',
  title: 'Orders and their lines',
  every: minutes(10),
  size: { start: 2, min: 1, max: LARGEST_PAGE },

  request: ({ window, place, size, settings }: PageQuery<ShopifySettings>) =>
    graphql({
      settings,
      operation: 'Orders',
      document: ORDERS,
      variables: { first: size, after: afterOf(place), query: updatedWithin(window, place), lines: LINES },
      weight: ordersCost(size),
    }),
  body: listOf('orders'),
  records: (body) => body.data.orders.nodes,
  next: ({ body, place, size }) => nextPlace({ list: body.data.orders, place, size }),

  schema: Order,
  key: (order) => order.id,
  cursor: {
    of: (order) => order.updatedAt,
    order: 'ascending',
    lookback: minutes(5),
    startAt: null,
    grain: seconds(1),
  },
  census: countOf(ORDER_COUNT),
  follow: [
    {
      next: (order: Order) => nextInside(order.lineItems.pageInfo, `order ${order.id}`),
      request: ({ record, place, settings }) =>
        graphql({
          settings,
          operation: 'OrderLines',
          document: ORDER_LINES,
          variables: { id: toGid('Order', record.id), after: cursorOf(place), lines: MORE_LINES },
          weight: ORDER_LINES_COST,
        }),
      merge: withMoreLines,
    },
  ],

  listing: idListing(ORDER_IDS),
  history: bulkOf(ORDER_BULK),

  into: table,
  map: orderRow,
  children: [
    children({
      into: orderItems,
      of: (order: Order) => order.lineItems.nodes,
      key: (line) => line.id,
      map: itemRow,
    }),
  ],
});
