import {
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  getNamedType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/*
 * The platform's calculated query cost, in its linear form: a scalar is free, an object is 1 point, a connection is
 * its `first` (or `last`) times what one node costs, a plain list likewise. A plain list asked for without `first`
 * counts as one object. `requested` is worked out before the query runs, `actual` from what it returned.
 */

export type Variables = Readonly<Record<string, unknown>>;
type Size = (variables: Variables) => number;

interface Part {
  readonly key: string;
  readonly kind: 'object' | 'list' | 'nodes' | 'edges';
  /** Response keys below a connection. */
  readonly listKey: string;
  readonly nodeKey: string;
  readonly size: Size | null;
  readonly plan: CostPlan;
}

export interface CostPlan {
  /** Objects that are always there. */
  readonly fixed: number;
  readonly parts: readonly Part[];
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

interface Found {
  readonly field: GraphQLField<unknown, unknown>;
  readonly nodes: FieldNode[];
}

function sizeFrom(value: ValueNode): Size {
  if (value.kind === Kind.INT) {
    const size = Number(value.value);
    return () => size;
  }
  if (value.kind === Kind.LIST) {
    const size = value.values.length;
    return () => size;
  }
  if (value.kind === Kind.VARIABLE) {
    const name = value.name.value;
    return (variables) => {
      const given = variables[name];
      return Array.isArray(given) ? given.length : typeof given === 'number' ? given : 0;
    };
  }
  return () => 0;
}

function sizeOf(nodes: readonly FieldNode[]): Size | null {
  const sizes: Size[] = [];
  for (const argument of nodes[0]!.arguments ?? [])
    if (['first', 'last', 'ids'].includes(argument.name.value)) sizes.push(sizeFrom(argument.value));
  if (sizes.length === 0) return null;
  return (variables) => sizes.reduce((most, size) => Math.max(most, size(variables)), 0);
}

class Planner {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: Fragments,
  ) {}

  plan(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): CostPlan {
    let fixed = 0;
    const parts: Part[] = [];
    for (const [key, { field, nodes }] of this.collect(type, sets)) {
      const named = getNamedType(field.type);
      if (!isCompositeType(named)) continue;
      const below = nodes.flatMap((node) => node.selectionSet ?? []);
      if (named.name.endsWith('Connection')) {
        const part = this.connection(key, named, below, sizeOf(nodes));
        if (part) parts.push(part);
        continue;
      }
      const plan = this.plan(named, below);
      if (isList(field.type))
        parts.push({ key, kind: 'list', listKey: '', nodeKey: '', size: sizeOf(nodes), plan });
      else if (isNonNullType(field.type) && plan.parts.length === 0 && !isAbstractType(type))
        fixed += 1 + plan.fixed;
      else parts.push({ key, kind: 'object', listKey: '', nodeKey: '', size: null, plan });
    }
    return { fixed, parts };
  }

  private connection(
    key: string,
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    size: Size | null,
  ): Part | null {
    const fields = this.collect(type, sets);
    const named = (name: string): [string, Found] | undefined =>
      [...fields].find(([, found]) => found.field.name === name);
    const nodes = named('nodes');
    const edges = named('edges');
    const edgeType = edges && (getNamedType(edges[1].field.type) as GraphQLCompositeType);
    const edgeNode =
      edgeType &&
      [
        ...this.collect(
          edgeType,
          edges[1].nodes.flatMap((node) => node.selectionSet ?? []),
        ),
      ].find(([, found]) => found.field.name === 'node');
    const node = nodes?.[1] ?? edgeNode?.[1];
    if (!node) return null;
    const below = [...(nodes?.[1].nodes ?? []), ...(edgeNode?.[1].nodes ?? [])].flatMap(
      (one) => one.selectionSet ?? [],
    );
    const plan = this.plan(getNamedType(node.field.type) as GraphQLCompositeType, below);
    if (nodes && !edgeNode) return { key, kind: 'nodes', listKey: nodes[0], nodeKey: '', size, plan };
    return { key, kind: 'edges', listKey: edges![0], nodeKey: edgeNode![0], size, plan };
  }

  /** Fields of a selection by response key, fragments opened. */
  private collect(
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    into = new Map<string, Found>(),
  ): Map<string, Found> {
    for (const set of sets)
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          const field =
            isObjectType(type) || 'getFields' in type ? type.getFields()[selection.name.value] : undefined;
          if (!field) continue;
          const key = selection.alias?.value ?? selection.name.value;
          const known = into.get(key);
          if (known) known.nodes.push(selection);
          else into.set(key, { field, nodes: [selection] });
          continue;
        }
        const fragment =
          selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
        const on = fragment?.typeCondition?.name.value;
        const condition = on === undefined ? type : (this.schema.getType(on) as GraphQLCompositeType);
        if (fragment) this.collect(condition, [fragment.selectionSet], into);
      }
    return into;
  }
}

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

export function planCost(schema: GraphQLSchema, set: SelectionSetNode, fragments: Fragments): CostPlan {
  return new Planner(schema, fragments).plan(schema.getQueryType()!, [set]);
}

export function requestedCost(plan: CostPlan, variables: Variables): number {
  let cost = plan.fixed;
  for (const part of plan.parts) {
    const each = 1 + requestedCost(part.plan, variables);
    cost += part.kind === 'object' || !part.size ? each : Math.max(0, part.size(variables)) * each;
  }
  return cost;
}

type Data = Readonly<Record<string, unknown>>;

export function actualCost(plan: CostPlan, data: Data): number {
  let cost = plan.fixed;
  for (const part of plan.parts) {
    const value = data[part.key] as Data | null | undefined;
    if (value === null || value === undefined) continue;
    if (part.kind === 'object') cost += 1 + actualCost(part.plan, value);
    else cost += listCost(part, value);
  }
  return cost;
}

function listCost(part: Part, value: Data): number {
  const all = (part.kind === 'list' ? value : value[part.listKey]) as readonly (Data | null)[];
  // What was asked for by an id that is no record's came back as nothing, and costs nothing.
  const list = part.kind === 'list' && all.includes(null) ? all.filter((one) => one !== null) : all;
  const { plan } = part;
  const counted = part.size ? list.length : Math.min(1, list.length);
  if (plan.parts.length === 0) return counted * (1 + plan.fixed);
  let cost = 0;
  for (let i = 0; i < counted; i++) {
    const node = part.kind === 'edges' ? (list[i]![part.nodeKey] as Data) : list[i];
    if (node) cost += 1 + actualCost(plan, node);
  }
  return cost;
}
