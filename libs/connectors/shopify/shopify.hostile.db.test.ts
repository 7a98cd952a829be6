import type { HttpRequest } from '#http';
import type { Json } from '#kernel';
import { describeHostile } from '../../../tests/describe-hostile.js';
import type { Wire } from '../../../tests/hostile.js';
import { shopify } from './platform.js';
import { fixture } from './testing/fixture.js';

/** The records of kept replies. */
function kept(list: string, names: readonly string[]): Wire[] {
  return names.flatMap(
    (name) => (fixture(name) as { data: Record<string, { nodes: Wire[] }> }).data[list]!.nodes,
  );
}

const POOL: Readonly<Record<string, readonly Wire[]>> = {
  orders: kept('orders', [
    'orders-cancelled',
    'orders-edited-abroad',
    'orders-more-lines',
    'orders-nulls',
    'orders-same-sku-twice',
  ]),
  customers: kept('customers', ['customers']),
  products: kept('products', ['products', 'products-more-variants']),
};
const NESTED: Readonly<Record<string, readonly [list: string, type: string]>> = {
  orders: ['lineItems', 'LineItem'],
  products: ['variants', 'ProductVariant'],
};
const TYPE: Readonly<Record<string, string>> = {
  orders: 'Order',
  customers: 'Customer',
  products: 'Product',
};
const FIRST = Date.parse('2026-11-21T08:00:00Z');

/** The nth record: a real one with ids of its own, as many of its children as keep a page small. */
function record(list: string, n: number): Wire {
  const one = structuredClone(POOL[list]![n % POOL[list]!.length]!);
  const nested = NESTED[list];
  if (nested) {
    const [name, type] = nested;
    const { pageInfo, nodes } = one[name] as { pageInfo: Json; nodes: Wire[] };
    const children = nodes
      .slice(0, 4)
      .map((node, i) => ({ ...node, id: `gid://shopify/${type}/${1e9 + n * 10 + i}` }));
    Object.assign(one, { [name]: { pageInfo, nodes: children } });
  }
  return Object.assign(one, {
    id: `gid://shopify/${TYPE[list]}/${1e6 + n}`,
    updatedAt: new Date(FIRST + n * 1000).toISOString(),
  });
}

interface Asked {
  readonly query: string;
  readonly variables: { readonly first?: number; readonly after?: string | null };
}
const asked = ({ json }: HttpRequest): Asked => json as unknown as Asked;

/** The end of a nested list, whoever asks for it. */
const NOTHING_MORE = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };

for (const list of ['orders', 'customers', 'products'])
  describeHostile({
    platform: shopify,
    stream: `shopify.${list}`,
    connection: { settings: { shop: 'demo' }, credentials: { accessToken: 'shpat_hostile' } },
    record: (n) => record(list, n),
    body: (nodes, next) => ({
      data: {
        [list]: {
          nodes,
          pageInfo: { hasNextPage: next !== null, endCursor: next === null ? null : String(next) },
        },
      },
    }),
    pageOf: (request) => {
      const { variables } = asked(request);
      return variables.first === undefined ? null : Number(variables.after ?? 0);
    },
    other: () => ({
      data: { order: { lineItems: NOTHING_MORE }, product: { variants: NOTHING_MORE }, nodes: [] },
    }),
  });
