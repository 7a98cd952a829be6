import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  buildClientSchema,
  type DocumentNode,
  type GraphQLSchema,
  type IntrospectionQuery,
  parse,
  type OperationDefinitionNode,
  validate,
} from 'graphql';
import { describeWith, sharedFile } from '../../../tests/shared.js';
import {
  BULK_STATE,
  BULK_STATE_COST,
  BULKS,
  BULKS_COST,
  bulkDocument,
  RUN_BULK,
  RUN_BULK_COST,
} from './bulk.js';
import { countCost, countDocument, CUSTOMER_COUNT, ORDER_COUNT, PRODUCT_COUNT } from './census.js';
import { QUERY_CAP } from './cost.js';
import { byIdDocument, idsCost, idsDocument, SCOPES_COST } from './listing.js';
import { PROBE, shopify } from './platform.js';
import { CUSTOMER_BULK, CUSTOMER_IDS, CUSTOMERS, customersCost } from './streams/customers.js';
import {
  ORDER_BULK,
  ORDER_IDS,
  ORDER_LINES,
  ORDER_LINES_COST,
  ORDERS,
  ordersCost,
} from './streams/orders.js';
import {
  PRODUCT_BULK,
  PRODUCT_IDS,
  PRODUCT_VARIANTS,
  PRODUCT_VARIANTS_COST,
  PRODUCTS,
  productsCost,
} from './streams/products.js';
import { BALANCE_TRANSACTIONS, BALANCE_TRANSACTIONS_COST } from './payments.js';
import { INVENTORY, inventoryCost, ITEM_LEVELS, ITEM_LEVELS_COST } from './streams/inventory.js';
import { LOCATIONS, locationsCost } from './streams/locations.js';
import { PAYOUTS, payoutsCost } from './streams/payouts.js';
import { QueryCache } from './simulator/compile.js';
import { orderListQueries, SCOPES_ONLY } from './order-lists.js';
import { moreCost, moreDocument, REFUND_PARTS } from './refund-lists.js';
import { FULFILLMENTS } from './streams/fulfillments.js';
import { REFUNDS } from './streams/refunds.js';
import { TRANSACTIONS } from './streams/transactions.js';
import { planCost, requestedCost } from './simulator/cost.js';
import { makeSchema } from './simulator/resolvers.js';
import { linearCost } from './testing/linear-cost.js';

const VENDOR = 'specs/shopify/admin_graphql_2026-04.introspection.json.gz';

const LISTS = [ORDER_IDS, CUSTOMER_IDS, PRODUCT_IDS];

const COUNTS = [ORDER_COUNT, CUSTOMER_COUNT, PRODUCT_COUNT];

const BULK_LISTS = [ORDER_BULK, CUSTOMER_BULK, PRODUCT_BULK];

const IN_ORDERS = [FULFILLMENTS, REFUNDS, TRANSACTIONS].map((spec) => ({ ...orderListQueries(spec), spec }));
const REFUND_LISTS = Object.keys(REFUND_PARTS) as (keyof typeof REFUND_PARTS)[];

const DOCUMENTS = {
  ORDERS,
  ORDER_LINES,
  CUSTOMERS,
  PRODUCTS,
  PRODUCT_VARIANTS,
  LOCATIONS,
  INVENTORY,
  ITEM_LEVELS,
  PAYOUTS,
  BALANCE_TRANSACTIONS,
  PROBE,
  ...Object.fromEntries(
    IN_ORDERS.flatMap(({ page, whole, ids, byId }) =>
      [page, whole, ids, byId].map(({ operation, document }) => [operation, document]),
    ),
  ),
  ...Object.fromEntries(REFUND_LISTS.map((name) => [`more ${name}`, moreDocument(name)])),
  SCOPES_ONLY,
  BULK_STATE,
  BULKS,
  ...Object.fromEntries(COUNTS.map((spec) => [spec.operation, countDocument(spec)])),
  ...Object.fromEntries(
    LISTS.flatMap((spec) => [
      [`ids of ${spec.field}`, idsDocument(spec)],
      [`${spec.field} by id`, byIdDocument(spec)],
    ]),
  ),
};

const SINCE = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-11-21T10:00:00Z') };

const window = { from: null, to: new Date('2026-11-21T10:00:00Z') };
const settings = { shop: 'demo', apiVersion: '2026-10' };

