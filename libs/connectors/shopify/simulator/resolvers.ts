import { buildSchema, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Customer, Product } from './catalog.js';
import type { Fulfillment, Refund } from './events.js';
import {
  CUSTOMER_COUNT_FILTERS,
  CUSTOMER_FILTERS,
  ORDER_FILTERS,
  PRODUCT_FILTERS,
  VARIANT_COUNT_FILTERS,
  VARIANT_FILTERS,
} from './filters.js';
import type { BulkView } from './bulk.js';
import type { Lies } from './lies.js';
import { legacyId } from './ids.js';
import type { Order } from './order.js';
import { AFTER_SALE_SDL } from './schema-after-sale.js';
import { BULK_SDL } from './schema-bulk.js';
import { stockNested, stockRoot } from './resolvers-stock.js';
import { CATALOG_SDL } from './schema-catalog.js';
import { ORDER_SDL } from './schema-orders.js';
import { STOCK_SDL } from './schema-stock.js';
import { compileSearch, type Search, type SearchFields, type Warning } from './search.js';
import { SortedList, type Listed } from './sorted.js';
import type { AfterSale, Collection, ShopStore } from './store.js';
import { countOf, pageOf, walk, type PageArgs } from './walk.js';

/** What one request may see, and what it leaves behind for its reply. */
export interface RequestContext {
  readonly store: ShopStore;
  readonly shopName: string;
  readonly nowMs: number;
  readonly scopes: ReadonlySet<string>;
  readonly versions: readonly { readonly handle: string; readonly supported: boolean }[];
  /** `extensions.search` of the reply. */
  readonly searchNotes: SearchNote[];
  /** What the shop says instead of the truth, where it was told to. */
  readonly lies: Lies;
  /** The shop's bulk operations. */
  readonly bulk: BulkView;
  /** Lists may be walked without end: a bulk operation's. */
  readonly deep?: boolean;
  /** Breaks the records that a shop was told to break. */
  readonly corrupt?: (data: Record<string, unknown>) => void;
}

export interface SearchNote {
  readonly path: readonly string[];
  readonly query: string;
  readonly parsed: object;
  readonly warnings: readonly Warning[];
}

const SDL = `${CATALOG_SDL}\n${ORDER_SDL}\n${STOCK_SDL}\n${AFTER_SALE_SDL}\n${BULK_SDL}`;

interface ListArgs extends PageArgs {
  readonly sortKey: string;
  readonly query?: string | null;
}
type Resolver<S> = GraphQLFieldResolver<S, RequestContext>;

const SIXTY_DAYS = 60 * 86_400_000;

/** Orders older than 60 days exist only for an app that was granted read_all_orders. */
const isVisible = (order: Order, context: RequestContext): boolean =>
  context.scopes.has('read_all_orders') || order.createdMs >= context.nowMs - SIXTY_DAYS;

function searchIn<T>(
  field: string,
  query: string | null | undefined,
  fields: SearchFields<T>,
  context: RequestContext,
): Search<T> {
  const search = compileSearch(query, fields, context.nowMs);
  if (search.warnings.length > 0)
    context.searchNotes.push({ path: [field], query: query ?? '', parsed: {}, warnings: search.warnings });
  return search;
}

function onlyVisible(search: Search<Order>, context: RequestContext): Search<Order> {
  if (context.scopes.has('read_all_orders')) return search;
  return { ...search, all: false, matches: (order) => isVisible(order, context) && search.matches(order) };
}

type CollectionName = 'orders' | 'customers' | 'products' | 'variants';

function listing<T extends Listed>(
  field: string,
  of: (store: ShopStore) => Collection<T>,
  fields: SearchFields<T>,
): Resolver<unknown> {
  return (_, args: ListArgs, context) =>
    context.lies.page(field, {
      list: of(context.store).sortedBy(args.sortKey),
      search: searchIn(field, args.query, fields, context),
      sortKey: args.sortKey,
      scope: `${field}|${args.query ?? ''}`,
      args,
      deep: context.deep === true,
    });
}

function counting<T extends Listed>(
  field: string,
  of: (store: ShopStore) => Collection<T>,
  fields: SearchFields<T>,
): Resolver<unknown> {
  return (_, args: { query?: string | null; limit?: number | null }, context) =>
    countOf(
      of(context.store).values(),
      searchIn(field, args.query, fields, context),
      args.limit,
      context.lies.addedTo(field),
    );
}

const TYPES: Readonly<Record<string, CollectionName>> = {
  Order: 'orders',
  Customer: 'customers',
  Product: 'products',
  ProductVariant: 'variants',
};

