import { Bucket, PLANS } from './bucket.js';
import { openDesk } from './testing/ask.js';

const cost = async (query: string, variables: object = {}) => {
  const { body } = await openDesk().query(query, variables);
  if (!body.data) throw new Error(JSON.stringify(body));
  return body.extensions.cost as { requestedQueryCost: number; actualQueryCost: number };
};

describe('the cost of a query', () => {
  it.each([
    ['an object', '{ shop { name } }', 1],
    [
      'objects in objects',
      '{ order(id: "gid://shopify/Order/6100000000003") { id totalPriceSet { shopMoney { amount } } } }',
      3,
    ],
    ['a connection of objects', '{ orders(first: 7) { pageInfo { hasNextPage } nodes { id } } }', 7],
    ['edges like nodes', '{ orders(first: 7) { edges { cursor node { id } } } }', 7],
    ['both views once', '{ orders(first: 7) { edges { cursor } nodes { id } } }', 7],
    [
      'nested connections',
      '{ orders(first: 5) { nodes { id lineItems(first: 3) { nodes { id originalUnitPriceSet { shopMoney { amount } } } } } } }',
      5 * (1 + 3 * 3),
    ],
    ['plain lists by first', '{ orders(first: 5) { nodes { refunds(first: 4) { id } } } }', 25],
    [
      'plain lists without first',
      '{ orders(first: 5) { nodes { taxLines { title priceSet { shopMoney { amount } } } } } }',
      5 * (1 + 3),
    ],
    [
      'aliases and fragments',
      'query { a: orders(first: 2) { nodes { ...F } } ...R } fragment F on Order { customer { id } } fragment R on QueryRoot { shop { id } }',
      5,
    ],
    [
      'nodes by how many ids',
      '{ nodes(ids: ["gid://shopify/Order/6100000000003", "gid://shopify/Order/1"]) { id } }',
      2,
    ],
  ])('counts %s', async (_, query, requested) => {
    expect((await cost(query)).requestedQueryCost).toBe(requested);
  });

  it('takes its sizes from variables', async () => {
    expect((await cost('query($n: Int = 9) { orders(first: $n) { nodes { id } } }')).requestedQueryCost).toBe(
      9,
    );
    expect(
      (await cost('query($n: Int = 9) { orders(first: $n) { nodes { id } } }', { n: 4 })).requestedQueryCost,
    ).toBe(4);
  });

  it('is in the end what was returned', async () => {
    const { requestedQueryCost, actualQueryCost } = await cost(
      '{ orders(first: 60, query: "test:true") { nodes { id customer { id } lineItems(first: 250) { nodes { id product { id } } } } } }',
    );
    const { body } = await openDesk().query(
      '{ orders(first: 60, query: "test:true") { nodes { id customer { id } lineItems(first: 250) { nodes { id product { id } } } } } }',
    );
    let counted = 0;
    for (const order of body.data.orders.nodes) {
      counted += 1 + (order.customer ? 1 : 0);
      for (const line of order.lineItems.nodes) counted += 1 + (line.product ? 1 : 0);
    }
    expect(actualQueryCost).toBe(counted);
    expect(actualQueryCost).toBeLessThan(requestedQueryCost);
  });

  it('above the highest is refused before it runs, and charges nothing', async () => {
    const desk = openDesk({ maxQueryCost: 999 });
    const { status, body, outcome, points } = await desk.query(
      '{ orders(first: 250) { nodes { customer { id } lineItems(first: 2) { nodes { id } } } } }',
    );
    expect([status, outcome, points]).toEqual([200, 'max-cost', undefined]);
    expect(body).toEqual({
      errors: [
        {
          message: expect.stringContaining('Query cost is 1000, which exceeds') as unknown,
          extensions: {
            code: 'MAX_COST_EXCEEDED',
            cost: 1000,
            maxCost: 999,
            documentation: 'https://shopify.dev/api/usage/rate-limits',
          },
        },
      ],
    });
  });
});

describe('records by their ids', () => {
  const BY_ID = 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }';
  const order = (n: number): string => `gid://shopify/Order/${n}`;

  it('are 250 at most', async () => {
    const ask = (count: number) =>
      openDesk().query(BY_ID, { ids: Array.from({ length: count }, (_, n) => order(n + 1)) });
    expect((await ask(250)).outcome).toBe('served');
    const { status, body, outcome } = await ask(251);
    expect([status, outcome, body.data]).toEqual([200, 'max-input', null]);
    expect(body.errors[0].message).toContain('greater than the maximum allowed of 250');
  });

  it('need the scope of their own type', async () => {
    const desk = openDesk({ scopes: ['read_products'] });
    const { body, outcome } = await desk.query(BY_ID, { ids: [order(6100000000003)] });
    expect(outcome).toBe('access-denied');
    expect(body.errors[0].extensions).toEqual({
      code: 'ACCESS_DENIED',
      requiredAccess: '`read_orders` access scope.',
    });
  });
});

