import { getOperationAST, getVariableValues, parse, validate, type GraphQLSchema } from 'graphql';
import type { CallSpec, Stream, Window } from '#sync';
import { describeWith } from '../../../tests/shared.js';
import { NO_PARENT } from '#sync';
import { shopify } from './platform.js';
import { VENDOR_SCHEMA, vendorSchema } from './simulator/testing/vendor-schema.js';

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

/** What the schema finds wrong with a document and with the values for its variables. */
function wrongIn(schema: GraphQLSchema, { json }: CallSpec): string[] {
  const { query, variables } = json as { query: string; variables: Record<string, unknown> };
  const document = parse(query);
  const wrong = validate(schema, document).map(({ message }) => message);
  const { variableDefinitions = [] } = getOperationAST(document)!;
  const read = getVariableValues(schema, variableDefinitions, variables);
  const undeclared = Object.keys(variables).filter(
    (name) => !variableDefinitions.some(({ variable }) => variable.name.value === name),
  );
  return [
    ...wrong,
    ...(read.errors ?? []).map(({ message }) => message),
    ...undeclared.map((name) => `$${name} is given and not declared`),
  ];
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

  it('is found wrong where it is', () => {
    const call = shopify.streams[0]!.request({ window: windows[0]!, place: null, size: 2, settings });
    const { query, variables } = call.json as { query: string; variables: object };
    const wrong = { ...call, json: { query, variables: { ...variables, first: 'two', last: 1 } } };
    expect(wrongIn(schema, wrong)).toHaveLength(2);
  });
});
