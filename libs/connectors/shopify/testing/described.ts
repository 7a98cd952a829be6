import {
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { sharedFile } from '../../../../tests/shared.js';
import { jsonOf, wrongNames, type Description } from '../../../../tests/witness.js';
import { VENDOR_SCHEMA, vendorSchema } from '../simulator/testing/vendor-schema.js';

/*
 * Calls and replies by Shopify's own introspection: documents and the values of their variables, and of each reply every
 * field that was asked for, of the type that it has there, and none besides.
 */

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  BigInt: (value) => typeof value === 'string' && /^-?\d+$/.test(value),
  DateTime: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(value)),
  Decimal: (value) => typeof value === 'string' && /^-?\d+\.\d+$/.test(value),
  Money: (value) => typeof value === 'string' && /^-?\d+\.\d+$/.test(value),
  UnsignedInt64: (value) => typeof value === 'string' && /^\d+$/.test(value),
  URL: (value) => typeof value === 'string' && URL.canParse(value),
  ID: (value) => typeof value === 'string' && value.startsWith('gid://shopify/'),
  String: (value) => typeof value === 'string',
  Int: (value) => Number.isInteger(value),
  Float: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
};

type Wire = Readonly<Record<string, unknown>>;
const isWire = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong in a value of a type; without a selection, every field that it holds was asked for. */
function wrongIn(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  value: unknown,
  { at = '', selections }: { readonly at?: string; readonly selections?: readonly SelectionSetNode[] } = {},
): string[] {
  if (isNonNullType(type))
    return value === null || value === undefined
      ? [`${at} is null`]
      : wrongIn(schema, type.ofType, value, { at, ...(selections ? { selections } : {}) });
  if (value === null) return [];
  const inside = (name: string) => ({ at: `${at}${name}`, ...(selections ? { selections } : {}) });
  if (isListType(type))
    return Array.isArray(value)
      ? value.flatMap((one, i) => wrongIn(schema, type.ofType, one, inside(`[${i}]`)))
      : [`${at} is no list`];
  const named = getNamedType(type);
  if (isEnumType(named))
    return named.getValue(String(value)) ? [] : [`${at}: ${String(value)} is no ${named.name}`];
  if (!isObjectType(named) && !isAbstractType(named))
    return SCALARS[named.name]?.(value) ? [] : [`${at}: ${JSON.stringify(value)} is no ${named.name}`];
  if (!isWire(value)) return [`${at} is no object`];
  const object = isObjectType(named) ? named : ownTypeOf(schema, value);
  if (!object) return [`${at} does not say what it is`];
  return selections
    ? wrongInAsked(schema, object, value, { at, selections })
    : wrongInAll(schema, object, value, at);
}

/** Of an interface: what the global id says it is. */
function ownTypeOf(schema: GraphQLSchema, { id }: Wire): GraphQLObjectType | undefined {
  const type = schema.getType(/^gid:\/\/shopify\/(\w+)\//.exec(String(id))?.[1] ?? '');
  return isObjectType(type) ? type : undefined;
}

function wrongInAsked(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  value: Wire,
  { at, selections }: { readonly at: string; readonly selections: readonly SelectionSetNode[] },
): string[] {
  const asked = new Map<string, FieldNode[]>();
  for (const set of selections)
    for (const node of fieldsOf(schema, set, type)) {
      const key = node.alias?.value ?? node.name.value;
      asked.set(key, [...(asked.get(key) ?? []), node]);
    }
  const unasked = Object.keys(value).filter((key) => !asked.has(key));
  return [
    ...unasked.map((key) => `${at}.${key} was not asked for`),
    ...[...asked].flatMap(([key, nodes]) =>
      wrongIn(schema, type.getFields()[nodes[0]!.name.value]!.type, value[key], {
        at: `${at}.${key}`,
        selections: nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      }),
    ),
  ];
}

function fieldsOf(schema: GraphQLSchema, set: SelectionSetNode, type: GraphQLObjectType): FieldNode[] {
  return set.selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    if (node.kind === Kind.FRAGMENT_SPREAD) throw new Error('no document of ours has named fragments');
    const on = node.typeCondition && schema.getType(node.typeCondition.name.value);
    const fits = !on || on === type || (isAbstractType(on) && schema.isSubType(on, type));
    return fits ? fieldsOf(schema, node.selectionSet, type) : [];
  });
}

const wrongInAll = (schema: GraphQLSchema, type: GraphQLObjectType, value: Wire, at: string): string[] =>
  Object.entries(value).flatMap(([key, inner]) => {
    const field = type.getFields()[key];
    return field ? wrongIn(schema, field.type, inner, { at: `${at}.${key}` }) : [`${at}.${key} is no field`];
  });

