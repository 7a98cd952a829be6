import {
  getNamedType,
  Kind,
  OperationTypeNode,
  parse,
  print,
  validate,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { EVERY } from './walk.js';

/*
 * What may be run in bulk, and how: one list of the root, read to its end, whose records' own lists become lines of
 * their own. The query is rewritten into an ordinary one that is walked page by page.
 */

/** Lists inside a record: under which key they stand, and theirs in turn. */
export interface Nesting {
  readonly key: string;
  readonly inside: readonly Nesting[];
}

export interface BulkQuery {
  /** Takes `$first` and `$after`. */
  readonly text: string;
  readonly key: string;
  readonly inside: readonly Nesting[];
}

const MOST_CONNECTIONS = 5;
const DEEPEST = 2;

class Refused extends Error {}
const refuse = (message: string): never => {
  throw new Refused(message);
};

/** The query as it is walked, or why it is none for a bulk operation. */
export function bulkQuery(schema: GraphQLSchema, text: string): BulkQuery | { readonly refused: string } {
  try {
    return rewritten(schema, text);
  } catch (thrown) {
    if (thrown instanceof Error) return { refused: thrown.message };
    throw thrown;
  }
}

function rewritten(schema: GraphQLSchema, text: string): BulkQuery {
  const document = parse(text);
  const [fault] = validate(schema, document);
  if (fault) refuse(fault.message);
  const [operation, ...more] = document.definitions;
  if (
    operation?.kind !== Kind.OPERATION_DEFINITION ||
    operation.operation !== OperationTypeNode.QUERY ||
    more.length > 0
  )
    return refuse('Bulk operations take one query without fragments.');
  if ((operation.variableDefinitions ?? []).length > 0) refuse('Bulk queries cannot have variables.');
  const [root, ...others] = operation.selectionSet.selections;
  if (root?.kind !== Kind.FIELD || others.length > 0)
    return refuse('Bulk queries must have one field at the top.');
  const seen = { connections: 0 };
  const { field, inside } = connectionOf(schema.getQueryType()!, root, 0, seen);
  if (seen.connections > MOST_CONNECTIONS)
    refuse(`Bulk queries cannot contain more than ${MOST_CONNECTIONS} connections.`);
  const paged = withArguments(withPageInfo(field), { first: '$first', after: '$after' });
  return {
    text: `query Bulk($first: Int!, $after: String) { ${print(paged)} }`,
    key: root.alias?.value ?? root.name.value,
    inside,
  };
}

/** A list as it is asked for ordinarily, with the lists inside its records. */
function connectionOf(
  parent: GraphQLObjectType,
  node: FieldNode,
  depth: number,
  seen: { connections: number },
): { field: FieldNode; inside: Nesting[] } {
  const type = getNamedType(parent.getFields()[node.name.value]!.type) as GraphQLObjectType;
  if (!type.name.endsWith('Connection')) refuse('Bulk queries must contain at least one connection.');
  if (depth > DEEPEST) refuse(`Connections cannot be nested deeper than ${DEEPEST} levels.`);
  seen.connections += 1;
  const record = inner(inner(node, 'edges'), 'node');
  const recordType = getNamedType(
    (getNamedType(type.getFields()['edges']!.type) as GraphQLObjectType).getFields()['node']!.type,
  ) as GraphQLObjectType;
  const inside: Nesting[] = [];
  const selections = record.selectionSet!.selections.map((one): SelectionNode => {
    if (one.kind !== Kind.FIELD) return refuse('Bulk queries cannot have fragments.');
    const below = getNamedType(recordType.getFields()[one.name.value]!.type);
    if (!below.name.endsWith('Connection')) return one;
    const nested = connectionOf(recordType, one, depth + 1, seen);
    inside.push({ key: one.alias?.value ?? one.name.value, inside: nested.inside });
    return withArguments(nested.field, { first: String(EVERY) });
  });
  const names = record.selectionSet!.selections.map((one) => (one.kind === Kind.FIELD ? one.name.value : ''));
  if (inside.length > 0 && !names.includes('id'))
    refuse("The parent 'node' field for a nested connection must select the 'id' field.");
  const whole = withSelections(node, [
    withSelections(inner(node, 'edges'), [withSelections(record, selections)]),
  ]);
  return { field: whole, inside };
}

function inner(node: FieldNode, name: string): FieldNode {
  const found = node.selectionSet?.selections.find(
    (one) => one.kind === Kind.FIELD && one.name.value === name,
  );
  return (
    (found as FieldNode | undefined) ??
    refuse(`Connections in bulk queries are read by edges { node }: ${node.name.value} lacks ${name}.`)
  );
}

const withSelections = (node: FieldNode, selections: readonly SelectionNode[]): FieldNode => ({
  ...node,
  selectionSet: { kind: Kind.SELECTION_SET, selections: [...selections] } satisfies SelectionSetNode,
});

const fieldOf = (text: string): FieldNode =>
  (parse(`{ ${text} }`).definitions[0] as { selectionSet: SelectionSetNode }).selectionSet
    .selections[0] as FieldNode;

const withPageInfo = (node: FieldNode): FieldNode =>
  withSelections(node, [fieldOf('pageInfo { hasNextPage endCursor }'), ...node.selectionSet!.selections]);

/** `first` and `after` of the query itself are ignored. */
const withArguments = (node: FieldNode, given: Readonly<Record<string, string>>): FieldNode => ({
  ...node,
  arguments: [
    ...(node.arguments ?? []).filter(
      ({ name }) => !['first', 'after', 'last', 'before'].includes(name.value),
    ),
    ...(fieldOf(
      `x(${Object.entries(given)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ')})`,
    ).arguments ?? []),
  ],
});
