import { Failure, later, seconds } from '#kernel';
import type { Platform } from '#sync';
import { z } from 'zod';
import { tokenFailure } from './auth.js';
import { scopeOf } from './scopes.js';

type Reply = Parameters<Platform['meter']>[0];

/** Where a refusal says nothing of when. */
const UNTOLD = 60;

/** `Rate limit is exceeded. Try again in 25 seconds.` */
const IN_WORDS = /try again in (\d+) seconds?/i;

/** Seconds to wait: ShipBob's own header, the common one, the number in its sentence. */
function waitOf({ headers, body }: Reply): number {
  const told = [
    headers['x-retry-after'],
    headers['retry-after'],
    IN_WORDS.exec(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''))?.[1],
  ];
  return Number(told.find((text) => text !== undefined && /^\d+(\.\d+)?$/.test(text.trim())) ?? UNTOLD);
}

/** Every way ShipBob words what is wrong, as one line. */
const Worded = z.union([
  z.object({ errors: z.array(z.string()).min(1) }).transform(({ errors }) => errors.join('; ')),
  z
    .object({ title: z.string(), detail: z.string().nullish() })
    .transform(({ title, detail }) => detail ?? title),
  z.object({ message: z.string() }).transform(({ message }) => message),
  // `{"PageSize": ["…"]}`, under an empty name where it is about the whole.
  z.record(z.string(), z.array(z.string())).transform((byField) =>
    Object.entries(byField)
      .map(([field, said]) => `${field || 'request'}: ${said.join(', ')}`)
      .join('; '),
  ),
  z.string().min(1),
]);

const isHtml = (body: unknown): boolean => typeof body === 'string' && /^\s*</.test(body);

/** What ShipBob says otherwise than others; undefined for the default reading. */
export function classify(reply: Reply, now: Date, operation = ''): Failure | undefined {
  const { status, body } = reply;
  if (status < 300) return undefined;
  const token = tokenFailure(body);
  if (token) return token;
  if (status === 429)
    return new Failure('throttled', '429: ShipBob asks for fewer calls', {
      retryAt: later(now, seconds(waitOf(reply))),
    });
  // A page of the edge before ShipBob, not ShipBob's word on the token.
  if (status === 403 && isHtml(body))
    return new Failure('transient', '403: the edge before ShipBob turned the call away; it is tried again');
  if (status === 403)
    return new Failure(
      'refused',
      `403: the token may not read ${operation || 'this'}: give it the scope ${scopeOf(operation) ?? 'that connections test names as missing'}`,
      wordsOf(body),
    );
  if (status === 400 || status === 422)
    return new Failure('refused', `${status}: ShipBob refused the request`, wordsOf(body));
  return undefined;
}

function wordsOf(body: unknown): { detail?: string } {
  const said = Worded.safeParse(body);
  return said.success ? { detail: said.data } : {};
}

/** Calls left in the window of a minute, over every endpoint. */
export function meter({ headers }: Reply): ReturnType<Platform['meter']> {
  const left = headers['x-remaining-calls'];
  return left !== undefined && /^\d+$/.test(left) ? { level: { available: Number(left) } } : {};
}
