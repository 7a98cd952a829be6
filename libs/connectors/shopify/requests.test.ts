import {
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { CallSpec, Stream, Window } from '#sync';
import { describeWith } from '../../../tests/shared.js';
import { NO_PARENT } from '#sync';
import { shopify } from './platform.js';
import { VENDOR_SCHEMA, vendorSchema } from './simulator/testing/vendor-schema.js';
import { wrongInQuery } from './testing/described.js';

const settings = { shop: 'demo', apiVersion: '2026-10' };
const to = new Date('2026-11-21T10:00:00Z');
const windows: readonly Window[] = [
  { from: null, to },
  { from: new Date('2026-11-20T10:00:00Z'), to },
];

/** Every kind of call that a stream makes: pages, counts, ids, records by id, and its past in bulk. */
function callsOf(stream: Stream): CallSpec[] {
  const { census, listing, history } = stream;
  return windows.flatMap((window) => [
    ...[null, { after: 'a cursor', seen: 2 }].map((place) =>
      stream.request({ window, parent: NO_PARENT, place, size: stream.size.start, settings }),
    ),
    ...(census ? [census.request({ window, settings })] : []),
    ...(listing
      ? [
          listing.request({ place: null, size: listing.size.start, settings }),
          listing.fetch.request({ ids: ['1', '2'], settings }),
        ]
      : []),
    ...(history
      ? [
          history.find.request({ window, settings, since: to }),
          history.begin.request({ window, settings }),
          history.look.request({ id: 'gid://shopify/BulkOperation/1', settings }),
        ]
      : []),
  ]);
}

const wrongIn = (schema: GraphQLSchema, { json }: CallSpec): string[] =>
  wrongInQuery(schema, json as unknown as Parameters<typeof wrongInQuery>[1]);

/** Fields that count what the pages of a stream list: of the lists that are read, those behind `first` at the top. */
function countsOf(schema: GraphQLSchema, stream: Stream): string[] {
  const { json } = stream.request({ window: windows[0]!, parent: NO_PARENT, place: null, size: 1, settings });
  const info = new TypeInfo(schema);
  const found: string[] = [];
  visit(
    parse((json as { query: string }).query),
    visitWithTypeInfo(info, {
      Field: (node) => {
        if (!node.arguments?.some(({ name }) => name.value === 'first')) return undefined;
        const parent = info.getParentType() as GraphQLObjectType;
        const name = `${node.name.value}Count`;
        if (parent.getFields()[name]) found.push(`${parent.name}.${name}`);
        return false;
      },
    }),
  );
  return found;
}

describeWith(VENDOR_SCHEMA)('every call that is made, by the vendor’s own schema', () => {
  let schema: GraphQLSchema;
  beforeAll(() => {
    schema = vendorSchema();
  });

  it.each(shopify.streams.map((stream) => [stream.name, stream] as const))('%s', (_, stream) => {
    for (const call of callsOf(stream))
      expect([call.operation, wrongIn(schema, call)]).toEqual([call.operation, []]);
  });

  it('the probe, and what a bulk operation is given to run', () => {
    expect(wrongIn(schema, shopify.probe.request(settings))).toEqual([]);
    for (const { history } of shopify.streams)
      for (const window of history ? windows : []) {
        const { json } = history!.begin.request({ window, settings });
        const { query } = (json as { variables: { query: string } }).variables;
        expect(validate(schema, parse(query)).map(({ message }) => message)).toEqual([]);
      }
  });

  it('counts every list that Shopify counts', () => {
    const uncounted = shopify.streams.filter(({ census }) => !census);
    expect(Object.fromEntries(uncounted.map((stream) => [stream.name, countsOf(schema, stream)]))).toEqual({
      // Of closed ones and those of services nobody tells whether they are in it.
      'shopify.locations': ['QueryRoot.locationsCount'],
      'shopify.inventory': [],
      'shopify.payouts': [],
    });
  });

  it('is found wrong where it is', () => {
    const call = shopify.streams[0]!.request({ window: windows[0]!, place: null, size: 2, settings });
    const { query, variables } = call.json as { query: string; variables: object };
    const wrong = { ...call, json: { query, variables: { ...variables, first: 'two', last: 1 } } };
    expect(wrongIn(schema, wrong)).toHaveLength(2);
  });
});
