import { days } from '#kernel';
import type { HttpRequest } from '#http';
import { describeHostile } from '../../../tests/describe-hostile.js';
import type { Wire } from '../../../tests/hostile.js';
import { amazon } from './platform.js';
import { fixture } from './testing/fixture.js';
import { nearby } from './testing/nearby.js';
import { HOME } from './testing/stage.js';

const ordersIn = (name: string): Wire[] => (fixture(name) as { orders: Wire[] }).orders;
const payload = (name: string) => (fixture(name) as { payload: Record<string, Wire[]> }).payload;

const POOL: Readonly<Record<string, readonly Wire[]>> = {
  orders: ['orders', 'orders-pending', 'orders-cancelled', 'orders-abroad'].flatMap(ordersIn),
  inventory: payload('inventory')['inventorySummaries']!.slice(0, 1),
  transactions: payload('transactions')['transactions']!.slice(0, 2),
};

const FIRST = Date.parse('2026-11-21T08:00:00Z');
const at = (n: number): string => new Date(FIRST + n * 1000).toISOString();

/** The nth record: a kept one with ids of its own, down to its lines. */
const RECORD: Readonly<Record<string, (one: Wire, n: number) => object>> = {
  orders: (one, n) => ({
    orderId: `203-0000000-${String(n).padStart(7, '0')}`,
    lastUpdatedTime: at(n),
    orderItems: (one['orderItems'] as Wire[]).map((item, i) => ({
      ...item,
      orderItemId: `${1e9 + n * 10 + i}`,
    })),
  }),
  // As the stream hands it on: with the marketplace it was asked for.
  inventory: (_, n) => ({ sellerSku: `SKU-${n}`, marketplaceId: HOME }),
  transactions: (_, n) => ({ transactionId: `tx-${n}`, postedDate: at(n) }),
};

const PATHS: Readonly<Record<string, string>> = {
  orders: '/orders/2026-01-01/orders',
  inventory: '/fba/inventory/v1/summaries',
  transactions: '/finances/2024-06-19/transactions',
};

const BODY: Readonly<Record<string, (records: readonly unknown[], next: number | null) => object>> = {
  orders: (orders, next) => ({
    orders,
    ...(next === null ? {} : { pagination: { nextToken: String(next) } }),
  }),
  inventory: (inventorySummaries, next) => ({
    payload: { inventorySummaries },
    ...(next === null ? {} : { pagination: { nextToken: String(next) } }),
  }),
  transactions: (transactions, next) => ({
    payload: { transactions, ...(next === null ? {} : { nextToken: String(next) }) },
  }),
};

function pageOf({ query = {} }: HttpRequest): number {
  return Number(query['paginationToken'] ?? query['nextToken'] ?? 0);
}

for (const list of Object.keys(PATHS))
  describeHostile({
    platform: nearby(amazon, days(6)),
    stream: `amazon.${list}`,
    connection: {
      settings: { region: 'eu', marketplaceIds: HOME },
      credentials: {
        clientId: 'id',
        clientSecret: 'secret',
        refreshToken: 'refresh',
        accessToken: 'Atza|x',
        expiresAt: '2999-01-01T00:00:00Z',
      },
    },
    // Without an id a transaction is known by its content; without a date it could be in no window.
    fields: {
      orders: { id: 'orderId', updatedAt: 'lastUpdatedTime' },
      inventory: { id: 'sellerSku', updatedAt: null },
      transactions: { id: 'postedDate', updatedAt: 'postedDate' },
    }[list]!,
    record: (n) => {
      const pool = POOL[list]!;
      const one = structuredClone(pool[n % pool.length]!);
      return Object.assign(one, RECORD[list]!(one, n));
    },
    body: BODY[list]!,
    pageOf: (request) => (new URL(request.url).pathname === PATHS[list] ? pageOf(request) : null),
    other: () => BODY[list]!([], null),
  });
