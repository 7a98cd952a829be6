import { NO_BULKS } from './bulk.js';
import { getOperationAST, getVariableValues, Kind, parse } from 'graphql';
import { QueryCache } from './compile.js';
import { actualCost } from './cost.js';
import { compileEmit } from './emit.js';
import { KeptTexts } from './kept-texts.js';
import { HONEST } from './lies.js';
import { makeSchema, type RequestContext } from './resolvers.js';
import { CUSTOMERS, ORDERS, PRODUCTS } from './testing/documents.js';
import { openDesk } from './testing/ask.js';

const schema = makeSchema();
const queries = new QueryCache(schema);
const { store } = openDesk({ orders: 150 }).simulator.shop();

const contextOf = (): RequestContext => ({
  store,
  shopName: 'demo',
  nowMs: store.anchorMs,
  scopes: new Set(['read_orders', 'read_all_orders']),
  versions: [{ handle: '2026-10', supported: true }],
  searchNotes: [],
  lies: HONEST,
  bulk: NO_BULKS,
});

/** Both ways' answers to one query. */
function bothWays(query: string, variables: object = {}) {
  const compiled = queries.get(query, undefined);
  if ('errors' in compiled) throw new Error(JSON.stringify(compiled.errors));
  const read = compiled.variables({ ...variables });
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  const ordinary = compiled.run(contextOf(), { ...variables });
  if (ordinary.errors) throw ordinary.errors[0]!;
  return {
    quick: compiled.emit?.(contextOf(), read.values),
    data: JSON.parse(JSON.stringify(ordinary.data)) as unknown,
    cost: actualCost(compiled.cost, ordinary.data as Record<string, unknown>),
  };
}

describe('the quick way to a reply', () => {
  it.each([
    ['orders', ORDERS, { q: '', n: 150, m: 100 }],
    ['few lines', ORDERS, { q: 'status:any', n: 40, m: 1 }],
    ['no orders', ORDERS, { q: 'id:1', n: 40, m: 1 }],
    ['customers', CUSTOMERS, {}],
    ['products', PRODUCTS, {}],
    [
      'edges',
      '{ orders(first: 9) { edges { cursor node { id customer { displayName lastOrder { id } } } } } }',
      {},
    ],
    [
      'aliases and fragments',
      'query { a: orders(first: 2) { n: nodes { ...F id } } ...R } fragment F on Order { id t: tags note } fragment R on QueryRoot { shop { name } }',
      {},
    ],
    [
      'default values of variables',
      'query($n: Int = 3) { orders(first: $n, reverse: true) { nodes { id taxLines { rate priceSet { shopMoney { amount } } } } } }',
      {},
    ],
    [
      'records that are not there',
      '{ order(id: "gid://shopify/Order/1") { id } publicApiVersions { handle } }',
      {},
    ],
    [
      'lists without a size',
      '{ orders(first: 150) { nodes { transactions { id fees { amount { amount } } } taxLines { title } } } }',
      {},
    ],
  ])('says of %s what the ordinary one says, at the same cost', (_, query, variables) => {
    const { quick, data, cost } = bothWays(query, variables);
    expect(quick).toBeDefined();
    expect(JSON.parse(quick!.data)).toEqual(data);
    expect(quick!.cost).toBe(cost);
  });

  it('escapes what JSON has to', () => {
    const product = store.products.sortedBy('ID').all()[0]!;
    const title = product.title;
    product.title = 'a"b\\c\n\t\u0001 😀 \ud800 é';
    const { quick, data } = bothWays('{ products(first: 1) { nodes { title } } }');
    product.title = title;
    expect(JSON.parse(quick!.data)).toEqual(data);
  });

  it.each([
    ['a directive', 'query($x: Boolean = true) { shop { name @include(if: $x) } }'],
    ['an interface', '{ node(id: "gid://shopify/Order/1") { id } }'],
    ['both views of a connection', '{ orders(first: 1) { nodes { id } edges { cursor } } }'],
    ['__typename', '{ shop { __typename } }'],
  ])('steps aside for %s', (_, query) => {
    const document = parse(query);
    const fragments = new Map(
      document.definitions.flatMap((one) =>
        one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
      ),
    );
    expect(compileEmit(schema, getOperationAST(document)!, fragments, new KeptTexts())).toBeUndefined();
  });

  it('steps aside where something is wrong, and leaves no trace', () => {
    const compiled = queries.get('{ orders(query: "nope:1", first: 300) { nodes { id } } }', undefined);
    if ('errors' in compiled) throw new Error('the query is valid');
    const context = contextOf();
    expect(compiled.emit!(context, getVariableValues(schema, [], {}).coerced!)).toBeUndefined();
    expect(context.searchNotes).toEqual([]);
  });
});
