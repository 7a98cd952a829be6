import { Failure } from '#kernel';
import { PlaceLost, type Platform, Unavailable } from '#sync';
import { z } from 'zod';
import { tokenFailure } from './auth.js';
import { roleOf } from './roles.js';

/*
 * How Amazon says no: `{ errors: [{ code, message, details }] }` under a status of its own. An expired token and a
 * missing role are both 403 `Unauthorized`, told apart by the details alone.
 */

type Reply = Parameters<Platform['meter']>[0];

const Errors = z.object({
  errors: z
    .array(z.object({ code: z.string(), message: z.string().optional(), details: z.string().nullish() }))
    .min(1),
});

const wordsOf = ({ body }: Reply): string | undefined =>
  Errors.safeParse(body)
    .data?.errors.map(({ code, message, details }) => [code, message, details].filter(Boolean).join(': '))
    .join('; ')
    .slice(0, 300);

/**
 * What this account may call of this operation, a second. Told on replies that went well and on 400 and 404, never on a
 * refusal for the quota: what was told before stands.
 */
export function meter({ headers }: Reply): ReturnType<Platform['meter']> {
  const text = headers['x-amzn-ratelimit-limit'] ?? '';
  const perSecond = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : 0;
  return perSecond > 0 ? { level: { perSecond } } : {};
}

/** Only what differs from the default reading of a reply. */
export function classify(reply: Reply, _now?: Date, operation = ''): Failure | undefined {
  switch (reply.status) {
    case 400:
      return tokenFailure(reply.body) ?? malformed(reply);
    case 401:
      return tokenFailure(reply.body) ?? unauthorised(reply, operation);
    case 403:
      return unauthorised(reply, operation);
    default:
      return undefined;
  }
}

/** A page token that has expired, or came with other filters, is refused like any bad parameter. */
function malformed(reply: Reply): Failure | undefined {
  const detail = wordsOf(reply);
  if (detail === undefined || !/token/i.test(detail)) return undefined;
  return new PlaceLost('Amazon does not take the page token any more', { detail });
}

function unauthorised(reply: Reply, operation: string): Failure {
  const detail = wordsOf(reply);
  const more = detail === undefined ? {} : { detail };
  if (/expired|revoked|malformed|MissingAuthenticationToken|access token/i.test(detail ?? ''))
    return new Failure(
      'credential',
      'Amazon does not take the access token: authorise the app again in Seller Central and reconnect',
      more,
    );
  return new Unavailable(
    `Amazon denies ${operation || 'this'} to the app: give it the role it lacks (${roleOf(operation) ?? 'the reference of the call names it'}), then authorise it again in Seller Central`,
    more,
  );
}
