import { DEMO_EXPIRING_CREDENTIALS, startSandbox, type Sandbox } from '../../../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { createSender, type Sender } from '#http';
import { later, minutes } from '#kernel';
import { findConnection, type ConnectionRow, type NewRun, type RunRow } from '#warehouse';
import { shopify } from './platform.js';

/** What a platform does to its callers, through the real engine, door and network: a named failure, or right rows. */
describeDb('a Shopify shop in bad weather', () => {
  let db: TestEngine;
  let sender: Sender;
  let sandbox: Sandbox;
  let connection: ConnectionRow;
  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1, timeoutMs: 400 });
    db = await openTestEngine(shopify, sender);
  });
  afterAll(async () => {
    sender.close();
    await db.close();
  });
  beforeEach(async () => {
    db.clock.now = NOW;
    sandbox = await startSandbox({
      orders: 40,
      now: () => db.clock.now.getTime(),
      plan: { maximumAvailable: 1_000_000, restoreRate: 1_000_000 },
    });
    connection = await db.connect({
      baseUrl: `${sandbox.url}/shopify/demo`,
      settings: { shop: 'demo' },
      credentials: DEMO_EXPIRING_CREDENTIALS,
      sandbox: true,
    });
  });
  afterEach(() => sandbox.close());

  const read = async (
    run: Partial<NewRun> = {},
    more?: Parameters<TestEngine['finish']>[1],
  ): Promise<RunRow> => {
    db.clock.now = later(db.clock.now, minutes(1));
    return db.finish(await db.queue(connection, { stream: 'shopify.orders', ...run }), more);
  };
  /** Rows here and what they add up to, beside the shop's own. */
  const expectTruth = async (): Promise<void> => {
    const [held] = await db.engine.warehouse.query<{ orders: number; total: string; lines: number }>(
      `select count(*)::int as orders, sum(total)::text as total,
         (select count(*)::int from order_items where connection_id = $1 and deleted_at is null) as lines
       from orders where connection_id = $1 and deleted_at is null`,
      [connection.id],
    );
    const { tables } = sandbox.truth().streams['shopify.orders']!;
    const { orders, order_items } = tables as unknown as Record<
      string,
      { rows: number; sum_total: Record<string, string> }
    >;
    expect({ ...held, total: Number(held!.total) }).toEqual({
      orders: orders!.rows,
      lines: order_items!.rows,
      total: Number(Object.values(orders!.sum_total)[0]),
    });
  };

  it.each([
    ['truncated-gzip', {}, /cut off|broke off|cannot be unpacked/],
    ['truncated', {}, /broke off|hung up/],
    ['stall', {}, /no complete answer within 0.4 s/],
    ['timeout', {}, /no complete answer within 0.4 s/],
    ['html', {}, /HTML page/],
    ['status', { status: 504, delayMs: 50 }, /504/],
  ])(
    '(%s) says what came, and is whole once it is over',
    async (kind, more, said) => {
      sandbox.turn({ faults: [{ kind, ...more, body: 'query Orders(', skip: 3 }] });
      const red = await read();
      expect(red).toMatchObject({ state: 'failed', failureKind: 'transient', pages: 3 });
      expect(red.failure).toMatch(said);
      sandbox.turn({ faults: null });
      expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched' });
      await expectTruth();
    },
    60_000,
  );

  it('whose access token expires in the middle of a run is asked with a new one, page for page', async () => {
    sandbox.turn({
      faults: [2, 5, 9].map((skip) => ({ kind: 'expire', body: 'query Orders(', skip, next: 1 })),
    });
    expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched', attempt: 1 });
    await expectTruth();
    const { accounts } = sandbox.ledger.read();
    // The first pair is long dead, and three die on the way.
    expect(accounts['shopify/demo']).toMatchObject({ tokenRefreshes: 4, refused: { unauthorized: 3 } });
  });

  it('that revokes a whole token family on reuse is the connection’s failure, once, and is reconnected', async () => {
    sandbox.turn({ refreshTokens: 'once' });
    expect(await read()).toMatchObject({ state: 'succeeded' });
    sandbox.edit({ op: 'touch', count: 10 });
    // The pair in hand dies, and the reply that brings the next is lost: asking again takes a used token.
    sandbox.turn({
      tokens: 'expire',
      faults: [{ kind: 'reset', path: 'access_token', after: true, next: 1 }],
    });
    const red = await read();
    expect(red).toMatchObject({ state: 'failed', failureKind: 'credential' });
    expect(red.failure).toContain('npx stratus connections add shopify');
    expect(await findConnection(db.engine.warehouse, connection.id)).toMatchObject({
      status: 'reconnect',
    });
    const asked = sandbox.ledger.read().accounts['shopify/demo']!.operations['token-refresh'];
    expect(await read()).toMatchObject({ state: 'failed', failureKind: 'credential' });
    expect(sandbox.ledger.read().accounts['shopify/demo']!.operations['token-refresh']).toBe(asked);
    await db.connect({
      name: connection.name,
      baseUrl: connection.baseUrl,
      sandbox: true,
      credentials: { accessToken: 'shpat_sandbox_demo_00000000000000000000' },
    });
    expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    await expectTruth();
  });

  it.each(['same', 'cycle'] as const)('whose cursors lead in circles (%s) is stopped', async (pages) => {
    sandbox.turn({ lie: { stream: 'orders', pages } });
    const red = await read();
    expect(red).toMatchObject({ state: 'failed', failureKind: 'bug' });
    expect(red.failure).toMatch(/same place twice|in circles/);
    // So many pages brought nothing new: enough for any honest list.
    expect(red.pages).toBeLessThan(300);
    sandbox.turn({ lie: null });
    expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    await expectTruth();
  });

  it('that serves every page twice has each row once, and is proven complete', async () => {
    sandbox.turn({ lie: { stream: 'orders', pages: 'twice' } });
    const run = await read();
    expect(run).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    expect(run.records).toBeGreaterThan(70);
    await expectTruth();
    expect(await read({ kind: 'refresh' })).toMatchObject({ state: 'succeeded', gone: 0 });
    await expectTruth();
  });

  it.each([
    ['ahead', 15],
    ['behind', -15],
  ])('whose clock stands %s by a quarter of an hour loses no edit', async (_, offset) => {
    sandbox.turn({ clockOffsetMs: minutes(offset) });
    expect(await read()).toMatchObject({ state: 'succeeded' });
    for (let i = 0; i < 3; i++) {
      sandbox.edit({ op: 'edit', count: 5 });
      sandbox.edit({ op: 'add', count: 2 });
      expect(await read()).toMatchObject({ state: 'succeeded' });
    }
    // The clocks agree again; what was stamped ahead of ours is read once our clock is there.
    sandbox.turn({ clockOffsetMs: 0 });
    sandbox.edit({ op: 'edit', count: 5 });
    db.clock.now = later(db.clock.now, minutes(20));
    expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    await expectTruth();
  });
});
