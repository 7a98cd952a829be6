import type { Reply } from '#http';
import type { Failure } from '#kernel';

const CENSORED = '[redacted]';
/** What is shorter is as likely a word of the platform's own. */
const SHORTEST = 8;

/**
 * What a reply means, told without the secrets that it was asked with: some platforms say a wrong token, or the whole
 * request, back, and a token that looks like nothing known is found by its value alone. `judge` is asked a second time
 * where the reply holds one, so that whatever it makes of the body, cuts of it included, is made without them.
 */
export function judgedWithout(
  reply: Reply,
  secrets: unknown,
  judge: (reply: Reply) => Failure | null | undefined,
): Failure | undefined {
  const failure = judge(reply);
  if (!failure) return undefined;
  const body = without(reply.body, stringsIn(secrets));
  return body === reply.body ? failure : (judge({ ...reply, body }) ?? failure);
}

/** The same body where it holds none of them. */
function without(body: unknown, secrets: readonly string[]): unknown {
  if (body === null || body === undefined || Buffer.isBuffer(body)) return body;
  const isText = typeof body === 'string';
  const told = isText ? body : JSON.stringify(body);
  let rest = told;
  for (const secret of secrets)
    for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
      rest = rest.replaceAll(spelling, CENSORED);
  if (rest === told) return body;
  return isText ? rest : JSON.parse(rest);
}

/** Every text in the credentials, the longest first: one may be a part of another. */
function stringsIn(secrets: unknown): string[] {
  if (typeof secrets === 'string') return secrets.length < SHORTEST ? [] : [secrets];
  if (typeof secrets !== 'object' || secrets === null) return [];
  return Object.values(secrets)
    .flatMap(stringsIn)
    .sort((one, other) => other.length - one.length);
}
