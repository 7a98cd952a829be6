/*
 * As much of OpenAPI 3.0 as a vendor's description of replies uses: what is wrong in a value, by path. A property that
 * the description does not name is wrong too: a stand-in must not flatter us with fields that there are not.
 */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema & { readonly minimum?: number; readonly maximum?: number };
  }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, { readonly get?: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export const schemaOf = ({ responses }: Operation): Schema =>
  Object.values(responses['200']!.content!)[0]!.schema;

type Parameter = NonNullable<Operation['parameters']>[number];

/** What is wrong in a call's query: names that are not described, values of another type or out of bounds. */
export function wrongInQuery(
  { parameters = [] }: Operation,
  query: Readonly<Record<string, string | number | undefined>>,
): string[] {
  const described = new Map(parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const lacking = [...described.values()].filter(
    ({ name, required }) => required && !given.some(([key]) => key === name),
  );
  return [
    ...lacking.map(({ name }) => `${name} is required`),
    ...given.flatMap(([name, value]) => {
      const parameter = described.get(name);
      if (!parameter) return [`${name} is no parameter`];
      return fitsQuery(parameter.schema, String(value)) ? [] : [`${name}=${String(value)}`];
    }),
  ];
}

function fitsQuery(
  { type, format, items, minimum, maximum, ...schema }: Parameter['schema'],
  text: string,
): boolean {
  if (schema.enum && !schema.enum.includes(text)) return false;
  if (items) return text.split(',').every((one) => fitsQuery(items, one));
  if (format === 'date-time') return INSTANT.test(text);
  if (type === 'boolean') return text === 'true' || text === 'false';
  if (type !== 'number' && type !== 'integer' && format !== 'int32') return text !== '';
  const number = Number(text);
  return /^-?\d+$/.test(text) && number >= (minimum ?? -Infinity) && number <= (maximum ?? 2 ** 31 - 1);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?$/;

export function wrongIn(spec: OpenApi, described: Schema, value: unknown, at = ''): string[] {
  const schema = whole(spec, described);
  if (value === null && (schema.nullable || described.$ref !== undefined || described.allOf || schema.oneOf))
    return [];
  if (schema.oneOf) {
    const tries = schema.oneOf.map((one) => wrongIn(spec, one, value, at));
    return tries.some((wrong) => wrong.length === 0) ? [] : tries[0]!;
  }
  if (schema.enum && !schema.enum.includes(value))
    return [`${at}: ${JSON.stringify(value)} is not among its values`];
  return ofType(spec, schema, value, at);
}

/** What a reference names and what is added to it, as one. */
function whole(spec: OpenApi, schema: Schema): Schema {
  const { $ref, allOf = [], ...own } = schema;
  const parts = [
    ...($ref === undefined ? [] : [spec.components.schemas[$ref.split('/').at(-1)!]!]),
    ...allOf,
  ];
  return parts.reduce<Schema>((merged, part) => {
    const more = whole(spec, part);
    return {
      ...more,
      ...merged,
      properties: { ...more.properties, ...merged.properties },
      required: [...(more.required ?? []), ...(merged.required ?? [])],
    };
  }, own);
}

function ofType(spec: OpenApi, schema: Schema, value: unknown, at: string): string[] {
  const wrong = [`${at}: ${JSON.stringify(value)?.slice(0, 40)} is no ${schema.type}`];
  switch (schema.type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? inObject(spec, schema, value as Record<string, unknown>, at)
        : wrong;
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((one, i) => wrongIn(spec, schema.items ?? {}, one, `${at}[${i}]`))
        : wrong;
    case 'string': {
      if (typeof value !== 'string') return wrong;
      const isInstant = INSTANT.test(value);
      return schema.format === 'date-time' && !isInstant ? wrong : [];
    }
    case 'integer':
      return Number.isSafeInteger(value) ? [] : wrong;
    case 'number':
      return typeof value === 'number' ? [] : wrong;
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong;
    default:
      return [];
  }
}

function inObject(spec: OpenApi, schema: Schema, value: Record<string, unknown>, at: string): string[] {
  const { properties = {}, required = [] } = schema;
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${at}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, inner]) =>
      properties[name]
        ? wrongIn(spec, properties[name], inner, `${at}.${name}`)
        : [`${at}.${name}: not described`],
    ),
  ];
}
