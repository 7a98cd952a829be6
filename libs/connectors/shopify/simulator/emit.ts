import {
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from './cost.js';
import type { KeptTexts } from './kept-texts.js';
import type { RequestContext } from './resolvers.js';

/*
 * The quick way to a reply: a query is compiled once into a function that writes its JSON straight from the records,
 * and counts the objects it writes, as the platform charges them. It covers plain queries that succeed; for anything
 * else (an error, a directive, an interface) it steps aside and the ordinary executor answers.
 */

/** What the reply's `data` says, as text, and its cost in points. */
export interface Emitted {
  readonly data: string;
  readonly cost: number;
}

/** Undefined where a resolver threw or a value is missing: then the ordinary executor has to say what is wrong. */
export type Emit = (context: RequestContext, values: Variables) => Emitted | undefined;

type Field = GraphQLField<unknown, unknown>;
interface Found {
  readonly field: Field;
  readonly nodes: FieldNode[];
}

/** Not a fault: this query is for the ordinary executor. */
class Aside extends Error {}

/** Scalars whose text never needs escaping, and those that are no text. */
const SAFE = new Set(['ID', 'DateTime', 'Decimal', 'Money', 'UnsignedInt64']);
const BARE = new Set(['Int', 'Float', 'Boolean']);

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const written = new Map<string, string>();

/**
 * Text as JSON in ASCII alone: one letter beyond it would make the whole reply's text twice as wide, and slow. What
 * needs escaping is remembered, since titles and names come again and again.
 */
function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let json = written.get(text);
  if (json === undefined) {
    json = JSON.stringify(text).replace(
      /[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    if (written.size > 50_000) written.clear();
    written.set(text, json);
  }
  return json;
}
const missing = (): never => {
  throw new Aside();
};

interface Run {
  cost: number;
  readonly args: readonly object[];
  readonly context: RequestContext;
  readonly revision: number;
  /** Arguments of what is kept, as text, by where they begin among `args`. */
  readonly asked: Map<number, string>;
}
type Write = (record: object, run: Run) => string;

/** What the shop lists: a reply's text consists of theirs, so theirs are worth keeping. */
const LISTED = new Set(['Order', 'Customer', 'Product', 'ProductVariant']);

/** Writes a record, or finds what the same selection with the same arguments wrote since the shop last changed. */
function keeper(texts: KeptTexts) {
  return (write: Write, record: object, run: Run, from: number, to: number): string => {
    let asked = run.asked.get(from);
    if (asked === undefined) run.asked.set(from, (asked = JSON.stringify(run.args.slice(from, to))));
    const kept = texts.get(write, record, run.revision, asked);
    if (kept) {
      run.cost += kept.cost;
      return kept.text;
    }
    const before = run.cost;
    const text = write(record, run);
    texts.keep(write, record, { text, cost: run.cost - before, revision: run.revision, asked });
    return text;
  };
}

class Compiler {
  private readonly functions: string[] = [];
  readonly resolved: { readonly field: Field; readonly node: FieldNode }[] = [];
  private insideKept = false;

  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly texts: KeptTexts,
  ) {}

  compile(root: GraphQLObjectType, set: SelectionSetNode): Write {
    const start = this.object(root, [set], false);
    const resolvers = this.resolved.map(({ field }) => field.resolve);
    // Names in the source are the schema's and GraphQL names of the query, which hold letters, digits and _ alone.
    // oxlint-disable-next-line typescript/no-implied-eval -- the source is ours, names included
    const make = new Function(
      'quote',
      'missing',
      'keep',
      'R',
      `${this.functions.join('\n')}\nreturn ${start};`,
    ) as (...given: unknown[]) => Write;
    return make(quote, missing, keeper(this.texts), resolvers);
  }

  /** Writes a function for one selection of one type; answers its name. */
  private object(type: GraphQLObjectType, sets: readonly SelectionSetNode[], charged: boolean): string {
    const parts = [...this.collect(type, sets)].map(([key, found], at) => {
      const label = JSON.stringify(`${at === 0 ? '{' : ','}${JSON.stringify(key)}:`);
      return `  s += ${label} + ${this.value(found)};`;
    });
    const name = `f${this.functions.length}`;
    const body = [
      `function ${name}(r, c) {`,
      '  let v, s = "";',
      charged ? '  c.cost++;' : '',
      ...parts,
      '  return s + "}";',
      '}',
    ];
    this.functions.push(body.join('\n'));
    return name;
  }

  /** The same for a listed record, whose text is kept; not within another one's, which is kept whole. */
  private kept(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): string {
    if (this.insideKept) return this.object(type, sets, true);
    const from = this.resolved.length;
    this.insideKept = true;
    const write = this.object(type, sets, true);
    this.insideKept = false;
    const resolved = this.resolved.slice(from);
    // A resolver that takes the request's context may say something else the next time.
    if (resolved.some(({ field }) => field.resolve!.length > 2)) return write;
    const name = `f${this.functions.length}`;
    this.functions.push(
      `function ${name}(r, c) { return keep(${write}, r, c, ${from}, ${this.resolved.length}); }`,
    );
    return name;
  }

  /** An expression for a field's JSON, of the record `r`. */
  private value({ field, nodes }: Found): string {
    let read = `r.${field.name}`;
    if (field.resolve) {
      const at = this.resolved.push({ field, node: nodes[0]! }) - 1;
      read = `R[${at}](r, c.args[${at}], c.context)`;
    }
    const none = isNonNullType(field.type) ? 'missing()' : '"null"';
    return `((v = ${read}) == null ? ${none} : ${this.present(field, nodes)})`;
  }

  private present(field: Field, nodes: readonly FieldNode[]): string {
    const type: GraphQLOutputType = isNonNullType(field.type) ? field.type.ofType : field.type;
    const named = getNamedType(type);
    if (isAbstractType(named)) throw new Aside();
    if (!isCompositeType(named)) {
      if (isListType(type)) return '("[" + v.map(quote).join(",") + "]")';
      if (isEnumType(named) || SAFE.has(named.name)) return `'"' + v + '"'`;
      return BARE.has(named.name) ? '("" + v)' : 'quote(v)';
    }
    const below = nodes.flatMap((node) => node.selectionSet ?? []);
    const charged = !/(Connection|Edge)$|^PageInfo$/.test(named.name);
    if (named.name.endsWith('Connection')) this.oneView(named, below);
    const write = LISTED.has(named.name) ? this.kept(named, below) : this.object(named, below, charged);
    if (!isListType(type)) return `${write}(v, c)`;
    const sized = charged && field.args.some(({ name }) => name === 'first') && asksSize(nodes);
    return this.list(write, sized || !charged || field.name === 'nodes');
  }

  /** A list of which every object is charged, or, asked for without a size, only the first. */
  private list(write: string, everyOne: boolean): string {
    const name = `f${this.functions.length}`;
    this.functions.push(
      [
        `function ${name}(list, c) {`,
        '  let s = "[";',
        '  let cost = c.cost;',
        '  for (let i = 0; i < list.length; i++) {',
        '    const one = list[i];',
        '    if (one == null) missing();',
        `    s += i === 0 ? ${write}(one, c) : "," + ${write}(one, c);`,
        everyOne ? '' : '    if (i === 0) cost = c.cost;',
        '  }',
        everyOne ? '' : '  c.cost = cost;',
        '  return s + "]";',
        '}',
      ].join('\n'),
    );
    return `${name}(v, c)`;
  }

  /** A connection read by nodes and by edges at once is charged once: not ours to count. */
  private oneView(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): void {
    const names = [...this.collect(type, sets).values()].map(({ field }) => field.name);
    if (names.includes('nodes') && names.includes('edges')) throw new Aside();
  }

  private collect(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    into = new Map<string, Found>(),
  ): Map<string, Found> {
    for (const set of sets)
      for (const selection of set.selections) {
        if (selection.directives && selection.directives.length > 0) throw new Aside();
        if (selection.kind !== Kind.FIELD) {
          const fragment =
            selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
          const on = fragment?.typeCondition?.name.value;
          if (!fragment || (on !== undefined && on !== type.name)) throw new Aside();
          this.collect(type, [fragment.selectionSet], into);
          continue;
        }
        const field = type.getFields()[selection.name.value];
        if (!field) throw new Aside();
        const key = selection.alias?.value ?? field.name;
        const known = into.get(key);
        if (known) known.nodes.push(selection);
        else into.set(key, { field, nodes: [selection] });
      }
    return into;
  }
}

/** Fields of the root all have resolvers: nothing is read from it. */
const ROOT = {};

const asksSize = (nodes: readonly FieldNode[]): boolean =>
  nodes[0]!.arguments?.some(({ name }) => name.value === 'first') ?? false;

/** Undefined where the query is one for the ordinary executor. */
export function compileEmit(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  texts: KeptTexts,
): Emit | undefined {
  const compiler = new Compiler(fragments, texts);
  let write: Write;
  try {
    write = compiler.compile(schema.getQueryType()!, operation.selectionSet);
  } catch (error) {
    if (error instanceof Aside) return undefined;
    throw error;
  }
  return (context, values) => {
    try {
      const args = compiler.resolved.map(({ field, node }) => getArgumentValues(field, node, values));
      const run: Run = { cost: 0, args, context, revision: context.store.revision, asked: new Map() };
      const data = write(ROOT, run);
      return { data, cost: run.cost };
    } catch {
      context.searchNotes.length = 0;
      return undefined;
    }
  };
}
