import {
  Kind,
  visit,
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';
import { print } from 'graphql';
import type { Variables } from './cost.js';

/** One entry of a reply's `errors`. */
export interface WireError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** How a fault of the checker is worded and coded by the platform. */
const FAULTS: readonly [
  RegExp,
  (...groups: string[]) => { message: string; extensions: Record<string, unknown> },
][] = [
  [
    /^Cannot query field "(.+?)" on type "(.+?)"/,
    (field, type) => ({
      message: `Field '${field}' doesn't exist on type '${type}'`,
      extensions: { code: 'undefinedField', typeName: type, fieldName: field },
    }),
  ],
  [
    /^Unknown argument "(.+?)" on field "(.+?)\.(.+?)"/,
    (argument, _type, field) => ({
      message: `Field '${field}' doesn't accept argument '${argument}'`,
      extensions: { code: 'argumentNotAccepted', name: field, typeName: 'Field', argumentName: argument },
    }),
  ],
  [
    /^Field "(.+?)" argument "(.+?)" of type "(.+?)" is required/,
    (field, argument) => ({
      message: `Field '${field}' is missing required arguments: ${argument}`,
      extensions: { code: 'missingRequiredArguments', className: 'Field', name: field, arguments: argument },
    }),
  ],
  [
    /^Field "(.+?)" of type "(.+?)" must have a selection/,
    (field, type) => ({
      message: `Field must have selections (field '${field}' returns ${type.replace(/[![\]]/g, '')} but has no selections. Did you mean '${field} { ... }'?)`,
      extensions: {
        code: 'selectionMismatch',
        nodeName: `field '${field}'`,
        typeName: type.replace(/[![\]]/g, ''),
      },
    }),
  ],
  [
    /^Field "(.+?)" must not have a selection since type "(.+?)"/,
    (field, type) => ({
      message: `Selections can't be made on scalars (field '${field}' returns ${type.replace(/[![\]]/g, '')} but has selections)`,
      extensions: {
        code: 'selectionMismatch',
        nodeName: `field '${field}'`,
        typeName: type.replace(/[![\]]/g, ''),
      },
    }),
  ],
  [
    /^Variable "\$(.+?)" is not defined/,
    (name) => ({
      message: `Variable $${name} is used but not declared`,
      extensions: { code: 'variableNotDefined', variableName: name },
    }),
  ],
  [
    /^Variable "\$(.+?)" is never used/,
    (name) => ({
      message: `Variable $${name} is declared but not used`,
      extensions: { code: 'variableNotUsed', variableName: name },
    }),
  ],
  [
    /^Variable "\$(.+?)" of type "(.+?)" used in position expecting type "(.+?)"/,
    (name, given, wanted) => ({
      message: `Type mismatch on variable $${name} (${given} / ${wanted})`,
      extensions: {
        code: 'variableMismatch',
        variableName: name,
        typeName: given,
        errorMessage: 'Type mismatch',
      },
    }),
  ],
  [
    /^Unknown type "(.+?)"/,
    (type) => ({
      message: `${type} isn't a defined type`,
      extensions: { code: 'undefinedType', typeName: type },
    }),
  ],
  [
    /^Unknown fragment "(.+?)"/,
    (name) => ({
      message: `Fragment ${name} was used, but not defined`,
      extensions: { code: 'useAndDefineFragment', fragmentName: name },
    }),
  ],
  [
    /(cannot represent|Value .+ does not exist in|Expected value of type)/,
    (_found, message) => ({ message: message ?? '', extensions: { code: 'argumentLiteralsIncompatible' } }),
  ],
];

const locationsOf = (error: GraphQLError): WireError['locations'] =>
  (error.locations ?? []).map(({ line, column }) => ({ line, column }));

/** `query Orders`, then the response keys down to the faulty node. */
function pathTo(document: DocumentNode, target: ASTNode | undefined): string[] {
  let found: string[] = [];
  const path: string[] = [];
  const step = (node: ASTNode): string | undefined => {
    if (node.kind === Kind.OPERATION_DEFINITION)
      return [node.operation, node.name?.value].filter(Boolean).join(' ');
    if (node.kind === Kind.FRAGMENT_DEFINITION) return `fragment ${node.name.value}`;
    if (node.kind === Kind.INLINE_FRAGMENT)
      return node.typeCondition ? `... on ${node.typeCondition.name.value}` : '...';
    if (node.kind === Kind.FIELD) return node.alias?.value ?? node.name.value;
    return node.kind === Kind.ARGUMENT ? node.name.value : undefined;
  };
  visit(document, {
    enter(node) {
      const name = step(node);
      if (name !== undefined) path.push(name);
      if (node === target) found = [...path];
    },
    leave(node) {
      if (step(node) !== undefined) path.pop();
    },
  });
  return found;
}

export function describeInvalid(error: GraphQLError, document: DocumentNode): WireError {
  const locations = locationsOf(error) ?? [];
  const path = pathTo(document, error.nodes?.[0]);
  for (const [shape, describe] of FAULTS) {
    const match = shape.exec(error.message);
    if (match) return { ...reorder(describe(...match.slice(1), error.message), locations, path) };
  }
  return { message: error.message, locations, path, extensions: { code: 'invalidQuery' } };
}

const reorder = (
  { message, extensions }: { message: string; extensions: Record<string, unknown> },
  locations: NonNullable<WireError['locations']>,
  path: readonly string[],
): WireError => ({ message, locations, path, extensions });

export function describeSyntax(error: GraphQLError): WireError {
  const at = error.locations?.[0] ?? { line: 1, column: 1 };
  return {
    message: `syntax error, ${error.message.replace(/^Syntax Error: /, '')} at [${at.line}, ${at.column}]`,
    locations: [{ line: at.line, column: at.column }],
  };
}

export function describeVariable(
  error: GraphQLError,
  operation: OperationDefinitionNode,
  given: Variables,
): WireError {
  const name = /\$(\w+)/.exec(error.message)?.[1] ?? '';
  const declared = operation.variableDefinitions?.find((one) => one.variable.name.value === name);
  const type = declared ? print(declared.type) : 'unknown';
  return {
    message: `Variable $${name} of type ${type} was provided invalid value`,
    locations: locationsOf(error) ?? [],
    extensions: { value: given[name] ?? null, problems: [{ path: [], explanation: error.message }] },
  };
}

/** What running the query left in `errors`, and why, for the ledger. */
export function describeFailed(errors: readonly GraphQLError[]): {
  errors: WireError[];
  refusal: string | undefined;
} {
  let refusal: string | undefined;
  const described = errors.map((error): WireError => {
    const { refusal: reason, ...extensions } = error.extensions ?? {};
    if (typeof reason === 'string') refusal = reason;
    return {
      message: error.message,
      locations: locationsOf(error) ?? [],
      ...(error.path ? { path: error.path } : {}),
      ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    };
  });
  return { errors: described, refusal };
}
