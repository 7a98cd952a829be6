import { startSandbox, DEMO_EXPIRING_CREDENTIALS, type Sandbox } from '../../../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { createSender, type Sender } from '#http';
import { later, minutes } from '#kernel';
import { acceptRun, findCheckpoint, type ConnectionRow, type NewRun, type RunRow } from '#warehouse';
import { shopify } from './platform.js';

/** A shop that misbehaves with HTTP 200, through the real engine, door and network. */
describeDb('a Shopify shop', () => {
  let db: TestEngine;
  let sender: Sender;
  let sandbox: Sandbox;
  let connection: ConnectionRow;
  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(shopify, sender);
  });
  afterAll(async () => {
    sender.close();
    await db.close();
  });
  beforeEach(async () => {
    db.clock.now = NOW;
    sandbox = await startSandbox({
      orders: 60,
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
  const lie = (told: { count?: number; empty?: boolean } | null): void =>
    void sandbox.turn({ lie: told && { stream: 'orders', ...told } });
  const live = async (): Promise<number> => {
    const [row] = await db.engine.warehouse.query<{ n: string }>(
      'select count(*) as n from orders where connection_id = $1 and deleted_at is null',
      [connection.id],
    );
    return Number(row?.n);
  };
  const checkpoint = async () =>
    (await findCheckpoint(db.engine.warehouse, connection.id, 'shopify.orders'))?.cursorAt ?? null;
  const accept = (run: RunRow) => acceptRun(db.engine.warehouse, run.id, { by: 'ann', now: db.clock.now });

  const counted = ['shopify.orders', 'shopify.customers', 'shopify.products'];
  it.each(counted)('proves %s complete by one call', async (stream) => {
    const { records } = sandbox.truth().streams[stream]!;
    expect(await read({ stream })).toMatchObject({
      state: 'succeeded',
      verdict: 'matched',
      verdictReason: null,
      sourceCount: String(records),
      ourCount: String(records),
    });
    expect(await read({ stream })).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    expect(await read({ stream, kind: 'refresh' })).toMatchObject({ verdict: 'matched', gone: 0 });
  });

  it('that does not answer for one page is waited for, and ends red where it never does', async () => {
    const impatient = createSender({ retryDelayMs: 1, timeoutMs: 300 });
    const engine = { sender: impatient };
    sandbox.turn({ faults: [{ kind: 'timeout', body: 'query Orders(', skip: 2, next: 3 }] });
    expect(await read({}, { engine })).toMatchObject({
      state: 'succeeded',
      verdict: 'matched',
      sourceCount: '60',
    });
    sandbox.edit({ op: 'touch', count: 50 });
    const before = await checkpoint();
    sandbox.turn({ faults: [{ kind: 'timeout', body: 'query Orders(' }] });
    const run = await read({}, { engine });
    expect(run).toMatchObject({ state: 'failed', failureKind: 'transient', verdict: null });
    expect(await checkpoint()).toEqual(before);
    impatient.close();
  }, 60_000);

  it('that answers an empty list is red, and nothing is marked gone', async () => {
    await read();
    lie({ empty: true });
    const red = await read({ kind: 'refresh' });
    expect(red).toMatchObject({ state: 'failed', failureKind: 'bug', verdict: 'differs', records: 0 });
    expect(red.failure).toMatch(/^suspiciously empty: the source served no record, 60 rows/);
    // One order is in the window of an incremental run: too few for suspicion, but it is counted.
    const next = await read();
    expect(next).toMatchObject({ state: 'failed', verdict: 'differs', records: 0 });
    expect(next.failure).toContain('counts 1 records');
    // Though the count agrees with the list: 0 there, 0 served.
    lie({ empty: true, count: -60 });
    expect((await read({ kind: 'refresh' })).failure).toMatch(/^suspiciously empty/);
    expect(await live()).toBe(60);
    lie(null);
    expect(await read({ kind: 'refresh' })).toMatchObject({ state: 'succeeded', gone: 0 });
  });

  it('that is empty from the first day on is red where it counts orders', async () => {
    lie({ empty: true });
    const red = await read();
    expect(red).toMatchObject({ state: 'failed', verdict: 'differs', sourceCount: '60', ourCount: '0' });
    expect(red.failure).toContain('60 are missing');
    expect(await checkpoint()).toBeNull();
  });

  it.each([
    [20, /counts 80 records up to .*, 60 are here: 20 are missing/],
    [-20, /counts 40 records up to .*, 60 are here and 60 were served, while 0 changed since/],
  ])('that counts %i orders too many is red, and green once a person accepted it', async (count, said) => {
    lie({ count });
    const red = await read();
    expect(red).toMatchObject({ state: 'failed', failureKind: 'bug', verdict: 'differs', attempt: 2 });
    expect(red.failure).toMatch(said);
    expect(await checkpoint()).toBeNull();
    expect(await read()).toMatchObject({ state: 'failed', verdict: 'differs', attempt: 1 });
    expect(await accept(red)).toMatchObject({ state: 'succeeded', acceptedBy: 'ann' });
    expect(await checkpoint()).toEqual(red.cursorAt);
    lie(null);
    expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched' });
  });

  it('whose orders are edited and deleted while they are read is green, and a full read finds what is gone', async () => {
    let pages = 0;
    const change = async (): Promise<void> => {
      db.clock.now = later(db.clock.now, 1000);
      if (++pages === 2) sandbox.edit({ op: 'touch', count: 5 });
      if (pages === 3) sandbox.edit({ op: 'delete', count: 2 });
      if (pages === 4) sandbox.edit({ op: 'add', count: 3 });
    };
    expect(await read({}, { progress: change })).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    pages = 0;
    expect(await read({ kind: 'refresh' }, { progress: change })).toMatchObject({ state: 'succeeded' });
    await read();
    expect(await read({ kind: 'refresh' })).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    const { records } = sandbox.truth().streams['shopify.orders']!;
    expect(await live()).toBe(records);
    const [lines] = await db.engine.warehouse.query<{ n: string }>(
      `select count(*) as n from order_items i where connection_id = $1 and deleted_at is null
         and parent_source_id in (select source_id from orders where connection_id = $1 and deleted_at is not null)`,
      [connection.id],
    );
    expect(lines?.n).toBe('0');
  });

  it('that hides old orders from the app has none of them marked gone', async () => {
    await read();
    // Sixty days after the middle one was made: half of them are hidden from now on.
    const [middle] = await db.engine.warehouse.query<{ at: Date }>(
      'select purchase_date as at from orders where connection_id = $1 order by 1 offset 30 limit 1',
      [connection.id],
    );
    db.clock.now = later(middle!.at, minutes(60 * 24 * 60));
    sandbox.turn({ scopes: ['read_orders', 'read_customers', 'read_products'] });
    const run = await read({ kind: 'refresh' });
    expect(run).toMatchObject({ state: 'succeeded', verdict: 'matched', gone: 0 });
    expect(run.records).toBeGreaterThan(10);
    expect(run.records).toBeLessThan(50);
    expect(await live()).toBe(60);
  });
});
