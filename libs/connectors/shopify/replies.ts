import { Failure, later, seconds } from '#kernel';
import { type Platform, Unavailable } from '#sync';
import { z } from 'zod';
import { tokenFailure } from './auth.js';
import { QUERY_CAP } from './cost.js';
import type { ShopifySettings } from './settings.js';

/*
 * How Shopify says no. GraphQL answers nearly everything with HTTP 200: a throttle, a missing scope and a crash are
 * told apart by `errors[].extensions.code`. What only the REST endpoints and the edge in front of them say comes
 * as a status.
 */

type Detail = { readonly detail?: string };

type Reply = Parameters<Platform['meter']>[0];

const GraphqlError = z.object({
  message: z.string(),
  extensions: z
    .object({ code: z.string().optional(), requiredAccess: z.string().optional() })
    .catch({})
    .optional(),
});
type GraphqlError = z.output<typeof GraphqlError>;

const Errors = z.object({ errors: z.array(GraphqlError).min(1) });

const Cost = z.object({
  extensions: z.object({
    cost: z.object({
      requestedQueryCost: z.number(),
      actualQueryCost: z.number().nullish(),
      throttleStatus: z.object({
        maximumAvailable: z.number(),
        currentlyAvailable: z.number(),
        restoreRate: z.number(),
      }),
    }),
  }),
});

const costOf = (reply: Reply) => Cost.safeParse(reply.body).data?.extensions.cost;

const hasData = (reply: Reply): boolean =>
  z.object({ data: z.looseObject({}) }).safeParse(reply.body).success;

const errorsOf = (reply: Reply): readonly GraphqlError[] => Errors.safeParse(reply.body).data?.errors ?? [];

const hasCode = (reply: Reply, code: string): boolean =>
  errorsOf(reply).some((error) => error.extensions?.code === code);

/** Shopify's own reading of the bucket, and what the query cost in the end. */
export function meter(reply: Reply): ReturnType<Platform['meter']> {
  const cost = costOf(reply);
  if (!cost) return {};
  const { maximumAvailable, currentlyAvailable, restoreRate } = cost.throttleStatus;
  return {
    // A query that was throttled or refused never ran.
    charged: cost.actualQueryCost ?? 0,
    level: { capacity: maximumAvailable, available: currentlyAvailable, perSecond: restoreRate },
  };
}

/** A page too dear for any bucket: half of it may pass. */
export const tooLarge = (reply: Reply): boolean => hasCode(reply, 'MAX_COST_EXCEEDED');

/**
 * Twice this page stays under the cap of one query and under half of the bucket, the other half being for writes.
 * A tenth of both is left, as the limiter leaves it: what is dearer than its share could not be paced.
 */
export function roomy(reply: Reply): boolean {
  const cost = costOf(reply);
  if (!cost) return false;
  const most = Math.min(QUERY_CAP, cost.throttleStatus.maximumAvailable / 2);
  return 2 * cost.requestedQueryCost <= 0.9 * most;
}

/** An expired version is answered in another one, without an error: only this header tells. */
export function notice(reply: Reply, settings: ShopifySettings): string | null {
  const said: string[] = [];
  const version = reply.headers['x-shopify-api-version'];
  if (version && version !== settings.apiVersion)
    said.push(
      `asked for API version ${settings.apiVersion}, answered in ${version}: set a version that is still supported`,
    );
  const deprecated = reply.headers['x-shopify-api-deprecated-reason'];
  if (deprecated) said.push(`the call uses something Shopify is about to remove: ${deprecated}`);
  return said.length > 0 ? said.join('; ') : null;
}

/** Only what differs from the default reading of a reply. */
export function classify(reply: Reply, now: Date): Failure | undefined {
  switch (reply.status) {
    case 200:
      return byCode(reply, now);
    case 400:
    case 401:
      return tokenFailure(reply.body);
    case 403:
      return forbidden(reply);
    case 404:
      return new Failure(
        'config',
        'Shopify knows no such shop or API version: check both in the connection’s settings',
        detailOf(reply),
      );
    default:
      return reply.status >= 300 && reply.status < 400 ? moved(reply) : undefined;
  }
}

