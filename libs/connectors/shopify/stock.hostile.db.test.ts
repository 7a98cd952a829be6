import type { HttpRequest } from '#http';
import type { Json } from '#kernel';
import { describeHostile } from '../../../tests/describe-hostile.js';
import type { Wire } from '../../../tests/hostile.js';
import { shopify } from './platform.js';
import { fixture } from './testing/fixture.js';

/** Locations, stock and payouts: `shopify.hostile.db.test.ts` has the other lists. */

type Lists = Record<string, { nodes: Wire[] }>;
const dataOf = (name: string) => (fixture(name) as { data: Lists & { shopifyPaymentsAccount: Lists } }).data;

const TRANSACTIONS = dataOf('balance-transactions').shopifyPaymentsAccount['balanceTransactions']!.nodes;

interface List {
  readonly operation: string;
  readonly type: string;
  readonly pool: readonly Wire[];
  readonly own: (n: number) => object;
  readonly data: (list: { nodes: readonly unknown[]; pageInfo: Json }) => object;
}

const FIRST = Date.parse('2026-11-21T08:00:00Z');

const LISTS: Readonly<Record<string, List>> = {
  locations: {
    operation: 'Locations',
    type: 'Location',
    pool: dataOf('locations')['locations']!.nodes,
    own: () => ({}),
    data: (locations) => ({ locations }),
  },
  inventory: {
    operation: 'Inventory',
    type: 'InventoryItem',
    pool: dataOf('inventory')['inventoryItems']!.nodes,
    own: () => ({}),
    data: (inventoryItems) => ({ inventoryItems }),
  },
  payouts: {
    operation: 'Payouts',
    type: 'ShopifyPaymentsPayout',
    pool: dataOf('payouts').shopifyPaymentsAccount['payouts']!.nodes,
    // As the stream hands it on: with the transactions that stood beside it.
    own: (n) => ({
      issuedAt: new Date(FIRST + n * 1000).toISOString(),
      transactions: TRANSACTIONS.slice(0, 3).map((one, i) => ({
        ...one,
        id: `gid://shopify/ShopifyPaymentsBalanceTransaction/${1e9 + n * 10 + i}`,
      })),
    }),
    data: (payouts) => ({ shopifyPaymentsAccount: { payouts } }),
  },
};

interface Asked {
  readonly query: string;
  readonly variables: { readonly after?: string | null };
}
const asked = ({ json }: HttpRequest): Asked => json as unknown as Asked;

const NOTHING_MORE = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };

for (const [list, { operation, type, pool, own, data }] of Object.entries(LISTS))
  describeHostile({
    platform: shopify,
    stream: `shopify.${list}`,
    connection: { settings: { shop: 'demo' }, credentials: { accessToken: 'shpat_hostile' } },
    // Without a clock of changes there is none to hurt.
    fields: { id: 'id', updatedAt: list === 'payouts' ? 'issuedAt' : null },
    record: (n) =>
      ({
        ...structuredClone(pool[n % pool.length]!),
        id: `gid://shopify/${type}/${1e6 + n}`,
        ...own(n),
      }) as Wire,
    body: (nodes, next) => ({
      data: data({
        nodes,
        pageInfo: { hasNextPage: next !== null, endCursor: next === null ? null : String(next) },
      }),
    }),
    pageOf: (request) => {
      const { query, variables } = asked(request);
      return query.startsWith(`query ${operation}(`) ? Number(variables.after ?? 0) : null;
    },
    other: () => ({
      data: {
        inventoryItem: { inventoryLevels: NOTHING_MORE },
        shopifyPaymentsAccount: { balanceTransactions: NOTHING_MORE },
      },
    }),
  });