/** A document, its sizes, and the weight its stream declares for it. */
const WEIGHTS: readonly (readonly [string, string, Record<string, number>, number])[] = [
  ['orders', ORDERS, { first: 7, lines: 19 }, ordersCost(7)],
  ['lines of one order', ORDER_LINES, { lines: 44 }, ORDER_LINES_COST],
  ['customers', CUSTOMERS, { first: 7 }, customersCost(7)],
  ['products', PRODUCTS, { first: 7, variants: 20 }, productsCost(7)],
  ['variants of one product', PRODUCT_VARIANTS, { variants: 200 }, PRODUCT_VARIANTS_COST],
  ['locations', LOCATIONS, { first: 7 }, locationsCost(7)],
  ['stock items', INVENTORY, { first: 7, levels: 10 }, inventoryCost(7)],
  ['levels of one item', ITEM_LEVELS, { levels: 100 }, ITEM_LEVELS_COST],
  ['payouts', PAYOUTS, { first: 7 }, payoutsCost(7)],
  ['balance transactions', BALANCE_TRANSACTIONS, { first: 60 }, BALANCE_TRANSACTIONS_COST],
  ['the scopes alone', SCOPES_ONLY, {}, SCOPES_COST],
  ...IN_ORDERS.flatMap(({ page, whole, ids, byId }): (typeof WEIGHTS)[number][] => [
    [page.operation, page.document, { first: 7 }, page.cost(7)],
    [whole.operation, whole.document, { ids: 7 }, whole.cost(7)],
    [ids.operation, ids.document, { first: 7 }, ids.cost(7)],
    [byId.operation, byId.document, { ids: 7 }, byId.cost(7)],
  ]),
  ...REFUND_LISTS.map((name): (typeof WEIGHTS)[number] => [
    `more ${name}`,
    moreDocument(name),
    { first: REFUND_PARTS[name].more },
    moreCost(name),
  ]),
  ['the state of a bulk operation', BULK_STATE, {}, BULK_STATE_COST],
  ['the latest bulk operations', BULKS, { first: 25 }, BULKS_COST],
  ...COUNTS.map((spec): (typeof WEIGHTS)[number] => [
    spec.operation,
    countDocument(spec),
    {},
    countCost(spec),
  ]),
  ...LISTS.flatMap((spec): (typeof WEIGHTS)[number][] => [
    [
      `ids of ${spec.field}`,
      idsDocument(spec),
      { first: 7 },
      idsCost(7, 'wholeWith' in spec ? spec.wholeWith : undefined),
    ],
    [
      `${spec.field} by id`,
      byIdDocument(spec),
      { ids: 7, ...('variables' in spec ? spec.variables.values : {}) },
      7 * spec.cost,
    ],
  ]),
];

describe('a page of the size it starts with', () => {
  it.each(shopify.streams.map((stream) => [stream.name, stream] as const))(
    '%s costs less than half of what one query may',
    (_, stream) => {
      const { weight } = stream.request({ window, place: null, size: stream.size.start, settings });
      expect(weight).toBeGreaterThan(0);
      expect(weight).toBeLessThan(QUERY_CAP / 2);
    },
  );

  it.each([
    ['OrderLines', ORDER_LINES_COST],
    ['ProductVariants', PRODUCT_VARIANTS_COST],
    ['ItemLevels', ITEM_LEVELS_COST],
    ['BalanceTransactions', BALANCE_TRANSACTIONS_COST],
    ['a list of ids', idsCost(250, 'read_all_orders')],
    ...LISTS.map(({ field, cost, max }): [string, number] => [`${field} by id`, max * cost]),
    ...IN_ORDERS.flatMap(({ spec, whole, ids, byId }): [string, number][] => [
      [whole.operation, whole.cost(spec.whole)],
      [ids.operation, ids.cost(spec.ids.size.start)],
      [byId.operation, byId.cost(spec.fetched)],
    ]),
    ...REFUND_LISTS.map((name): [string, number] => [`more ${name}`, moreCost(name)]),
  ])('%s too', (_, cost) => {
    expect(cost).toBeLessThan(QUERY_CAP / 2);
  });
});

describeWith(VENDOR)('by the vendor’s own schema', () => {
  let schema: GraphQLSchema;
  beforeAll(() => {
    const text = gunzipSync(readFileSync(sharedFile(VENDOR) ?? '')).toString('utf8');
    schema = buildClientSchema((JSON.parse(text) as { data: IntrospectionQuery }).data);
  });

  it.each(Object.entries(DOCUMENTS))('%s is valid and asks for nothing deprecated', (_, document) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
    expect(linearCost(schema, document, {}).deprecated).toEqual([]);
  });

  it('takes the mutation that begins a bulk operation, and each query that it is given', () => {
    for (const document of [RUN_BULK, ...BULK_LISTS.map((list) => bulkDocument(list, SINCE))])
      expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
    for (const list of BULK_LISTS)
      expect(linearCost(schema, bulkDocument(list, SINCE), {}).deprecated).toEqual([]);
  });

  it.each(WEIGHTS)('the weight of %s is what its document costs', (_, document, variables, declared) => {
    expect(declared).toBe(linearCost(schema, document, variables).cost);
  });
});

describe('in the sandbox', () => {
  const schema = makeSchema();
  const operationOf = (document: DocumentNode) => document.definitions[0] as OperationDefinitionNode;

  it.each(Object.entries(DOCUMENTS))('%s is valid', (_, document) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });

  it('the mutation that begins a bulk operation costs ten points', () => {
    const compiled = new QueryCache(schema).get(RUN_BULK, undefined);
    expect('cost' in compiled && requestedCost(compiled.cost, { query: 'x' })).toBe(RUN_BULK_COST);
  });

  it.each(WEIGHTS)('the weight of %s covers what is charged', (_, document, variables, declared) => {
    const { selectionSet } = operationOf(parse(document));
    // Ids are counted one by one, where sizes are numbers.
    const { ids, ...sizes } = variables;
    const given =
      ids === undefined ? sizes : { ...sizes, ids: Array<string>(ids).fill('gid://shopify/Order/1') };
    const charged = requestedCost(planCost(schema, selectionSet, new Map()), given);
    expect(declared).toBeGreaterThanOrEqual(charged);
    // Not much above it either, or a full bucket would stand idle.
    expect(declared).toBeLessThan(1.1 * charged + 5);
  });
});