interface Query {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** What the schema finds wrong with a document and with the values for its variables. */
export function wrongInQuery(schema: GraphQLSchema, { query, variables = {} }: Query): string[] {
  const { document, faults } = lookedAt(schema, query);
  const { variableDefinitions = [] } = getOperationAST(document)!;
  const read = getVariableValues(schema, variableDefinitions, variables);
  const undeclared = Object.keys(variables).filter(
    (name) => !variableDefinitions.some(({ variable }) => variable.name.value === name),
  );
  // What a bulk operation is to run is a document too.
  const inner = /bulkOperationRunQuery/.test(query) ? [String(variables['query'])] : [];
  return [
    ...faults,
    ...inner.flatMap((text) => lookedAt(schema, text).faults),
    ...(read.errors ?? []).map(({ message }) => message),
    ...undeclared.map((name) => `$${name} is given and not declared`),
  ];
}

interface Looked {
  readonly document: DocumentNode;
  readonly faults: readonly string[];
}
const looked = new WeakMap<GraphQLSchema, Map<string, Looked>>();

/** A document and what the schema finds wrong with it: looked at once, however often it is sent. */
function lookedAt(schema: GraphQLSchema, text: string): Looked {
  const known = looked.get(schema) ?? new Map<string, Looked>();
  looked.set(schema, known);
  const before = known.get(text);
  if (before) return before;
  const document = parse(text);
  const found = { document, faults: validate(schema, document).map(({ message }) => message) };
  known.set(text, found);
  return found;
}

/** What is wrong with a reply of the query's door. */
export function wrongInReply(schema: GraphQLSchema, { query }: Query, body: unknown): string[] {
  const wrong = wrongNames(body, ['data', 'errors', 'extensions'], []);
  if (!isWire(body)) return wrong;
  const { data, errors = [], extensions } = body;
  if (data === undefined && (errors as readonly unknown[]).length === 0)
    wrong.push('neither data nor errors');
  for (const error of errors as readonly Wire[])
    wrong.push(...wrongNames(error, ['message', 'locations', 'path', 'extensions'], ['message']));
  const cost = isWire(extensions) ? extensions['cost'] : undefined;
  if (cost !== undefined) wrong.push(...wrongInCost(cost));
  if (data == null) return wrong;
  const operation = getOperationAST(parse(query))!;
  return [
    ...wrong,
    ...wrongIn(schema, schema.getRootType(operation.operation)!, data, {
      at: 'data',
      selections: [operation.selectionSet],
    }),
  ];
}

/** As the documentation of its limits shows it. */
function wrongInCost(cost: unknown): string[] {
  const names = ['requestedQueryCost', 'actualQueryCost', 'throttleStatus'];
  const status = isWire(cost) ? cost['throttleStatus'] : null;
  return [
    ...wrongNames(cost, names),
    ...wrongNames(status, ['maximumAvailable', 'currentlyAvailable', 'restoreRate']),
    ...Object.entries({ ...(cost as Wire), ...(isWire(status) ? status : {}) }).flatMap(([name, value]) =>
      name === 'throttleStatus' || typeof value === 'number' || (name === 'actualQueryCost' && value === null)
        ? []
        : [`cost.${name}: ${JSON.stringify(value)}`],
    ),
  ];
}

/** A bulk operation's file, or a part of it: each line a record, children under the id of one above them. */
function wrongInFile(schema: GraphQLSchema, text: string, from = 0): string[] {
  const ids = new Set<unknown>();
  // The lines that a part begins and ends with may be parts themselves.
  const lines = text.split('\n').slice(from === 0 ? 0 : 1, -1);
  return lines.flatMap((line, i) => {
    const { __parentId: parent, ...record } = JSON.parse(line) as Wire;
    const type = ownTypeOf(schema, record);
    const isOrphan = parent !== undefined && from === 0 && !ids.has(parent);
    ids.add(record['id']);
    return [
      ...(isOrphan ? [`line ${i}: its record ${String(parent)} is not above it`] : []),
      ...(type ? wrongInAll(schema, type, record, `line ${i}`) : [`line ${i} does not say what it is`]),
    ];
  });
}

/** Of its documentation; no file describes them. */
const GRANT = ['access_token', 'scope', 'expires_in', 'refresh_token', 'refresh_token_expires_in'];

function describing(schema: GraphQLSchema): Description {
  return (call, reply) => {
    if (/\/bulk\/\d+\.jsonl$/.test(call.path)) {
      const [, from = '0'] = /^bytes=(\d+)-/.exec(String(call.headers['range'] ?? '')) ?? [];
      return reply.status < 300 ? wrongInFile(schema, reply.body.toString(), Number(from)) : [];
    }
    if (call.path.endsWith('/admin/oauth/access_token'))
      return reply.status === 200
        ? wrongNames(jsonOf(reply), GRANT, ['access_token', 'scope'])
        : wrongNames(jsonOf(reply), ['error', 'error_description']);
    if (!/\/admin\/api\/\d{4}-\d\d\/graphql\.json$/.test(call.path)) return [`${call.path} is not described`];
    const asked = JSON.parse(call.body.toString()) as Query;
    return [
      ...(call.method === 'POST' ? [] : [`it is asked by ${call.method}`]),
      ...wrongInQuery(schema, asked),
      ...(reply.status === 200
        ? wrongInReply(schema, asked, jsonOf(reply))
        : wrongNames(jsonOf(reply), ['errors'])),
    ];
  };
}

/** Undefined where the vendor's schema is not beside the project. */
export const described: Description | undefined = sharedFile(VENDOR_SCHEMA)
  ? describing(vendorSchema())
  : undefined;
