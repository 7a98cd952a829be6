/*
 * As much of Swagger 2.0 as Amazon's models use: what is wrong in a value, by path. A property that the model does not
 * name is wrong too: a stand-in must not flatter us with fields that there are not.
 */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}

interface Parameter extends Schema {
  readonly name: string;
  readonly in: string;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly (Omit<Parameter, 'required'> & { readonly required?: boolean })[];
  readonly responses: Readonly<
    Record<string, { readonly schema?: Schema; readonly headers?: Readonly<Record<string, object>> }>
  >;
}

export interface Model {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** What is wrong in a request's parameters: unknown names, missing ones, values that are not what the model says. */
export function wrongInRequest(
  operation: Operation,
  query: Readonly<Record<string, string | number | undefined>>,
): string[] {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  const named = new Map(
    operation.parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]),
  );
  return [
    ...[...named.values()]
      .filter(({ name, required }) => required === true && !given.some(([is]) => is === name))
      .map(({ name }) => `${name}: missing`),
    ...given.flatMap(([name, value]) => {
      const described = named.get(name);
      return described ? wrongInParameter(described, value) : [`${name}: not described`];
    }),
  ];
}

function wrongInParameter(described: Operation['parameters'][number], value: string): string[] {
  const {
    name,
    type,
    enum: among,
    items,
    maxItems = Infinity,
    minimum = -Infinity,
    maximum = Infinity,
  } = described;
  const wrong = [`${name}: ${value.slice(0, 60)}`];
  if (type === 'array') {
    const values = value.split(',');
    return values.length > maxItems || (items?.enum && !values.every((one) => items.enum!.includes(one)))
      ? wrong
      : [];
  }
  if (among && !among.includes(value)) return wrong;
  if (type === 'integer')
    return Number.isInteger(Number(value)) && +value >= minimum && +value <= maximum ? [] : wrong;
  if (type === 'boolean') return value === 'true' || value === 'false' ? [] : wrong;
  return described.format === 'date-time' && !INSTANT.test(value) ? wrong : [];
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/;

export function wrongIn(model: Model, schema: Schema, value: unknown, at = ''): string[] {
  if (schema.$ref !== undefined)
    return wrongIn(model, model.definitions[schema.$ref.split('/').at(-1)!]!, value, at);
  if (schema.allOf) return wrongIn(model, merged(model, schema.allOf), value, at);
  const wrong = [`${at}: ${JSON.stringify(value)?.slice(0, 40)} is no ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value))
    return [`${at}: ${JSON.stringify(value)} is not among its values`];
  switch (schema.type) {
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((one, i) => wrongIn(model, schema.items ?? {}, one, `${at}[${i}]`))
        : wrong;
    case 'string':
      return typeof value === 'string' && (schema.format !== 'date-time' || INSTANT.test(value)) ? [] : wrong;
    case 'integer':
      return Number.isSafeInteger(value) ? [] : wrong;
    case 'number':
      return typeof value === 'number' ? [] : wrong;
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong;
    default:
      if (!schema.properties) return [];
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? inObject(model, schema, value as Record<string, unknown>, at)
        : wrong;
  }
}

/** All of them in one object: each alone would not know the others' fields. */
function merged(model: Model, parts: readonly Schema[]): Schema {
  const all = parts.map(({ $ref, ...one }) =>
    $ref === undefined ? one : model.definitions[$ref.split('/').at(-1)!]!,
  );
  return {
    type: 'object',
    properties: Object.assign({}, ...all.map(({ properties }) => properties)) as Record<string, Schema>,
    required: all.flatMap(({ required }) => required ?? []),
  };
}

function inObject(model: Model, schema: Schema, value: Record<string, unknown>, at: string): string[] {
  const { properties = {}, required = [] } = schema;
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${at}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, inner]) =>
      properties[name]
        ? wrongIn(model, properties[name], inner, `${at}.${name}`)
        : [`${at}.${name}: not described`],
    ),
  ];
}