function byId(type: string, id: string, context: RequestContext): Listed | null {
  const legacy = legacyId(id, type);
  if (legacy === undefined)
    throw new GraphQLError(`Invalid global id '${id}'`, {
      extensions: { code: 'argumentLiteralsIncompatible' },
    });
  const found = context.store[TYPES[type]!].get(legacy) ?? null;
  return found && type === 'Order' && !isVisible(found as Order, context) ? null : found;
}

const one =
  (type: string): Resolver<unknown> =>
  (_, args: { id: string }, context) =>
    byId(type, args.id, context);

/** What opens a record that is asked for by its id alone: the query's text does not tell its type. */
const NODE_SCOPES: Readonly<Record<string, string>> = {
  Order: 'read_orders',
  Customer: 'read_customers',
  Product: 'read_products',
  ProductVariant: 'read_products',
  Fulfillment: 'read_orders',
  Refund: 'read_orders',
  OrderTransaction: 'read_orders',
};

/** A parcel, a refund or a payment, where its order may be seen. */
function afterSale(type: string, id: string, context: RequestContext): AfterSale | null {
  const found = context.store.afterSale(`gid://shopify/${type}/${legacyId(id, type) ?? ''}`);
  return found && isVisible(found.order, context) ? found : null;
}

/** The platform takes at most so many values in one array of input. */
const LONGEST_INPUT = 250;

