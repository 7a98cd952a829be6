import type { Bucket } from './bucket.js';
import type { Call } from './call.js';
import type { Compiled, NeededScope, QueryCache } from './compile.js';
import type { Emitted } from './emit.js';
import { actualCost, requestedCost, type Variables } from './cost.js';
import { tokenOf, UNAUTHORIZED } from './oauth-door.js';
import type { RequestContext } from './resolvers.js';
import type { Shop } from './shop.js';
import { fault, VERSIONS, type Answer } from './simulator.js';
import { describeFailed, type WireError } from './wire-errors.js';

interface Door {
  readonly shop: Shop;
  readonly call: Call;
  readonly version: string;
  readonly queries: QueryCache;
  readonly now: () => number;
}

interface Request {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Variables;
}

function requestOf(call: Call): Request | { refused: Answer } {
  let body: unknown;
  try {
    body = JSON.parse(call.body.toString('utf8'));
  } catch {
    return { refused: fault(400, 'Bad Request', 'bad-request', 'none') };
  }
  const { query, variables, operationName } = (body ?? {}) as Record<string, unknown>;
  if (typeof query !== 'string')
    return { refused: fault(400, { query: 'Required parameter missing or invalid' }, 'bad-request', 'none') };
  return {
    query,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    variables: (variables ?? {}) as Variables,
  };
}

/** The platform answers most refusals of a query with 200. */
const refused = (outcome: string, operation: string, body: object): Answer => ({
  status: 200,
  body: JSON.stringify(body),
  note: { outcome, operation },
});

const LIMITS_DOC = 'https://shopify.dev/api/usage/rate-limits';

function tooCostly(cost: number, maxCost: number): WireError {
  return {
    message:
      `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).\n\n` +
      'See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\ncost of a query is calculated.\n\n' +
      'To query larger amounts of data with fewer limits, bulk operations should be used instead.\n' +
      'See https://shopify.dev/api/usage/bulk-operations/queries for usage details.\n',
    extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost, documentation: LIMITS_DOC },
  };
}

const accessDenied = ({ field, scope, path, locations }: NeededScope): WireError => ({
  message: `Access denied for ${field} field. Required access: \`${scope}\` access scope.`,
  locations,
  path,
  extensions: {
    code: 'ACCESS_DENIED',
    documentation: 'https://shopify.dev/api/usage/access-scopes',
    requiredAccess: `\`${scope}\` access scope.`,
  },
});

/** One GraphQL call, in the platform's order: who asks, is it a query, may they, can they afford it, then run it. */
export async function answerQuery({ shop, call, queries, now }: Door): Promise<Answer> {
  const token = tokenOf(call);
  const app = token === undefined ? undefined : shop.tokens.authenticate(token, now());
  if (!app) return fault(401, UNAUTHORIZED, 'unauthorized', 'none');
  const request = requestOf(call);
  if ('refused' in request) return request.refused;

  const compiled = queries.get(request.query, request.operationName);
  if ('errors' in compiled) return refused('invalid-query', 'invalid', { errors: compiled.errors });
  const operation = compiled.operation ?? 'anonymous';
  const variables = compiled.variables(request.variables);
  if ('errors' in variables) return refused('invalid-query', operation, { errors: variables.errors });
  const missing = compiled.needs.filter(({ scope }) => !shop.scopes.has(scope));
  if (missing.length > 0)
    return refused('access-denied', operation, { errors: missing.map(accessDenied), data: null });

  const requested = Math.max(1, requestedCost(compiled.cost, variables.values));
  if (requested > shop.maxQueryCost)
    return refused('max-cost', operation, { errors: [tooCostly(requested, shop.maxQueryCost)] });
  const bucket = shop.bucketOf(app, now());
  if (!bucket.charge(requested, now()))
    return refused('throttled', operation, {
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: LIMITS_DOC } }],
      extensions: {
        cost: { requestedQueryCost: requested, actualQueryCost: null, throttleStatus: bucket.status(now()) },
      },
    });
  if (call.linger) await call.linger();
  return run(shop, compiled, {
    given: request.variables,
    values: variables.values,
    requested,
    bucket,
    operation,
    nowMs: now(),
    origin: `http://${String(call.headers['host'] ?? 'localhost')}/shopify/${shop.name}`,
  });
}

interface Charge {
  readonly given: Variables;
  readonly values: Variables;
  readonly requested: number;
  readonly bucket: Bucket;
  readonly operation: string;
  readonly nowMs: number;
  /** Where the shop's files lie. */
  readonly origin: string;
}

function run(shop: Shop, compiled: Compiled, charge: Charge): Answer {
  const { requested, bucket, operation, nowMs, origin } = charge;
  const seen: Omit<RequestContext, 'bulk'> = {
    store: shop.store,
    shopName: shop.name,
    nowMs,
    scopes: shop.scopes,
    versions: VERSIONS.map((handle) => ({ handle, supported: true })),
    searchNotes: [],
    lies: shop.lies,
    corrupt: (data) => void shop.corruption?.apply(data),
  };
  const context: RequestContext = { ...seen, bulk: shop.bulk.view(seen, origin) };
  const quick = shop.corruption ? undefined : compiled.emit?.(context, charge.values);
  const { data, errors, refusal, cost }: Executed = quick ?? execute(shop, compiled, context, charge.given);
  const actual = data === 'null' ? 0 : Math.max(1, cost);
  bucket.giveBack(Math.max(0, requested - actual), nowMs);
  const extensions = {
    cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status(nowMs) },
    ...(context.searchNotes.length > 0 ? { search: context.searchNotes } : {}),
  };
  const failed = errors ? `"errors":${JSON.stringify(errors)},` : '';
  return {
    status: 200,
    body: `{${failed}"data":${data},"extensions":${JSON.stringify(extensions)}}`,
    note: { outcome: errors ? (refusal ?? 'error') : 'served', operation, points: actual },
  };
}

interface Executed extends Emitted {
  readonly errors?: readonly WireError[];
  readonly refusal?: string | undefined;
}

/** The ordinary way: for queries that fail, that the quick one does not cover, and records to be broken. */
function execute(shop: Shop, compiled: Compiled, context: RequestContext, given: Variables): Executed {
  const result = compiled.run(context, given);
  const data = (result.data ?? null) as Record<string, unknown> | null;
  const cost = data === null ? 0 : actualCost(compiled.cost, data);
  if (data !== null) shop.corruption?.apply(data);
  return {
    data: JSON.stringify(data),
    cost,
    ...(result.errors ? describeFailed(result.errors) : {}),
  };
}
