import { minutes, parseInstant, seconds, type Json } from '#kernel';
import {
  beside,
  listing,
  type Beside,
  type CensusSpec,
  type Cursor,
  type Listing,
  type PageQuery,
  type PageSize,
  type Place,
} from '#sync';
import type { Table } from '#warehouse/tables';
import { z } from 'zod';
import { connection, list, object } from './cost.js';
import { graphql } from './graphql.js';
import { isGranted, Scopes, SCOPES, SCOPES_COST } from './listing.js';
import { afterOf, listOf, nextById, nextPlace, PageInfo, searchById } from './pages.js';
import { toGid } from './records/scalars.js';
import { updatedWithin } from './search.js';
import type { ShopifySettings } from './settings.js';
import { cutOrders, isWire, leftCut, opened, settled, wireKeyOf, type Split, type Wire } from './unfold.js';

/*
 * The plain lists inside orders: parcels, refunds, payments. None of them has a list of its own, nor a cursor: they are
 * read with the orders that changed, and an order whose list was cut at `first` is asked again for the whole of it.
 */

export interface OrderListSpec {
  /** The field of the order, and the type of what it lists: `refunds`, `Refund`. */
  readonly field: 'fulfillments' | 'refunds' | 'transactions';
  readonly type: 'Fulfillment' | 'Refund' | 'OrderTransaction';
  /** The selection of one, and what it costs. */
  readonly fields: string;
  readonly cost: number;
  /** How many come with their order, and, where that is not all of it, what of them. */
  readonly shown: { readonly first: number; readonly fields?: string; readonly cost?: number };
  /** Orders at once whose whole list is asked for. */
  readonly whole: number;
  /** The field that counts them, where there is one. */
  readonly count?: 'fulfillmentsCount' | 'transactionsCount';
  /** What the nightly list of ids tells of each, what one costs, and orders a page. */
  readonly ids: {
    readonly fields: string;
    readonly cost: number;
    readonly size: PageSize;
    /** From those fields, as the stream's cursor has it from a record. */
    readonly version: (one: Wire) => Date;
  };
  /** How many by id at once. */
  readonly fetched: number;
  /** The records that one of the list makes; itself by default. */
  readonly split?: Split;
}

/** What every record says of its order. */
const ORDER_FIELDS = 'id name updatedAt test taxesIncluded';

const Nodes = z.object({ data: z.object({ nodes: z.array(z.unknown()) }) });
const IdPage = z.object({
  data: z.object({
    ids: z.object({ pageInfo: PageInfo, nodes: z.array(z.unknown()) }),
    currentAppInstallation: Scopes,
  }),
});

const ORDERS_PAGE = listOf('orders');
type OrdersPage = z.output<typeof ORDERS_PAGE>;

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** The documents and what they cost, for the stream and for the tests that hold them against the vendor's schema. */
export function orderListQueries({ field, type, fields, cost, shown, count, ids }: OrderListSpec) {
  const name = capital(field);
  const one = name.slice(0, -1);
  const counted = count === undefined ? '' : `${count} { count }`;
  const countCost = count === undefined ? 0 : object();
  return {
    page: {
      operation: name,
      document: `query ${name}($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes {
      ${ORDER_FIELDS} ${counted}
      ${field}(first: ${shown.first}) { ${shown.fields ?? fields} }
    }
  }
}`,
      cost: (size: number): number =>
        connection(size, object(countCost, list(shown.first, shown.cost ?? cost))),
    },
    whole: {
      operation: `Whole${name}`,
      document: `query Whole${name}($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Order {
      ${ORDER_FIELDS} ${counted}
      ${field} { ${fields} }
    }
  }
}`,
      cost: (orders: number): number => list(orders, object(countCost, cost)),
    },
    ids: {
      operation: `${one}Ids`,
      document: `query ${one}Ids($first: Int!, $after: String, $query: String) {
  ids: orders(first: $first, after: $after, sortKey: ID, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { id ${field} { ${ids.fields} } }
  }
  ${SCOPES}
}`,
      cost: (size: number): number => connection(size, object(ids.cost)) + SCOPES_COST,
    },
    byId: {
      operation: `${name}ById`,
      document: `query ${name}ById($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on ${type} {
      ${fields}
      order { ${ORDER_FIELDS} }
    }
  }
}`,
      cost: (many: number): number => list(many, cost + object()),
    },
  };
}

/** What a record must have for its stream to be read by its order. */
interface Ordered {
  readonly order: { readonly updatedAt: Date };
}

