import { days, Failure, latest, later, minutes, seconds, type FailureKind } from '#kernel';
import { redactText } from '#telemetry';
import { looksLikeHtml } from './body.js';
import type { Reply } from './call.js';
import { retryAfter } from './retry-after.js';

/** What differs at one platform: a Failure, null for "this is fine", undefined for the default reading. */
export type Classify = (reply: Reply, now: Date) => Failure | null | undefined;

/**
 * What a status means where the platform says nothing else. 402 and 423 (an unpaid or locked account) pause the
 * connection like a dead token does: no call works until the account's owner acts.
 */
const BY_STATUS: Readonly<Record<number, readonly [FailureKind, string]>> = {
  400: ['refused', 'the request was refused as malformed'],
  401: ['credential', 'the credentials were not accepted: connect the account again'],
  402: [
    'credential',
    'the account is frozen until its bill is paid: settle it, then connect the account again',
  ],
  403: ['refused', 'the account may not do this: grant the missing permission'],
  404: ['refused', 'what was asked for does not exist'],
  408: ['transient', 'the platform gave up waiting'],
  409: ['refused', 'the request conflicts with what the platform holds'],
  410: ['refused', 'what was asked for is gone for good'],
  413: ['refused', 'the request is too large: ask for less at once'],
  422: ['refused', 'the platform understood the request and refused it'],
  423: ['credential', 'the account is locked: unlock it, then connect the account again'],
  425: ['transient', 'the platform was not ready'],
};

/** Where a 429 says nothing of when. */
const UNTOLD = seconds(5);
/** 430: an edge takes the calls for abuse and would count on while they continue. */
const ABUSE = minutes(1);

/** What says it is over later than that is asked once a day whether it is. */
const LONGEST_PAUSE = days(1);

/** Reads a reply: undefined where it went well, the failure otherwise. The platform's own reading comes first. */
export function classify(reply: Reply, now: Date, own?: Classify): Failure | undefined {
  const read = own?.(reply, now);
  const failure = read === undefined ? byDefault(reply, now) : (read ?? undefined);
  return failure && inReach(failure, later(now, LONGEST_PAUSE));
}

/** An instant out of reach, or none at all, would put the run to sleep for ever. */
function inReach(failure: Failure, last: Date): Failure {
  const { kind, message, retryAt, detail, operation, cause } = failure;
  // An invalid date is on neither side.
  if (retryAt === undefined || retryAt <= last) return failure;
  return new Failure(kind, message, {
    cause,
    retryAt: last,
    ...(detail === undefined ? {} : { detail }),
    ...(operation === undefined ? {} : { operation }),
  });
}

function byDefault(reply: Reply, now: Date): Failure | undefined {
  const { status } = reply;
  if (status >= 200 && status < 300)
    return looksLikeHtml(reply.body)
      ? new Failure(
          'transient',
          `answered ${status} with an HTML page where data was expected; it is tried again`,
        )
      : undefined;
  const detail = detailOf(reply.body);
  const said = retryAfter(reply.headers['retry-after'], now);
  const failure = (kind: FailureKind, message: string, retryAt?: Date): Failure =>
    new Failure(kind, `${status}: ${message}`, {
      ...(detail === undefined ? {} : { detail }),
      ...(retryAt === undefined ? {} : { retryAt }),
    });
  if (status === 429)
    return failure('throttled', 'the platform asks for fewer calls', said ?? later(now, UNTOLD));
  if (status === 430) {
    const wait = later(now, ABUSE);
    return failure('throttled', 'the platform takes the calls for abuse', said ? latest(said, wait) : wait);
  }
  if (status < 400)
    return failure(
      'refused',
      `redirected to ${destination(reply)}: redirects are not followed; correct the connection’s address`,
    );
  const known = BY_STATUS[status];
  if (known) return failure(...known, known[0] === 'transient' ? said : undefined);
  return status < 500
    ? failure('refused', 'the platform refused the request')
    : failure('transient', 'the platform failed inside; it is tried again', said);
}

function destination({ headers }: Reply): string {
  const to = headers['location'];
  return to && URL.canParse(to) ? new URL(to).host : 'another address';
}

/** So much of a page of HTML is searched for its words. Beyond the end of an unclosed tag each one would look anew. */
const HTML_READ = 32_000;
const TAGS = /<(?:style|script)[\s\S]*?<\/(?:style|script)>|<[^<>]*>/gi;

/** What the platform said, cut short and without what looks like a secret, for the error desk. */
export function detailOf(body: unknown): string | undefined {
  if (body === null || body === undefined) return undefined;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const plain = looksLikeHtml(text) ? text.slice(0, HTML_READ).replace(TAGS, ' ') : text;
  // Cut before redacting would leave half a secret at the edge; what is far behind it is never shown.
  const line = redactText(plain.slice(0, 4000)).replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : line.slice(0, 500);
}
