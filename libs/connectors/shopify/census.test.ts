import { ORDER_COUNT, countDocument, countOf } from './census.js';
import { customers } from './streams/customers.js';
import { orders } from './streams/orders.js';
import { products } from './streams/products.js';
import { KEYS, NOW, sandbox, settings } from './testing/sandbox.js';

const credentials = { accessToken: KEYS.accessToken };
const window = { from: new Date('2026-11-20T16:30:45.900Z'), to: NOW };

const reply = (counted: unknown, scopes: readonly string[] = []) => ({
  data: { counted, currentAppInstallation: { accessScopes: scopes.map((handle) => ({ handle })) } },
});

describe('a count of Shopify’s', () => {
  const { says } = countOf(ORDER_COUNT);

  it('is exact or none: what is only a lower bound proves nothing', () => {
    expect(says(reply({ count: 12, precision: 'EXACT' }, ['read_all_orders']))).toEqual({
      count: 12,
      hidden: null,
    });
    expect(says(reply({ count: 10_001, precision: 'AT_LEAST' }, ['read_all_orders'])).count).toBeNull();
    expect(says(reply(null, ['read_all_orders'])).count).toBeNull();
    expect(() => says({ data: {} })).toThrow('counted');
    expect(() => says(reply({ count: -1, precision: 'EXACT' }))).toThrow('count');
  });

  it('tells that orders are hidden from an app that may not see them all', () => {
    expect(says(reply({ count: 12, precision: 'EXACT' }, ['read_orders'])).hidden).toBe('no read_all_orders');
  });

  it('asks without a limit, for the window that the list was asked for', () => {
    const { json } = orders.census!.request({ window, settings });
    expect(json).toEqual({
      query: countDocument(ORDER_COUNT),
      variables: {
        query: "updated_at:>='2026-11-20T16:30:45Z' AND updated_at:<='2026-11-21T10:00:00Z'",
      },
    });
    expect(countDocument(ORDER_COUNT)).toContain('limit: null');
  });

  it('of customers begins with the day, as their list does', () => {
    expect(customers.census!.span!({ from: window.from, to: new Date('2026-11-21T10:00:00.700Z') })).toEqual({
      from: new Date('2026-11-20T00:00:00Z'),
      to: NOW,
    });
  });

  it.each([orders, customers, products].map((stream) => [stream.name, stream] as const))(
    'is what the list of %s holds, at no more than its weight',
    async (_, stream) => {
      const shop = sandbox();
      const whole = { from: null, to: NOW };
      const spec = stream.census!.request({ window: whole, settings });
      const { body } = await shop.call(spec, credentials);
      expect(stream.census!.says(body)).toEqual({
        count: shop.simulator.truth('demo').streams[stream.name]!.records,
        hidden: null,
      });
      const { cost } = (body as { extensions: { cost: Record<string, number> } }).extensions;
      expect(spec.weight).toBeGreaterThanOrEqual(cost['requestedQueryCost']!);
    },
  );
});

describe('the sandbox’s counts', () => {
  const ask = async (query: string, shop = sandbox()) => {
    const { body } = await shop.call(
      { method: 'POST', path: '/admin/api/2026-10/graphql.json', operation: 'ask', json: { query } },
      credentials,
    );
    return body as {
      data: Record<string, { count: number; precision: string }>;
      extensions: { cost: { requestedQueryCost: number }; search?: { warnings: { field: string }[] }[] };
    };
  };

  it('end at their limit, with one more and the word for it, and cost one point each', async () => {
    const { data, extensions } = await ask(
      '{ few: ordersCount(limit: 10) { count precision } all: ordersCount(limit: null) { count precision } }',
    );
    expect(data).toEqual({
      few: { count: 11, precision: 'AT_LEAST' },
      all: { count: 300, precision: 'EXACT' },
    });
    expect(extensions.cost.requestedQueryCost).toBe(2);
  });

  it('ignore a filter that they do not know, and say so', async () => {
    const { data, extensions } = await ask('{ customersCount(query: "email:nobody@x") { count } }');
    expect(data['customersCount']!.count).toBeGreaterThan(0);
    expect(extensions.search?.[0]?.warnings[0]?.field).toBe('email');
  });

  it('lie where they were told to, and lists are empty where they were', async () => {
    const shop = sandbox();
    shop.simulator.knobs('demo', { lie: { stream: 'orders', count: -20 } });
    const query = '{ ordersCount { count } productsCount { count } orders(first: 1) { nodes { id } } }';
    const honest = await ask(query);
    const said = await ask(query, shop);
    expect(said.data['ordersCount']!.count).toBe(honest.data['ordersCount']!.count - 20);
    expect(said.data['productsCount']).toEqual(honest.data['productsCount']);
    shop.simulator.knobs('demo', { lie: { stream: 'orders', empty: true } });
    expect((await ask(query, shop)).data).toMatchObject({ orders: { nodes: [] } });
    shop.simulator.knobs('demo', { lie: null });
    expect((await ask(query, shop)).data).toEqual(honest.data);
  });
});
