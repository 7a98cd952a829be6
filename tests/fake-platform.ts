import { z } from 'zod';
import type { HttpRequest, Reply, Sender } from '#http';
import { decimal, minutes, parseInstant, sum, type Decimal, type Json } from '#kernel';
import { children, definePlatform, defineStream, type Cursor, type Platform, type Stream } from '#sync';
import { defineChildTable, defineTable, exact, instant, integer, text } from '#warehouse/tables';

/** One record of the fake platform, as its wire says it. */
export interface Thing {
  id: string;
  updatedAt: string;
  name: string;
  qty: number;
  price: string;
  gone: boolean;
  parts: string[];
  /** Parts beyond `parts`, read by further calls, so many at a time. */
  more?: string[];
}

const things = defineTable('test_things', {
  name: text(),
  qty: integer(),
  price: exact().orNull,
  madeAt: instant().orNull,
});
const parts = defineChildTable('test_parts', { name: text() });

export const tablesSql = [things, parts].map(
  (table) => `create table ${table.name} (
    ${table.child ? 'parent_source_id text not null, name text not null' : 'name text not null, qty integer not null, price numeric, made_at timestamptz'},
    connection_id text not null, source_id text not null, source_updated_at timestamptz,
    first_seen_at timestamptz not null default now(), synced_at timestamptz not null default now(),
    deleted_at timestamptz, run_id text not null, payload_hash text not null, primary key (connection_id, source_id));
    ${table.child ? `create index on ${table.name} (connection_id, parent_source_id)` : ''}`,
);

const Thing = z.object({
  id: z.string(),
  updatedAt: z.string().transform((value, context) => {
    const at = parseInstant(value);
    if (at) return at;
    context.issues.push({ code: 'custom', message: 'not an instant', input: value });
    return z.NEVER;
  }),
  name: z.string(),
  qty: z.number().int(),
  price: z.string().transform((value): Decimal => decimal(value)),
  gone: z.boolean(),
  parts: z.array(z.string()),
  rest: z.number().nullable(),
});
type ThingRecord = z.output<typeof Thing>;

const Body = z.object({ things: z.array(z.unknown()), next: z.json() });

type FakeSettings = { shop: string; region: string };

const place = (value: Json | null): string | undefined =>
  value === null ? undefined : JSON.stringify(value);

/** The fake platform's own count, and what the prices add up to. */
export const fakeCensus: NonNullable<Stream['census']> = {
  request: ({ window }) => ({
    path: '/eu/count',
    query: { since: window.from?.toISOString(), until: window.to.toISOString() },
    operation: 'count',
  }),
  says: (body) =>
    z
      .object({ count: z.number().nullable(), sum: z.string().nullable() })
      .transform(({ count, sum }) => ({ count, sum: sum === null ? null : decimal(sum) }))
      .parse(body),
  sums: 'price',
};

/** A stream of things; what a test does not say is as most platforms are. */
export function fakeStream(
  name: `fake.${string}`,
  cursor: Partial<Cursor<ThingRecord>> | null = {},
  more: Partial<Pick<Stream, 'map' | 'key' | 'size' | 'next' | 'census'>> = {},
): Stream {
  const stream = defineStream({
    name,
    title: 'Things',
    every: minutes(15),
    size: { start: 4, min: 1, max: 16 },
    request: ({ window, place: at, size, settings }) => ({
      path: `/${(settings as FakeSettings).region}/${name}`,
      query: { from: window.from?.toISOString(), to: window.to.toISOString(), place: place(at), size },
      operation: name,
    }),
    body: Body,
    records: (body) => body.things,
    next: ({ body }) => body.next,
    schema: Thing,
    key: (thing) => thing.id,
    ...(cursor === null
      ? {}
      : {
          cursor: {
            of: (thing: ThingRecord) => thing.updatedAt,
            order: 'ascending' as const,
            lookback: minutes(5),
            startAt: null,
            ...cursor,
          },
        }),
    follow: [
      {
        next: (thing) => thing.rest,
        request: ({ record, place: at }) => ({
          path: `/parts/${record.id}`,
          query: { from: String(at as number) },
          operation: 'parts',
        }),
        merge: (thing, body) => {
          const read = z.object({ parts: z.array(z.string()), rest: z.number().nullable() }).parse(body);
          return { ...thing, parts: [...thing.parts, ...read.parts], rest: read.rest };
        },
      },
    ],
    gone: (thing) => thing.gone,
    into: things,
    map: (thing) => ({ name: thing.name, qty: thing.qty, price: thing.price, madeAt: null }),
    children: [
      children({
        into: parts,
        of: (thing: ThingRecord) => thing.parts,
        key: (part) => part,
        map: (part) => ({ name: part }),
      }),
    ],
  });
  return { ...stream, ...more };
}

export interface FakeOptions {
  readonly streams?: readonly Stream[];
}

