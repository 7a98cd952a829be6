import { z } from 'zod';
import type { HttpRequest, Reply, Sender } from '#http';
import { decimal, minutes, seconds } from '#kernel';
import {
  defineStream,
  download,
  eachListed,
  PlaceLost,
  Unavailable,
  wireInstant,
  type Cursor,
  type Parent,
  type Platform,
  type Stream,
} from '#sync';
import { defineTable, exact, instant, integer, text } from '#warehouse/tables';
import { fakePlatform } from './fake-platform.js';

/** One entry of an account. */
export interface Entry {
  id: string;
  account: string;
  at: string;
  editedAt: string;
  amount: string;
}

const DAY = 86_400_000;
const FIRST = Date.parse('2026-11-01T00:00:00.000Z');

/** The day a number of days after the first of November, as an instant. */
export const day = (n: number, more = 0): string => new Date(FIRST + n * DAY + more).toISOString();

export const entry = (account: string, n: number, more: Partial<Entry> = {}): Entry => ({
  id: `${account}${String(n).padStart(3, '0')}`,
  account,
  at: day(n),
  editedAt: day(n),
  amount: `${n}.50`,
  ...more,
});

export const entries = (account: string, count: number, first = 1): Entry[] =>
  Array.from({ length: count }, (_, i) => entry(account, first + i));

/** The table of things, by other names: one of the tables that every test engine has. */
const table = defineTable('test_things', {
  name: text(),
  qty: integer(),
  price: exact().orNull,
  madeAt: instant().orNull,
});

const Wire = z.object({
  id: z.string(),
  account: z.string(),
  at: wireInstant,
  editedAt: wireInstant,
  amount: z.string().transform((value) => decimal(value)),
});
type Wire = z.output<typeof Wire>;

const Page = z.object({ entries: z.array(z.unknown()) });

/** `<…?page=2>; rel="next"`, as many platforms page. */
const nextIn = (headers: Readonly<Record<string, string>>): number | null => {
  const found = /[?&]page=(\d+)[^>]*>; rel="next"/.exec(headers['link'] ?? '');
  return found ? Number(found[1]) : null;
};

const accounts = eachListed({
  request: ({ window, place }) => ({
    path: '/accounts',
    query: {
      page: (place as number | null) ?? 1,
      from: window.from?.toISOString(),
      to: window.to.toISOString(),
    },
    operation: 'accounts',
  }),
  body: z.object({ accounts: z.array(z.object({ id: z.string() })) }),
  parents: (body): readonly Parent[] => body.accounts,
  next: ({ headers }) => nextIn(headers),
});

/** Entries per account, two a page, by `Link` headers. */
export function bankStream(
  name: `fake.${string}`,
  cursor: Partial<Cursor<Wire>> | null = {},
  more: Partial<Pick<Stream, 'each'>> = { each: accounts },
): Stream {
  const stream = defineStream({
    name,
    title: 'Entries',
    every: minutes(15),
    size: { start: 2, min: 1, max: 2 },
    request: ({ window, parent, place, size }) => ({
      path: '/entries',
      query: {
        account: parent.id,
        from: window.from?.toISOString(),
        to: window.to.toISOString(),
        page: (place as number | null) ?? 1,
        size,
      },
      operation: 'entries',
    }),
    body: Page,
    records: (body) => body.entries,
    next: ({ headers }) => nextIn(headers),
    schema: Wire,
    key: (one) => one.id,
    ...(cursor === null
      ? {}
      : {
          cursor: {
            of: (one: Wire) => one.at,
            order: 'unordered' as const,
            lookback: minutes(5),
            startAt: null,
            ...cursor,
          },
        }),
    into: table,
    map: (one) => ({ name: one.account, qty: 1, price: one.amount, madeAt: one.at }),
  });
  return { ...stream, ...more };
}

