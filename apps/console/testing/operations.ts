import { PASSWORD } from './console-world.js';
import type { Things } from './two-workspaces.js';

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly description?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

interface Described {
  readonly operationId: string;
  readonly 'x-stratus-may': 'anyone' | 'viewer' | 'operator' | 'admin';
  readonly 'x-stratus-people'?: true;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

/** One route, as the API's description tells it: all that tests need to call it. */
export interface Operation {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly may: Described['x-stratus-may'];
  readonly people: boolean;
  readonly takesBody: boolean;
  /** Its reply has no end. */
  readonly streams: boolean;
  /** Its path names something that belongs to a workspace. */
  readonly owned: boolean;
  /** Parameters of the query that name such things. */
  readonly idFilters: readonly { readonly name: string; readonly thing: keyof Things }[];
  readonly parameters: readonly Parameter[];
  /** What of its path nobody has taught these tests. */
  readonly unknown: readonly string[];
  /** The least query that it takes. */
  query(things: Things): string;
}

/** What stands in a path, by what stands before it; null for what belongs to nobody. */
const PARTS: readonly (readonly [pattern: RegExp, of: (things: Things) => string, owned: boolean])[] = [
  [/^\/connections\/\{id\}/, (things) => things.connection, true],
  [/^\/connections\/[^/]+\/(?:streams|sync)\/\{stream\}/, () => 'shopify.orders', false],
  [/^\/quota\/\{id\}/, (things) => things.connection, true],
  [/^\/orders\/\{connection\}/, (things) => things.connection, true],
  [/^\/orders\/[^/]+\/\{sourceId\}/, (things) => things.order, false],
  [/^\/runs\/\{id\}/, (things) => things.run, true],
  [/^\/backfills\/\{id\}/, (things) => things.backfill, true],
  [/^\/bulk\/\{id\}/, (things) => things.bulk, true],
  [/^\/failures\/\{fingerprint\}/, (things) => things.fingerprint, true],
  [/^\/quarantine\/\{id\}/, (things) => things.record, true],
  [/^\/users\/\{id\}/, (things) => things.user, true],
  [/^\/tokens\/\{id\}/, (things) => things.token, true],
  [/^\/invitations\/\{id\}/, (things) => things.invitation, true],
  [/^\/undo\/\{id\}/, (things) => things.deed, true],
  [/^\/platforms\/\{name\}/, () => 'shopify', false],
  [/^\/tables\/\{table\}/, () => 'orders', false],
];

const FILTERS: Readonly<Record<string, keyof Things>> = {
  connection: 'connection',
  connectionId: 'connection',
  backfill: 'backfill',
  bulk: 'bulk',
  run: 'run',
  failure: 'fingerprint',
  fingerprint: 'fingerprint',
};

export function pathOf({ path }: Pick<Operation, 'path'>, things: Things): string {
  let filled = path;
  for (const [pattern, of] of PARTS)
    filled = filled.replace(pattern, (begin) => begin.replace(/\{\w+\}$/, encodeURIComponent(of(things))));
  return filled;
}

export function operationsOf(description: Record<string, unknown>): Operation[] {
  const paths = description['paths'] as Record<string, Record<string, Described>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): Operation => {
      const parameters = (one.parameters ?? []).filter((parameter) => parameter.in !== 'header');
      const content = Object.values(one.responses).flatMap((reply) => Object.keys(reply.content ?? {}));
      const required = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
      return {
        key: one.operationId,
        method: method.toUpperCase(),
        path,
        may: one['x-stratus-may'],
        people: one['x-stratus-people'] ?? false,
        takesBody: one.requestBody !== undefined,
        streams: content.includes('text/event-stream'),
        owned: PARTS.some(([pattern, , owned]) => owned && pattern.test(path)),
        idFilters: parameters.flatMap(({ name, in: where }) =>
          where === 'query' && name in FILTERS ? [{ name, thing: FILTERS[name]! }] : [],
        ),
        parameters,
        unknown: pathOf({ path }, SOMETHING).includes('{') ? [path] : [],
        query: (things) => {
          const least = required.map(({ name }): [string, string] => [
            name,
            name in FILTERS ? things[FILTERS[name]!] : 'x',
          ]);
          return least.length > 0 ? `?${new URLSearchParams(least).toString()}` : '';
        },
      };
    }),
  );
}

const SOMETHING = new Proxy({} as Things, { get: () => 'x' });

const day = (n: number): string => new Date(Date.UTC(2026, 0, n)).toISOString();
const some = (): string => Math.random().toString(36).slice(2, 10);

/** A body that fits, for every route that takes one. */
export const bodies: Readonly<Record<string, (things: Things) => unknown>> = {
  'POST /auth/login': () => ({ name: 'nobody', password: 'a wrong password' }),
  'POST /auth/register': () => ({ invitation: 'in_unknown', name: `new-${some()}`, password: PASSWORD }),
  'PUT /account/password': () => ({ current: PASSWORD, fresh: PASSWORD }),
  'POST /account/second-factor': () => ({ current: PASSWORD }),
  'POST /account/second-factor/confirm': () => ({ code: 'not six digits' }),
  'DELETE /account/second-factor': () => ({ current: PASSWORD, code: 'not six digits' }),
  'POST /users': () => ({ name: `user-${some()}`, role: 'viewer' }),
  'PATCH /users/{id}': () => ({ role: 'operator' }),
  'POST /invitations': () => ({ role: 'viewer' }),
  'POST /tokens': () => ({ name: 'a script', role: 'viewer' }),
  'POST /workspaces': () => ({ id: `w-${some()}`, name: 'Another' }),
  'POST /oauth/begin': () => ({
    platform: 'shopify',
    name: 'shop',
    settings: { shop: 'demo' },
    app: { clientId: 'id', clientSecret: 'planted-client-secret' },
  }),
  'POST /connections': () => ({
    platform: 'shopify',
    name: `shop-${some()}`,
    settings: { shop: 'demo' },
    credentials: { accessToken: 'planted-access-token' },
  }),
  'PATCH /connections/{id}': () => ({ settings: { shop: 'demo' } }),
  'POST /connections/{id}/credentials': () => ({ credentials: { accessToken: 'planted-access-token' } }),
  'POST /schedules/preview': () => ({ everyMs: 900_000 }),
  'PATCH /connections/{id}/streams/{stream}': () => ({ enabled: true }),
  'POST /connections/{id}/streams/{stream}/runs': () => ({}),
  'POST /connections/{id}/streams/{stream}/backfills/preview': () => ({ from: day(1), to: day(9) }),
  'POST /connections/{id}/streams/{stream}/backfills': () => ({ from: day(1), to: day(9) }),
  'POST /connections/{id}/streams/{stream}/checkpoint/preview': () => ({ to: day(1) }),
  'PUT /connections/{id}/streams/{stream}/checkpoint': () => ({ to: day(1), was: day(2) }),
  'POST /connections/{id}/sync/{stream}': () => ({}),
  'PATCH /failures/{fingerprint}': () => ({ note: 'seen' }),
  'PUT /quarantine/{id}/payload': () => ({ payload: { id: '1' }, times: 1 }),
  'POST /retries/preview': ({ connection }) => ({ connection }),
  'POST /retries': ({ connection }) => ({ connection }),
  'POST /replays/preview': ({ connection }) => ({ connection }),
  'POST /replays': ({ connection }) => ({ connection }),
  'PUT /settings/retention': () => ({ calls: 7, logs: 90, audit: 730 }),
};
