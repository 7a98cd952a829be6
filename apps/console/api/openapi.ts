import { z } from 'zod';
import { API_PATH, mountedOf, type Mounted } from './mount.js';
import { problemSchema } from './problem.js';
import { changes, type Resource, type Route } from './route.js';

type Json = Record<string, unknown>;

/** The API's description (OpenAPI 3.1), made from the schemas that validate it: it cannot say anything else. */
export function openApiOf(resources: readonly Resource[]): Json {
  const components = new Map<string, Json>();
  const paths: Record<string, Json> = {};
  const problem = schemaOf(problemSchema, 'output', components);
  for (const mounted of mountedOf(resources))
    (paths[mounted.path] ??= {})[mounted.method.toLowerCase()] = operation(mounted, problem, components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stratus',
      version: '1',
      description:
        'What the console can do, scripts can do. Lists go by cursor (`limit`, `after`, `next`); errors are problem details ' +
        '(RFC 9457); changing calls take an `Idempotency-Key` and leave a line in the audit log; what can be undone answers with ' +
        '`X-Stratus-Undo`, the id for `POST /undo/{id}` within ten minutes.',
    },
    servers: [{ url: API_PATH }],
    tags: resources.map(({ tag, about }) => ({ name: tag, description: about })),
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'stratus-session' },
        token: { type: 'http', scheme: 'bearer', description: 'made under Users and roles; shown once' },
      },
      schemas: Object.fromEntries(components),
    },
  };
}

function operation(
  { key, tag, method, path, route }: Mounted,
  problem: Json,
  components: Map<string, Json>,
): Json {
  const parameters = [
    ...parametersOf('path', route.params, components),
    ...parametersOf('query', route.query, components),
    ...(changes(route) && route.may !== 'anyone' ? [IDEMPOTENCY_KEY] : []),
    ...(method !== 'GET' ? [CSRF] : []),
  ];
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const declared = parametersOf('path', route.params, components).map(({ name }) => name);
  if (named.join() !== declared.join())
    throw new TypeError(`${key} names ${named.join()} in its path and declares ${declared.join()}`);
  return {
    operationId: key,
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    tags: [tag],
    'x-stratus-may': route.may,
    ...(route.people ? { 'x-stratus-people': true } : {}),
    ...(route.audit ? { 'x-stratus-deed': route.audit } : {}),
    ...(route.undo ? { 'x-stratus-undo': true } : {}),
    security:
      route.may === 'anyone' ? [] : route.people ? [{ session: [] }] : [{ session: [] }, { token: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: { 'application/json': { schema: schemaOf(route.body, 'input', components) } },
          },
        }
      : {}),
    responses: {
      ...replyOf(route, components),
      default: { description: 'Refused', content: { 'application/problem+json': { schema: problem } } },
    },
  };
}

function replyOf({ reply, status }: Route, components: Map<string, Json>): Json {
  if (reply === 'nothing') return { 204: { description: 'Done' } };
  if (reply === 'redirect') return { 303: { description: 'Goes on elsewhere' } };
  if (!(reply instanceof z.ZodType))
    return { [status ?? 200]: { description: 'As it comes', content: { [reply.stream]: {} } } };
  const schema = schemaOf(reply, 'output', components);
  return { [status ?? 200]: { description: 'Done', content: { 'application/json': { schema } } } };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'any text of your own; a repeat within a day is answered with the first reply, and nothing is done twice',
  schema: { type: 'string', maxLength: 100 },
};

const CSRF = {
  name: 'X-XSRF-TOKEN',
  in: 'header',
  description: 'with a session: the `csrf` of `GET /auth/me`; not with a token',
  schema: { type: 'string' },
};

function parametersOf(where: 'path' | 'query', schema: z.ZodType | undefined, components: Map<string, Json>) {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input', components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it; what has a name of its own goes to the components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Map<string, Json>): Json {
  const {
    $schema: _dialect,
    $defs,
    ...rest
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json & {
    $defs?: Record<string, Json>;
  };
  for (const [name, one] of Object.entries($defs ?? {})) keep(name, one, components);
  const { id, ...own } = rest;
  if (typeof id !== 'string') return pointed(rest);
  keep(id, own, components);
  return { $ref: `#/components/schemas/${id}` };
}

function keep(name: string, schema: Json, components: Map<string, Json>): void {
  const { id: _name, ...own } = schema;
  const fresh = pointed(own);
  const known = components.get(name);
  if (known && JSON.stringify(known) !== JSON.stringify(fresh))
    throw new TypeError(`two schemas are called ${name}; give one another id`);
  components.set(name, fresh);
}

/** References as they are from the document's root. */
const pointed = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
