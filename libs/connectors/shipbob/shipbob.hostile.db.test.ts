import type { HttpRequest } from '#http';
import { describeHostile } from '../../../tests/describe-hostile.js';
import type { Wire } from '../../../tests/hostile.js';
import { shipbob } from './platform.js';
import { fixture } from './testing/fixture.js';

const items = (name: string): Wire[] => (fixture(name) as { items: Wire[] }).items;

const POOL: Readonly<Record<string, readonly Wire[]>> = {
  orders: ['orders', 'orders-split', 'orders-waiting'].flatMap((name) => fixture(name) as Wire[]),
  returns: items('returns'),
  receiving: fixture('receiving') as Wire[],
  products: items('products'),
  inventory: items('inventory'),
};
/** The children that have ids of their own, which must not be those of another record. */
const NESTED: Readonly<Record<string, string>> = { orders: 'shipments', products: 'variants' };

function record(list: string, n: number): Wire {
  const pool = POOL[list]!;
  const one = structuredClone(pool[n % pool.length]!);
  const id = String(1_000_000 + n);
  const nested = NESTED[list];
  if (nested)
    Object.assign(one, {
      [nested]: ((one[nested] ?? []) as Wire[]).map((child, i) => ({
        ...child,
        id: String(2_000_000 + n * 10 + i),
      })),
    });
  return Object.assign(one, list === 'inventory' ? { inventory_id: id } : { id });
}

/** All but the centres, which come in one reply: what this suite sends are pages. */
const PATHS: Readonly<Record<string, string>> = {
  orders: '/order',
  returns: '/return',
  receiving: '/receiving',
  products: '/product',
  inventory: '/inventory-level',
};

const pathOf = ({ url }: HttpRequest): string => new URL(url).pathname.replace(/^\/2026-01/, '');
/** Page numbers count from one, cursors from nought. */
function pageOf({ query = {} }: HttpRequest): number {
  const told = query['Page'] ?? query['Cursor'];
  return told === undefined ? Number(query['cursor'] ?? 0) : Number(told) - 1;
}

const ARRAYS = new Set(['orders', 'receiving']);

for (const list of Object.keys(PATHS))
  describeHostile({
    platform: shipbob,
    stream: `shipbob.${list}`,
    connection: { settings: {}, credentials: { accessToken: 'AB-1' } },
    // Its clock is the newest of several instants, and any of those may lack a zone.
    fields: { id: list === 'inventory' ? 'inventory_id' : 'id', updatedAt: null },
    record: (n) => record(list, n),
    body: (records, next) =>
      ARRAYS.has(list)
        ? records
        : { items: records, next: next === null ? null : `/2026-01${PATHS[list]}?cursor=${next}` },
    headers: (_, pages) => ({ 'total-pages': String(pages) }),
    pageOf: (request) => (pathOf(request) === PATHS[list] ? pageOf(request) : null),
    other: () => ({ items: [], next: null }),
  });
