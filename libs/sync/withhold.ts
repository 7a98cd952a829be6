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
  const told = isText ? body : written(body);
  // What nests too deep to be written holds nothing that anybody is told of.
  if (told === null) return null;
  let rest = told;
  for (const secret of secrets)
    for (const spelling of spellings(secret)) rest = rest.replaceAll(spelling, CENSORED);
  if (rest === told) return body;
  return isText ? rest : JSON.parse(rest);
}

/** As it is, in an address, in a form, in JSON. */
function spellings(secret: string): string[] {
  // Half of a pair of surrogates is nothing that an address can spell.
  const whole = Buffer.from(secret).toString();
  return [
    secret,
    encodeURIComponent(whole),
    new URLSearchParams([['', whole]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ];
}

function written(body: unknown): string | null {
  try {
    return JSON.stringify(body);
  } catch {
    return null;
  }
}

/** Every text in the credentials, the longest first: one may be a part of another. */
function stringsIn(secrets: unknown): string[] {
  if (typeof secrets === 'string') return secrets.length < SHORTEST ? [] : [secrets];
  if (typeof secrets !== 'object' || secrets === null) return [];
  return Object.values(secrets)
    .flatMap(stringsIn)
    .sort((one, other) => other.length - one.length);
}