/** The head of a stream that reads one plain list inside orders. */
export function orderList(spec: OrderListSpec) {
  const queries = orderListQueries(spec);
  const ask = (
    query: { readonly operation: string; readonly document: string },
    settings: ShopifySettings,
    variables: { readonly [name: string]: Json },
    weight: number,
  ) => graphql({ settings, operation: query.operation, document: query.document, variables, weight });
  return {
    request: ({ window, place, size, settings }: PageQuery<ShopifySettings>) =>
      ask(
        queries.page,
        settings,
        { first: size, after: afterOf(place), query: updatedWithin(window, place) },
        queries.page.cost(size),
      ),
    body: ORDERS_PAGE,
    records: ({ data }: OrdersPage) => data.orders.nodes.flatMap((order) => opened(spec, order)),
    listedAt: ({ data }: OrdersPage) => data.orders.nodes.flatMap(changedAt),
    next: ({ body, place, size }: { body: OrdersPage } & Pick<PageQuery<unknown>, 'place' | 'size'>) =>
      nextPlace({ list: body.data.orders, place, size }),
    beside: wholeLists(spec, (ids, settings: ShopifySettings) =>
      ask(queries.whole, settings, { ids }, queries.whole.cost(ids.length)),
    ),
    cursor: BY_ORDER,
    census: HIDDEN_ORDERS,
    listing: idsOf(spec, queries),
  };
}

const Granted = z.object({ data: z.object({ currentAppInstallation: Scopes }) });

export const SCOPES_ONLY = `query Scopes { ${SCOPES} }`;

/**
 * Nothing counts what stands inside orders. But where orders are hidden from the app, what was not served is not gone, and
 * that has to be asked.
 */
const HIDDEN_ORDERS: CensusSpec<ShopifySettings, Table> = {
  request: ({ settings }) =>
    graphql({ settings, operation: 'Scopes', document: SCOPES_ONLY, variables: {}, weight: SCOPES_COST }),
  says: (body) => {
    const app = Granted.parse(body).data.currentAppInstallation;
    return { count: null, hidden: isGranted(app, 'read_all_orders') ? null : 'no read_all_orders' };
  },
};

/** The order's clock: a parcel, a refund or a payment that is new or changed moves it. */
const BY_ORDER = {
  of: ({ order }: Ordered) => order.updatedAt,
  order: 'ascending',
  lookback: minutes(5),
  startAt: null,
  grain: seconds(1),
} as const satisfies Cursor<Ordered>;

function changedAt(order: unknown): readonly Date[] {
  const at =
    isWire(order) && typeof order['updatedAt'] === 'string' ? parseInstant(order['updatedAt']) : undefined;
  return at ? [at] : [];
}

/** Asks for the whole list of each order whose list was cut, a few orders at a time. */
const wholeLists = (
  spec: OrderListSpec,
  request: (ids: string[], settings: ShopifySettings) => ReturnType<typeof graphql>,
): Beside =>
  beside({
    request: ({ records, settings }: { records: readonly unknown[]; settings: ShopifySettings }) => {
      const ids = cutOrders(records, spec.whole);
      return ids.length === 0 ? null : request(ids, settings);
    },
    body: Nodes,
    merge: (records, { data }) => settled(spec, records, cutOrders(records, spec.whole), data.nodes),
    // Each call settles the orders it asked for.
    next: ({ records }) => {
      const left = leftCut(records);
      return left === 0 ? null : { left };
    },
  });

/** Ids and versions of all there are, order by order, each order's whole. */
function idsOf(spec: OrderListSpec, { ids, byId }: ReturnType<typeof orderListQueries>): Listing {
  const { field, type, split = (one: Wire) => [one] } = spec;
  const Order = z.object({ [field]: z.array(z.looseObject({ id: z.string() })) });
  const keyed = (one: Wire): { id: string; wireId: string }[] => {
    const wireId = wireKeyOf(one);
    return wireId === null ? [] : [{ id: wireId.slice(`gid://shopify/${type}/`.length), wireId }];
  };
  return listing({
    size: spec.ids.size,
    request: ({ place, size, settings }: { place: Place | null; size: number; settings: ShopifySettings }) =>
      graphql({
        settings,
        operation: ids.operation,
        document: ids.document,
        variables: { first: size, after: afterOf(place), query: searchById(place) },
        weight: ids.cost(size),
      }),
    body: IdPage,
    entries: ({ data }) =>
      data.ids.nodes
        .flatMap((order) => Order.parse(order)[field]!.flatMap(split))
        .flatMap((one) => keyed(one).map((key) => ({ ...key, version: spec.ids.version(one) }))),
    next: ({ body, place, size }) => nextById({ list: body.data.ids, place, size }),
    whole: ({ data }) => isGranted(data.currentAppInstallation, 'read_all_orders'),
    fetch: {
      max: spec.fetched,
      request: ({ ids: wanted, settings }) => {
        const things = [...new Set(wanted.map((id) => id.replace(/\/.*$/, '')))];
        return graphql({
          settings,
          operation: byId.operation,
          document: byId.document,
          variables: { ids: things.map((id) => toGid(type, id)) },
          weight: byId.cost(things.length),
        });
      },
      body: Nodes,
      records: ({ data }) =>
        data.nodes
          .flatMap((node) => (isWire(node) ? split(node) : []))
          .flatMap((one) => keyed(one).map(({ id }) => ({ id, payload: one }))),
    },
  });
}
