import {
  execute,
  getOperationAST,
  getVariableValues,
  type GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { compileEmit, type Emit } from './emit.js';
import { planCost, type CostPlan, type Variables } from './cost.js';
import { KeptTexts } from './kept-texts.js';
import { describeInvalid, describeSyntax, describeVariable, type WireError } from './wire-errors.js';
import type { RequestContext } from './resolvers.js';

/** A scope the query needs, and the field that needs it. */
export interface NeededScope {
  readonly scope: string;
  readonly field: string;
  readonly path: readonly string[];
  readonly locations: readonly { line: number; column: number }[];
}

export interface Compiled {
  readonly operation: string | null;
  readonly cost: CostPlan;
  readonly needs: readonly NeededScope[];
  /** The variables as the schema types them, or what is wrong with them. */
  variables(given: Variables): { values: Variables } | { errors: WireError[] };
  run(context: RequestContext, given: Variables): ExecutionResult;
  /** The quick way, for queries it covers. */
  readonly emit: Emit | undefined;
}

export type CompileResult = Compiled | { readonly errors: WireError[] };

/** Which scope opens which field, by `Type.field`. */
const SCOPES: Readonly<Record<string, string>> = {
  'QueryRoot.orders': 'read_orders',
  'QueryRoot.order': 'read_orders',
  'QueryRoot.ordersCount': 'read_orders',
  'QueryRoot.fulfillment': 'read_orders',
  'QueryRoot.refund': 'read_orders',
  'QueryRoot.customers': 'read_customers',
  'QueryRoot.customer': 'read_customers',
  'QueryRoot.customersCount': 'read_customers',
  'QueryRoot.products': 'read_products',
  'QueryRoot.product': 'read_products',
  'QueryRoot.productsCount': 'read_products',
  'QueryRoot.productVariants': 'read_products',
  'QueryRoot.productVariant': 'read_products',
  'QueryRoot.productVariantsCount': 'read_products',
  'QueryRoot.inventoryItems': 'read_inventory',
  'QueryRoot.inventoryItem': 'read_inventory',
  'InventoryItem.inventoryLevels': 'read_inventory',
  'InventoryItem.variants': 'read_products',
  'QueryRoot.locations': 'read_locations',
  'QueryRoot.location': 'read_locations',
  'QueryRoot.shopifyPaymentsAccount': 'read_shopify_payments_accounts',
  'ShopifyPaymentsAccount.payouts': 'read_shopify_payments_payouts',
  'ShopifyPaymentsAccount.balanceTransactions': 'read_shopify_payments_payouts',
  'Order.customer': 'read_customers',
  'Customer.orders': 'read_orders',
  'Customer.lastOrder': 'read_orders',
  'LineItem.product': 'read_products',
  'LineItem.variant': 'read_products',
};

function scopesOf(schema: GraphQLSchema, document: DocumentNode): NeededScope[] {
  const info = new TypeInfo(schema);
  const found: NeededScope[] = [];
  const path: string[] = [];
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        enter(node) {
          path.push(node.alias?.value ?? node.name.value);
          const scope = SCOPES[`${info.getParentType()?.name ?? ''}.${node.name.value}`];
          const at = node.loc?.startToken;
          if (scope)
            found.push({
              scope,
              field: node.name.value,
              path: [...path],
              locations: at ? [{ line: at.line, column: at.column }] : [],
            });
        },
        leave() {
          path.pop();
        },
      },
    }),
  );
  return found;
}

const MUTATION_COST = 10;

/** `validate` stops at this many faults. */
const MAX_FAULTS = 20;

function compile(
  schema: GraphQLSchema,
  text: string,
  operationName: string | undefined,
  texts: KeptTexts,
): CompileResult {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    return { errors: [describeSyntax(error as GraphQLError)] };
  }
  const faults = validate(schema, document, undefined, { maxErrors: MAX_FAULTS });
  if (faults.length > 0) return { errors: faults.map((fault) => describeInvalid(fault, document)) };
  const operation = getOperationAST(document, operationName);
  if (!operation)
    return {
      errors: [
        {
          message:
            operationName === undefined
              ? 'An operation name is required'
              : `No operation named "${operationName}"`,
        },
      ],
    };
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const isQuery = operation.operation === OperationTypeNode.QUERY;
  // Compiled when first needed: most queries are answered the quick way.
  let run: Compiled['run'] | undefined;
  return {
    operation: operation.name?.value ?? null,
    // A mutation is charged as one, whatever it answers.
    cost: isQuery ? planCost(schema, operation.selectionSet, fragments) : { fixed: MUTATION_COST, parts: [] },
    needs: scopesOf(schema, document),
    variables: (given) => {
      const read = getVariableValues(schema, operation.variableDefinitions ?? [], { ...given });
      return read.errors
        ? { errors: read.errors.map((error) => describeVariable(error, operation, given)) }
        : { values: read.coerced };
    },
    run: (context, given) => (run ??= runner(schema, document, operation))(context, given),
    emit: isQuery ? compileEmit(schema, operation, fragments, texts) : undefined,
  };
}

function runner(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Compiled['run'] {
  const name = operation.name?.value;
  // Records already hold what goes on the wire, so scalars need no serializer.
  const compiled = compileQuery(schema, document, name ?? '', {
    disableLeafSerialization: true,
    disablingCapturingStackErrors: true,
  });
  if (isCompiledQuery(compiled))
    return (context, given) => compiled.query(undefined, context, { ...given }) as ExecutionResult;
  return (context, given) =>
    execute({
      schema,
      document,
      contextValue: context,
      variableValues: { ...given },
      ...(name ? { operationName: name } : {}),
    }) as ExecutionResult;
}

/** Remembers compiled queries by their text; the oldest leaves when there are too many. */
export class QueryCache {
  private readonly known = new Map<string, CompileResult>();
  private readonly texts = new KeptTexts();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly capacity = 500,
  ) {}

  get(text: string, operationName: string | undefined): CompileResult {
    const key = `${operationName ?? ''}\n${text}`;
    let compiled = this.known.get(key);
    if (!compiled) {
      compiled = compile(this.schema, text, operationName, this.texts);
      if (this.known.size >= this.capacity) this.known.delete(this.known.keys().next().value!);
      this.known.set(key, compiled);
    }
    return compiled;
  }
}