/** Statements of accounts: each listed, its address asked for, its file downloaded, one line an entry. */
export const statements = {
  ...defineStream({
    name: 'fake.statements',
    title: 'Statements',
    every: minutes(15),
    size: { start: 1, min: 1, max: 1 },
    each: accounts,
    request: ({ parent }) => ({ path: '/address', query: { of: parent.id }, operation: 'address' }),
    download: download({
      reply: z.object({ url: z.string(), packed: z.boolean() }),
      hosts: [/^files\.example$/],
      address: ({ url, packed }) => ({ url, gzip: packed }),
      parse: (content) => {
        if (!content.startsWith('id,')) throw new Error('no statement');
        return {
          entries: content
            .trim()
            .split('\n')
            .slice(1)
            .map((line) => {
              const [id, at, amount] = line.split(',');
              return { id, at, amount };
            }),
        };
      },
    }),
    body: Page,
    records: (body, { parent }) =>
      body.entries.map((one) => ({ ...(one as object), editedAt: (one as Entry).at, account: parent.id })),
    schema: Wire,
    key: (one) => one.id,
    cursor: { of: (one) => one.at, order: 'unordered', lookback: seconds(0), startAt: null },
    into: table,
    map: (one) => ({ name: one.account, qty: 1, price: one.amount, madeAt: one.at }),
  }),
};

/** The fake platform with these streams: 410 is a page token that died, 451 what the account does not have. */
export const bankPlatform = (streams: readonly Stream[]): Platform => ({
  ...fakePlatform({ streams }),
  classify: ({ status }) =>
    status === 410
      ? new PlaceLost('410: the page token has expired')
      : status === 451
        ? new Unavailable('451: the plan has no bank accounts')
        : undefined,
});

/** A bank out of memory: accounts in pages of two, entries in pages as large as asked for, both by page number. */
export class FakeBank implements Sender {
  accounts: string[] = [];
  entries: (Entry | Record<string, unknown>)[] = [];
  readonly requests: HttpRequest[] = [];
  script: (request: HttpRequest, n: number) => Reply | undefined = () => undefined;

  async send(request: HttpRequest, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    this.requests.push(request);
    return this.script(request, this.requests.length) ?? this.serve(request);
  }

  close(): void {
    // Nothing to close.
  }

  reply(status: number, body: unknown = null, headers: Record<string, string> = {}): Reply {
    return { status, headers, body, ms: 1, attempts: 1 };
  }

  /** What was asked for: `a 2` is the second page of account a; a word is another call. */
  get asked(): string[] {
    return this.requests.map(({ url, query = {} }) => {
      const path = new URL(url).pathname.slice(1);
      return path === 'entries' ? `${query['account']} ${query['page']}` : path;
    });
  }

  /** The spans that entries were asked for, in days since the first of November. */
  get spans(): (readonly [number | null, number])[] {
    const n = (at: unknown): number => (Date.parse(String(at)) - FIRST) / DAY;
    return this.requests
      .filter(({ url }) => url.endsWith('/entries'))
      .map(({ query = {} }) => [query['from'] === undefined ? null : n(query['from']), n(query['to'])]);
  }

  serve({ url, query = {} }: HttpRequest): Reply {
    const { pathname } = new URL(url);
    const page = Number(query['page'] ?? 1);
    if (pathname === '/accounts')
      return this.paged(
        'accounts',
        this.accounts.map((id) => ({ id })),
        page,
        2,
      );
    if (pathname !== '/entries') return this.reply(404);
    const { account, from = '', to, size } = query;
    const found = (this.entries as Entry[]).filter(
      (one) => (account === '' || one.account === account) && one.at >= String(from) && one.at <= String(to),
    );
    return this.paged('entries', found, page, Number(size));
  }

  private paged(name: string, all: readonly unknown[], page: number, size: number): Reply {
    const headers: Record<string, string> = { 'x-total-count': String(all.length) };
    if (page * size < all.length)
      headers['link'] = `<https://x.example/${name}?page=${page + 1}>; rel="next"`;
    return this.reply(200, { [name]: all.slice((page - 1) * size, page * size) }, headers);
  }
}
