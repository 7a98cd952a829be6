import type { HttpRequest } from '#http';
import { describeHostile } from '../../../tests/describe-hostile.js';
import type { Wire } from '../../../tests/hostile.js';
import { shopify } from './platform.js';
import { fulfillments } from './streams/fulfillments.js';
import { refunds } from './streams/refunds.js';
import { transactions } from './streams/transactions.js';
import { fixture } from './testing/fixture.js';

/** The records of kept pages, each with its order. */
const kept = (stream: typeof refunds, names: readonly string[]): Wire[] =>
  names.flatMap((name) => stream.records(stream.body.parse(fixture(name))) as Wire[]);

const POOL = {
  fulfillments: kept(fulfillments, ['fulfillments', 'fulfillments-cancelled', 'fulfillments-two-numbers']),
  refunds: kept(refunds, ['refunds', 'refunds-restock-only', 'refunds-duties', 'refunds-more-items']),
  transactions: kept(transactions, ['transactions', 'transactions-pending']),
};
type List = keyof typeof POOL;
const TYPE = { fulfillments: 'Fulfillment', refunds: 'Refund', transactions: 'OrderTransaction' };
const FIRST = Date.parse('2026-11-21T08:00:00Z');

/** The nth record: a real one with ids of its own. */
function record(list: List, n: number): Wire {
  const pool = POOL[list];
  const { part: _, ...one } = structuredClone(pool[n % pool.length]!);
  const { order } = one as { order: Wire };
  for (const [i, { nodes }] of ['refundLineItems', 'refundShippingLines', 'orderAdjustments']
    .flatMap((name) => (one[name] as { nodes: Wire[] } | undefined) ?? [])
    .entries())
    for (const [j, node] of nodes.entries())
      if (node['id'] !== null)
        node['id'] = String(node['id']).replace(/\d+$/, String(1e9 + n * 100 + i * 10 + j));
  return {
    ...one,
    id: `gid://shopify/${TYPE[list]}/${1e6 + n}`,
    order: {
      ...order,
      id: `gid://shopify/Order/${2e6 + n}`,
      updatedAt: new Date(FIRST + n * 1000).toISOString(),
    },
  };
}

const isWire = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The order that lists a record and nothing else. */
function orderOf(list: List, one: unknown): unknown {
  if (!isWire(one)) return { [list]: [one] };
  const { order, tracking, ...rest } = one;
  const parcel = 'tracking' in one ? { trackingInfo: tracking === null ? [] : [tracking] } : {};
  return { ...(isWire(order) ? order : {}), [list]: [{ ...rest, ...parcel }] };
}

const asked = ({ json }: HttpRequest) =>
  json as unknown as { query: string; variables: { after?: string | null } };

for (const list of ['fulfillments', 'refunds', 'transactions'] as const)
  describeHostile({
    platform: shopify,
    stream: `shopify.${list}`,
    connection: { settings: { shop: 'demo' }, credentials: { accessToken: 'shpat_hostile' } },
    record: (n) => record(list, n),
    fields: { id: 'id', updatedAt: list === 'transactions' ? null : 'updatedAt' },
    body: (records, next) => ({
      data: {
        orders: {
          nodes: records.map((one) => orderOf(list, one)),
          pageInfo: { hasNextPage: next !== null, endCursor: next === null ? null : String(next) },
        },
      },
    }),
    pageOf: (request) => {
      const { query, variables } = asked(request);
      return /^query (Fulfillments|Refunds|Transactions)\(/.test(query) ? Number(variables.after ?? 0) : null;
    },
    other: () => ({ data: { nodes: [], refund: null } }),
  });