function byCode(reply: Reply, now: Date): Failure | undefined {
  const errors = errorsOf(reply);
  const first = errors.find((error) => error.extensions?.code !== undefined) ?? errors[0];
  if (!first) return withoutPayments(reply);
  const detail = errors
    .map((error) => error.message)
    .join('; ')
    .slice(0, 300);
  switch (first.extensions?.code) {
    case 'THROTTLED':
      return new Failure('throttled', 'Shopify’s bucket of query points is empty', {
        retryAt: refilledAt(reply, now),
        detail,
      });
    case 'MAX_COST_EXCEEDED':
      return new Failure(
        'refused',
        `the query costs more than ${QUERY_CAP} points: ask for fewer records at once`,
        { detail },
      );
    case 'ACCESS_DENIED':
      return denied(missingAccess(first), { detail });
    case 'SHOP_INACTIVE':
      return new Failure('credential', 'the shop is closed or frozen: reopen it, then connect it again', {
        detail,
      });
    case 'INTERNAL_SERVER_ERROR':
    case 'TIMEOUT':
      return new Failure('transient', 'Shopify failed inside while answering the query', { detail });
    default:
      // With data beside it one field failed while the query ran; without, the query was never run.
      return hasData(reply)
        ? new Failure('transient', `Shopify answered a part of the page only: ${first.message}`, { detail })
        : new Failure('bug', `Shopify refused the query itself: ${first.message}`, { detail });
  }
}

/** The account of Shopify Payments, asked for and not there. */
function withoutPayments({ body }: Reply): Failure | undefined {
  const data = (body as { data?: { shopifyPaymentsAccount?: unknown } | null } | null)?.data;
  if (data?.shopifyPaymentsAccount !== null) return undefined;
  return new Unavailable('the shop does not use Shopify Payments: it has no payouts');
}

/** When the bucket holds the query again: what is missing divided by what comes back each second. */
function refilledAt(reply: Reply, now: Date): Date {
  const cost = costOf(reply);
  if (!cost) return later(now, seconds(2));
  const { currentlyAvailable, maximumAvailable, restoreRate } = cost.throttleStatus;
  const missing = Math.min(cost.requestedQueryCost, maximumAvailable) - currentlyAvailable;
  return later(now, seconds(Math.max(1, Math.ceil(missing / Math.max(1, restoreRate)))));
}

const scopeIn = (text: string | undefined): string | undefined =>
  /\b(?:read|write)_\w+/.exec(text ?? '')?.[0];

const missingAccess = (error: GraphqlError): string =>
  scopeIn(error.extensions?.requiredAccess) ??
  scopeIn(error.message) ??
  error.extensions?.requiredAccess ??
  'it does not say to what';

const denied = (what: string, more: Detail): Failure =>
  new Failure(
    'refused',
    `Shopify denies access, ${what} is needed: grant it to the app and approve it in the shop`,
    more,
  );

function moved(reply: Reply): Failure {
  const to = reply.headers['location'];
  const host = to && URL.canParse(to) ? new URL(to).host : 'another address';
  return new Failure('config', `the shop has moved to ${host}: connect it under its new name`);
}

function forbidden(reply: Reply): Failure {
  const more = detailOf(reply);
  const scope = scopeIn(more.detail);
  if (scope) return denied(scope, more);
  return new Failure(
    'credential',
    'Shopify forbids the call: the token’s kind is no longer accepted or the app lost its access; connect the shop again',
    more,
  );
}

/** What Shopify said: `errors` is a text, a list or a map of lists, by endpoint and mood. */
function detailOf({ body }: Reply): Detail {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  return text.length > 2 ? { detail: text.slice(0, 300) } : {};
}