export function fakePlatform({ streams = [fakeStream('fake.things')] }: FakeOptions = {}): Platform {
  return definePlatform({
    name: 'fake',
    title: 'Fake',
    settings: z.object({ shop: z.string(), region: z.string().default('eu') }),
    credentials: z.object({
      token: z.string(),
      refresh: z.string().optional(),
      expiresAt: z.string().optional(),
    }),
    baseUrl: ({ shop }) => `https://${shop}.fake.example`,
    hosts: [/^[a-z]+\.fake\.example$/],
    auth: {
      sign: ({ token }) => ({ 'x-token': token }),
      expiresAt: ({ expiresAt }) => (expiresAt === undefined ? null : new Date(expiresAt)),
      renew: ({ credentials: { refresh } }) =>
        refresh === undefined
          ? null
          : { method: 'POST', path: '/token', form: { refresh }, operation: 'token' },
      // Not in the schema's order: nobody promised that.
      renewed: ({ body }) => z.object({ refresh: z.string(), token: z.string() }).parse(body),
    },
    limits: [],
    tooLarge: ({ status }) => status === 413,
    roomy: ({ headers }) => headers['x-room'] === 'yes',
    notice: ({ headers }) => headers['x-notice'] ?? null,
    probe: { request: () => ({ path: '/eu/probe', operation: 'probe' }), says: () => 'a fake' },
    streams,
  });
}

const BASE = Date.parse('2026-11-01T00:00:00.000Z');

/** `count` things, one a minute from the first of November, named by their number. */
export const manyThings = (count: number, first = 1): Thing[] =>
  Array.from({ length: count }, (_, i) => thing(first + i));

export const thing = (n: number, more: Partial<Thing> = {}): Thing => ({
  id: `t${String(n).padStart(4, '0')}`,
  updatedAt: new Date(BASE + n * 60_000).toISOString(),
  name: `thing ${n}`,
  qty: n,
  price: `${n}.50`,
  gone: false,
  parts: [`t${n}/1`],
  ...more,
});

/** What stands in for the network: answers at once, out of memory. */
export class FakeShop implements Sender {
  things: (Thing | Record<string, unknown>)[] = [];
  /** The token that is good now, and the one that renews it. */
  token = 'right';
  refresh = 'refresh 1';
  readonly requests: HttpRequest[] = [];
  readonly headers: Record<string, string> = {};
  /** Asked first: a reply of its own, a Failure thrown, or undefined to be served as ever. */
  script: (request: HttpRequest, n: number) => Reply | Promise<Reply> | undefined = () => undefined;
  /** Streams whose pages are not sorted by time. */
  sorted = true;
  /** Whether pages end where the window does. */
  bounded = false;
  /** What the shop says instead of its true count and sum. */
  counts: (count: number, sum: Decimal) => { count: number | null; sum: string | null } = (count) => ({
    count,
    sum: null,
  });

  async send(request: HttpRequest, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    this.requests.push(request);
    return (await this.script(request, this.requests.length)) ?? this.serve(request);
  }

  close(): void {
    // Nothing to close.
  }

  reply(status: number, body: unknown = null, headers: Record<string, string> = {}): Reply {
    return { status, headers: { ...this.headers, ...headers }, body, ms: 1, attempts: 1 };
  }

  /** Pages asked for so far: place and size. */
  get pages(): { place: unknown; size: number; from: string | undefined; to: string }[] {
    return this.requests
      .filter(({ query }) => query?.['to'] !== undefined)
      .map(({ query = {} }) => ({
        place: query['place'] === undefined ? null : (JSON.parse(String(query['place'])) as unknown),
        size: Number(query['size']),
        from: query['from'] as string | undefined,
        to: String(query['to']),
      }));
  }

  serve(request: HttpRequest): Reply {
    const url = new URL(request.url);
    if (url.pathname === '/token') return this.renew(request);
    if (request.headers?.['x-token'] !== this.token) return this.reply(401, { error: 'bad token' });
    const nested = /^\/parts\/(.+)$/.exec(url.pathname);
    if (nested) return this.nested(nested[1]!, Number(request.query?.['from']));
    return url.pathname.endsWith('/count') ? this.count(request) : this.page(request);
  }

  private count({ query = {} }: HttpRequest): Reply {
    const { since = '', until } = query;
    const counted = (this.things as Thing[]).filter(
      ({ updatedAt }) => updatedAt >= String(since) && updatedAt <= String(until),
    );
    return this.reply(200, this.counts(counted.length, sum(counted.map(({ price }) => decimal(price)))));
  }

  private renew({ form }: HttpRequest): Reply {
    if (form?.['refresh'] !== this.refresh) return this.reply(401, { error: 'bad refresh' });
    const n = Number(this.refresh.split(' ')[1]) + 1;
    this.token = `token ${n}`;
    this.refresh = `refresh ${n}`;
    return this.reply(200, { token: this.token, refresh: this.refresh });
  }

  private nested(id: string, from: number): Reply {
    const all = (this.things as Thing[]).find((one) => one.id === id)?.more ?? [];
    return this.reply(200, {
      parts: all.slice(from, from + 2),
      rest: from + 2 < all.length ? from + 2 : null,
    });
  }

  private page({ query = {} }: HttpRequest): Reply {
    const sortKey = (one: Partial<Thing>): string => `${this.sorted ? one.updatedAt : ''} ${one.id}`;
    const after =
      query['place'] === undefined ? '' : (JSON.parse(String(query['place'])) as { after: string }).after;
    const size = Number(query['size']);
    const left = (this.things as Partial<Thing>[])
      .filter(({ updatedAt = '' }) => query['from'] === undefined || updatedAt >= String(query['from']))
      .filter(({ updatedAt = '' }) => !this.bounded || updatedAt <= String(query['to']))
      .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
      .filter((one) => sortKey(one) > after);
    const page = left.slice(0, size);
    return this.reply(200, {
      things: page.map(({ more, ...one }) => ({ ...one, rest: more && more.length > 0 ? 0 : null })),
      next: left.length > size ? { after: sortKey(page.at(-1)!) } : null,
    });
  }
}