describe('the points of an app', () => {
  const PAGE = '{ orders(first: 250) { nodes { id } } }';

  it('are charged, given back, restored by the second, and refused in the documented shape', async () => {
    const desk = openDesk({ orders: 300, plan: { maximumAvailable: 600, restoreRate: 50 } });
    const first = await desk.query(PAGE);
    expect(first.body.extensions.cost).toEqual({
      requestedQueryCost: 250,
      actualQueryCost: 250,
      throttleStatus: { maximumAvailable: 600, currentlyAvailable: 350, restoreRate: 50 },
    });
    await desk.query(PAGE);
    const third = await desk.query(PAGE);
    expect(third.status).toBe(200);
    expect(third.outcome).toBe('throttled');
    expect(third.body).toEqual({
      errors: [
        {
          message: 'Throttled',
          extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
        },
      ],
      extensions: {
        cost: {
          requestedQueryCost: 250,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable: 600, currentlyAvailable: 100, restoreRate: 50 },
        },
      },
    });
    desk.hand.ms += 2999;
    expect((await desk.query(PAGE)).outcome).toBe('throttled');
    desk.hand.ms += 1;
    expect((await desk.query(PAGE)).outcome).toBe('served');
  });

  it('stay charged in full while a query is under way', async () => {
    const desk = openDesk({ orders: 10, plan: { maximumAvailable: 300, restoreRate: 1 } });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = desk.query(PAGE, {}, { linger: () => held });
    expect((await desk.query(PAGE)).outcome).toBe('throttled');
    release();
    // Ten orders were returned: 240 of 250 points come back.
    expect((await slow).body.extensions.cost.throttleStatus.currentlyAvailable).toBe(290);
    expect((await desk.query(PAGE)).outcome).toBe('served');
  });

  it('are another bucket in another shop, and for another app of the same shop', async () => {
    const plan = { maximumAvailable: 250, restoreRate: 1 };
    const source = { kind: 'built-in', seed: 1, orders: 260 } as const;
    const desk = openDesk(
      {},
      {
        shops: [
          { name: 'demo', source, plan },
          { name: 'other', source, plan },
        ],
      },
    );
    expect((await desk.query(PAGE)).outcome).toBe('served');
    expect((await desk.query(PAGE)).outcome).toBe('throttled');
    const { token } = await clientToken(desk);
    expect((await desk.query(PAGE, {}, { token })).outcome).toBe('served');
    const body = JSON.stringify({ query: PAGE });
    const headers = { 'x-shopify-access-token': 'shpat_sandbox_demo_00000000000000000000' };
    expect((await desk.call('POST', '/other/admin/api/2026-10/graphql.json', body, headers)).outcome).toBe(
      'served',
    );
  });

  it('follow the plan when it changes', async () => {
    const desk = openDesk({ plan: 'standard' });
    expect((await desk.query('{ shop { id } }')).body.extensions.cost.throttleStatus).toEqual({
      maximumAvailable: 2000,
      currentlyAvailable: 1999,
      restoreRate: 100,
    });
    desk.simulator.knobs('demo', { plan: 'plus' });
    desk.hand.ms += 60_000;
    expect((await desk.query('{ shop { id } }')).body.extensions.cost.throttleStatus).toEqual({
      maximumAvailable: 20_000,
      currentlyAvailable: 19_999,
      restoreRate: 1000,
    });
  });
});

describe('a bucket', () => {
  it('never holds more than its plan, nor runs backwards with the clock', () => {
    const bucket = new Bucket(PLANS.standard, 1000);
    bucket.giveBack(500, 2000);
    expect(bucket.status(2000).currentlyAvailable).toBe(2000);
    expect(bucket.charge(2000, 2000)).toBe(true);
    expect(bucket.status(1000).currentlyAvailable).toBe(0);
    expect(bucket.charge(1, 1000)).toBe(false);
  });
});

async function clientToken(desk: ReturnType<typeof openDesk>): Promise<{ token: string }> {
  const { body } = await desk.call(
    'POST',
    '/demo/admin/oauth/access_token',
    'grant_type=client_credentials&client_id=sandbox_demo_client&client_secret=shpss_sandbox_demo_00000000000000000000',
    { 'content-type': 'application/x-www-form-urlencoded' },
  );
  return { token: body.access_token as string };
}
