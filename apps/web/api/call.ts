import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteName } from '../../console/api/types.js';
import { csrf, leaveForSignIn } from './me.js';
import { Problem } from './problem.js';

type Named<Name extends string, T> = [T] extends [Record<string, never> | undefined]
  ? { readonly [K in Name]?: undefined }
  : Record<string, never> extends T
    ? { readonly [K in Name]?: T }
    : { readonly [K in Name]: T };

/** What a route is asked with: the parts that it declares, typed by its own schemas. */
export type Ask<K extends RouteName> = Named<'params', ParamsOf<K>> &
  Named<'query', QueryOf<K>> &
  Named<'body', BodyOf<K>>;

/** What stands after the route's name: nothing, where the route asks nothing. */
export type Asked<K extends RouteName> =
  Record<string, never> extends Ask<K> ? [ask?: Ask<K>] : [ask: Ask<K>];

export interface Answer<T> {
  readonly reply: T;
  /** The deed's id where it can be taken back. */
  readonly undo: string | null;
}

type Loose = { params?: object; query?: object; body?: unknown };

export const API = '/api/v1';

/** `/api/v1/runs/run_1?limit=50` for `GET /runs/{id}`. Empty filters are left out. */
export function addressOf<K extends RouteName>(key: K, ...[ask]: Asked<K>): string {
  const { params = {}, query = {} } = (ask ?? {}) as Loose;
  const given = params as Record<string, string>;
  const path = key
    .slice(key.indexOf(' ') + 1)
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  return `${API}${path}${search.size > 0 ? `?${search}` : ''}`;
}

/** One call of the API. Throws a `Problem`; where the sign-in is over it leads there instead. */
export async function call<K extends RouteName>(key: K, ...asked: Asked<K>): Promise<Answer<ReplyOf<K>>> {
  const { body } = (asked[0] ?? {}) as Loose;
  return send<ReplyOf<K>>(key.slice(0, key.indexOf(' ')), addressOf(key, ...asked), body);
}

/** The one call that keeps an address of its own: the test mail. */
export const sendTestMail = (email: string): Promise<Answer<{ answer: string }>> =>
  send('POST', '/api/test/email', { email });

async function send<T>(method: string, address: string, body: unknown): Promise<Answer<T>> {
  const reply = await fetch(address, {
    method,
    headers: {
      Accept: 'application/json',
      ...(method === 'GET' ? {} : { 'X-XSRF-TOKEN': csrf(), 'Idempotency-Key': freshKey() }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Problem(0, 'No reply', 'The console cannot be reached.');
  });
  if (!reply.ok) throw await problemOf(reply);
  const text = reply.status === 204 ? '' : await reply.text();
  return { reply: (text ? JSON.parse(text) : undefined) as T, undo: reply.headers.get('X-Stratus-Undo') };
}

async function problemOf(reply: Response): Promise<Problem> {
  if (reply.status === 401) leaveForSignIn();
  const told = (await reply.json().catch(() => ({}))) as Partial<Pick<Problem, 'title' | 'errors'>> & {
    detail?: string;
  };
  return new Problem(
    reply.status,
    told.title ?? `Refused (${reply.status})`,
    told.detail ?? 'The console gave no reason.',
    told.errors,
  );
}

/** `crypto.randomUUID` is there for https alone. */
function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
