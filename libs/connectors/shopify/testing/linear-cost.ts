import {
  type FieldNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';

/**
 * The linear model read off a document and its schema: a scalar is free, an object one point, a connection one point
 * with its `pageInfo` once and its nodes `first` times, a list with `first` that many children, one without a single.
 */
export function linearCost(
  schema: GraphQLSchema,
  document: string,
  variables: Readonly<Record<string, number>>,
): { cost: number; deprecated: string[] } {
  const deprecated: string[] = [];

  const inside = (type: GraphQLObjectType, set: SelectionSetNode | undefined, nodes: number): number =>
    fieldsOf(set).reduce((cost, node) => cost + ofField(type, node, nodes), 0);

  const ofField = (parent: GraphQLObjectType, node: FieldNode, nodes: number): number => {
    const field = parent.getFields()[node.name.value];
    if (!field) throw new Error(`${parent.name} has no field ${node.name.value}`);
    if (field.deprecationReason != null) deprecated.push(`${parent.name}.${field.name}`);
    const type = getNamedType(field.type);
    if (type.name === 'Node') return sizeOf(node, 'ids', variables)! * ofNodes(node);
    if (!isObjectType(type)) return 0;
    const first = sizeOf(node, 'first', variables);
    if (type.name.endsWith('Connection')) return 1 + inside(type, node.selectionSet, first ?? 1);
    const times = parent.name.endsWith('Connection') && field.name === 'nodes' ? nodes : (first ?? 1);
    return times * (1 + inside(type, node.selectionSet, 1));
  };

  /** What each node costs, by the one type that the document asks of it. */
  const ofNodes = ({ selectionSet }: FieldNode): number => {
    const [fragment] = selectionSet?.selections ?? [];
    if (fragment?.kind !== Kind.INLINE_FRAGMENT) throw new Error('nodes are asked for by their type');
    const on = schema.getType(fragment.typeCondition?.name.value ?? '');
    if (!isObjectType(on)) throw new Error('nodes are asked for by their type');
    return 1 + inside(on, fragment.selectionSet, 1);
  };

  const operation = parse(document).definitions[0] as OperationDefinitionNode;
  const root = schema.getQueryType();
  if (!root) throw new Error('the schema has no queries');
  return { cost: inside(root, operation.selectionSet, 1), deprecated };
}

const fieldsOf = (set: SelectionSetNode | undefined): FieldNode[] =>
  (set?.selections ?? []).filter((selection): selection is FieldNode => selection.kind === Kind.FIELD);

function sizeOf(
  node: FieldNode,
  by: 'first' | 'ids',
  variables: Readonly<Record<string, number>>,
): number | undefined {
  const value = node.arguments?.find((argument) => argument.name.value === by)?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  return value?.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
}
