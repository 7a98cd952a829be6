import type { HttpRequest } from '#http';
import type { Json } from '#kernel';
import { describeHostile } from '../../../tests/describe-hostile.js';
import type { Wire } from '../../../tests/hostile.js';
import { listQuery, nextInList } from './pages.js';
import { freeagent } from './platform.js';
import { fixture } from './testing/fixture.js';

const POOLS: Readonly<Record<string, readonly string[]>> = {
  contacts: ['contacts'],
  invoices: ['invoices', 'invoices-abroad'],
  bills: ['bills'],
  bank_transactions: ['bank-transactions'],
  bank_transaction_explanations: ['bank-transaction-explanations'],
};
const CHILDREN: Readonly<Record<string, string>> = { invoices: 'invoice_items', bills: 'bill_items' };

const BASE = 'https://api.freeagent.com/v2';
const FIRST = Date.parse('2026-11-20T08:00:00Z');

/** The nth record: a real one with ids of its own, down to its children. */
function record(list: string, n: number): Wire {
  const pool = POOLS[list]!.flatMap((name) => (fixture(name) as Record<string, Wire[]>)[list]!);
  const one = structuredClone(pool[n % pool.length]!);
  const name = CHILDREN[list];
  const children = name === undefined ? [] : (one[name] as Wire[]);
  return Object.assign(one, {
    url: `${BASE}/${list}/${1_000_000 + n}`,
    updated_at: new Date(FIRST + n * 1000).toISOString(),
    // As its page adds it, and as the quarantine keeps it.
    ...(list.startsWith('bank_') ? { currency: 'GBP' } : {}),
    ...(name === undefined
      ? {}
      : { [name]: children.map((child, i) => ({ ...child, url: `${BASE}/items/${1e8 + n * 10 + i}` })) }),
  }) as Record<string, Json>;
}

/**
 * The walk by `updated_at` is held by `pages.test.ts`; here records are hurt, not lists, and every list is turned page by
 * page as the stand-in serves it.
 */
const platform = {
  ...freeagent,
  streams: freeagent.streams.map((stream) =>
    stream.cursor?.order === 'ascending'
      ? ({
          ...stream,
          request: (query) => ({
            ...stream.request({ ...query, place: null }),
            query: listQuery(query),
          }),
          records: (body) => Object.values(body as Record<string, unknown[]>)[0]!,
          next: ({ place, size, headers = {} }) => nextInList({ place, size, headers }, 0),
        } satisfies typeof stream)
      : stream,
  ),
};

const isPage = ({ url }: HttpRequest, list: string): boolean => new URL(url).pathname === `/v2/${list}`;

for (const list of Object.keys(POOLS))
  describeHostile({
    platform,
    stream: `freeagent.${list}`,
    connection: { settings: {}, credentials: { accessToken: 'hostile' } },
    fields: { id: 'url', updatedAt: 'updated_at' },
    record: (n) => record(list, n),
    body: (records) => ({ [list]: records }),
    headers: (page, pages) => ({
      link: page + 1 < pages ? `<${BASE}/${list}?page=${page + 2}>; rel='next'` : '',
    }),
    pageOf: (request) => (isPage(request, list) ? Number(request.query?.['page'] ?? 1) - 1 : null),
    other: () => ({ bank_accounts: [{ url: `${BASE}/bank_accounts/1`, currency: 'GBP' }] }),
  });