function nodes(ids: readonly string[], context: RequestContext): (Listed | AfterSale | null)[] {
  if (ids.length > LONGEST_INPUT)
    throw new GraphQLError(
      `The input array size of ${ids.length} is greater than the maximum allowed of ${LONGEST_INPUT}.`,
      { extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED', refusal: 'max-input' } },
    );
  return ids.map((id) => node(id, context));
}

function node(id: string, context: RequestContext): Listed | AfterSale | null {
  const type = /^gid:\/\/shopify\/(\w+)\/\d+$/.exec(id)?.[1];
  if (type === undefined)
    throw new GraphQLError(`Invalid global id '${id}'`, {
      extensions: { code: 'argumentLiteralsIncompatible' },
    });
  if (!(type in NODE_SCOPES)) return null;
  const scope = NODE_SCOPES[type]!;
  if (!context.scopes.has(scope))
    throw new GraphQLError(`Access denied for node field. Required access: \`${scope}\` access scope.`, {
      extensions: {
        code: 'ACCESS_DENIED',
        requiredAccess: `\`${scope}\` access scope.`,
        refusal: 'access-denied',
      },
    });
  return type in TYPES ? byId(type, id, context) : afterSale(type, id, context);
}

/** A plain list: cut at `first` without a word. */
const cut = <T>(records: readonly T[], first: number | null | undefined): readonly T[] =>
  first === null || first === undefined || first >= records.length ? records : records.slice(0, first);

const root: Record<string, Resolver<unknown>> = {
  orders: (_, args: ListArgs, context) =>
    context.lies.page('orders', {
      list: context.store.orders.sortedBy(args.sortKey),
      search: onlyVisible(searchIn('orders', args.query, ORDER_FILTERS, context), context),
      sortKey: args.sortKey,
      scope: `orders|${args.query ?? ''}`,
      args,
      deep: context.deep === true,
    }),
  ordersCount: (_, args: { query?: string | null; limit?: number | null }, context) =>
    countOf(
      context.store.orders.values(),
      onlyVisible(searchIn('ordersCount', args.query, ORDER_FILTERS, context), context),
      args.limit,
      context.lies.addedTo('ordersCount'),
    ),
  order: one('Order'),
  fulfillment: (_, args: { id: string }, context) => afterSale('Fulfillment', args.id, context),
  refund: (_, args: { id: string }, context) => afterSale('Refund', args.id, context),
  customers: listing('customers', (store) => store.customers, CUSTOMER_FILTERS),
  customersCount: counting('customersCount', (store) => store.customers, CUSTOMER_COUNT_FILTERS),
  customer: one('Customer'),
  products: listing('products', (store) => store.products, PRODUCT_FILTERS),
  productsCount: counting('productsCount', (store) => store.products, PRODUCT_FILTERS),
  product: one('Product'),
  productVariants: listing('productVariants', (store) => store.variants, VARIANT_FILTERS),
  productVariantsCount: counting('productVariantsCount', (store) => store.variants, VARIANT_COUNT_FILTERS),
  productVariant: one('ProductVariant'),
  node: (_, args: { id: string }, context) => node(args.id, context),
  nodes: (_, args: { ids: readonly string[] }, context) => nodes(args.ids, context),
  bulkOperation: (_, args: { id: string }, context) => context.bulk.find(args.id),
  bulkOperations: (_, args: PageArgs & { query?: string | null }, context) =>
    pageOf(context.bulk.list(args.query), args, 'bulkOperations'),
  shop: (_, _args, context) => ({
    id: 'gid://shopify/Shop/1',
    name: context.shopName,
    email: `owner@${context.shopName}.example`,
    myshopifyDomain: `${context.shopName}.myshopify.com`,
    currencyCode: context.store.currency,
    ianaTimezone: 'Europe/London',
  }),
  currentAppInstallation: (_, _args, context) => ({
    id: 'gid://shopify/AppInstallation/1',
    accessScopes: [...context.scopes].map((handle) => ({ handle, description: handle.replaceAll('_', ' ') })),
  }),
  publicApiVersions: (_, _args, context) =>
    context.versions.map(({ handle, supported }) => ({ handle, supported, displayName: handle })),
};

const mutations: Record<string, Resolver<unknown>> = {
  bulkOperationRunQuery: (_, args: { query: string; groupObjects: boolean }, context) =>
    context.bulk.begin(args.query, args.groupObjects),
};

const nested = {
  Order: {
    lineItems: (order: Order, args: PageArgs) => pageOf(order.lines, args, `lineItems|${order.id}`),
    transactions: (order: Order, args: PageArgs) => cut(order.transactionList, args.first),
    fulfillments: (order: Order, args: PageArgs) => cut(order.fulfillmentList, args.first),
    refunds: (order: Order, args: PageArgs) => cut(order.refundList, args.first),
  },
  Refund: {
    refundLineItems: (refund: Refund, args: PageArgs) =>
      pageOf(refund.lineList, args, `refundLineItems|${refund.id}`),
    refundShippingLines: (refund: Refund, args: PageArgs) =>
      pageOf(refund.shippingList, args, `refundShippingLines|${refund.id}`),
    orderAdjustments: (refund: Refund, args: PageArgs) =>
      pageOf(refund.adjustmentList, args, `orderAdjustments|${refund.id}`),
    transactions: (refund: Refund, args: PageArgs) =>
      pageOf(refund.transactionList, args, `transactions|${refund.id}`),
  },
  Fulfillment: {
    fulfillmentLineItems: (parcel: Fulfillment, args: PageArgs) =>
      pageOf(parcel.lineList, args, `fulfillmentLineItems|${parcel.id}`),
    trackingInfo: (parcel: Fulfillment, args: PageArgs) => cut(parcel.trackingList, args.first),
  },
  Product: {
    variants: (product: Product, args: PageArgs) =>
      pageOf(product.variantList, args, `variants|${product.id}`),
  },
  Customer: {
    orders: (customer: Customer, args: ListArgs, context: RequestContext) => {
      const sorted = context.store.orders.sortedBy(args.sortKey);
      return walk({
        list: new SortedList(() => customer.placed as Set<Order>, sorted.valueOf),
        search: onlyVisible(searchIn('orders', args.query, ORDER_FILTERS, context), context),
        sortKey: args.sortKey,
        scope: `${customer.id}|orders|${args.query ?? ''}`,
        args,
      });
    },
  },
} as const;

/** The schema with our resolvers; every other field is a property or getter of its record. */
export function makeSchema(): GraphQLSchema {
  const schema = buildSchema(SDL);
  const attach = (type: string, resolvers: Readonly<Record<string, unknown>>): void => {
    const object = schema.getType(type);
    if (!object || !('getFields' in object)) throw new Error(`the schema has no type ${type}`);
    const fields = object.getFields();
    for (const [name, resolve] of Object.entries(resolvers)) {
      const field = fields[name];
      if (!field) throw new Error(`the schema has no field ${type}.${name}`);
      (field as { resolve?: unknown }).resolve = resolve;
    }
  };
  attach('QueryRoot', { ...root, ...stockRoot });
  attach('Mutation', mutations);
  for (const [type, resolvers] of Object.entries({ ...nested, ...stockNested })) attach(type, resolvers);
  const abstract = (name: string): void => {
    const type = schema.getType(name) as { resolveType?: (record: { id: string }) => string };
    type.resolveType = ({ id }) => id.split('/')[3]!;
  };
  abstract('Node');
  abstract('LegacyInteroperability');
  return schema;
}
