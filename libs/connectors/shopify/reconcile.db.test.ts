import { createSender } from '#http';
import type { ConnectionRow, NewRun, RunRow } from '#warehouse';
import { DEMO_STATIC_CREDENTIALS, startSandbox } from '../../../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { witness, type Witness } from '../../../tests/witness.js';
import { shopify } from './platform.js';
import { described } from './testing/described.js';

const NONE = { missing: 0, older: 0, gone: 0, awaited: 0 };

describeDb('a Shopify shop compared by ids', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let db: TestEngine;
  let connection: ConnectionRow;
  let looked: Witness;
  const sender = createSender({});
  beforeAll(async () => {
    sandbox = await startSandbox({
      orders: 300,
      now: () => NOW.getTime(),
      plan: { maximumAvailable: 1_000_000, restoreRate: 1_000_000 },
    });
    looked = witness(sandbox.simulators.get('shopify')!, described);
    db = await openTestEngine(shopify, sender);
    connection = await db.connect({
      credentials: DEMO_STATIC_CREDENTIALS,
      baseUrl: `${sandbox.url}/shopify/demo`,
      sandbox: true,
    });
  });
  afterAll(async () => {
    await db.close();
    sender.close();
    await sandbox.close();
  });

  // Of all that was asked and answered, as each case ended.
  afterEach(() => expect(looked.wrong).toEqual([]));

  const finish = async (stream: string, run: Partial<NewRun> = {}): Promise<RunRow> =>
    db.finish(await db.queue(connection, { stream, ...run }));
  const rowsOf = async (table: string): Promise<number> => {
    const [row] = await db.engine.warehouse.query<{ n: string }>(
      `select count(*) as n from "${table}" where deleted_at is null`,
    );
    return Number(row!.n);
  };
  const expectTruth = async (stream: string): Promise<void> => {
    const { tables } = sandbox.truth().streams[stream] as unknown as {
      tables: Record<string, { rows: number }>;
    };
    for (const [table, { rows }] of Object.entries(tables))
      expect({ table, rows: await rowsOf(table) }).toEqual({ table, rows });
  };

  // What can be edited and deleted by itself.
  const edited = ['shopify.orders', 'shopify.customers', 'shopify.products'];
  it.each(edited)('%s: fetches and marks what differs', async (stream) => {
    const kind = stream.slice('shopify.'.length);
    expect(await finish(stream)).toMatchObject({ state: 'succeeded' });
    expect(await finish(stream, { kind: 'reconcile' })).toMatchObject({
      state: 'succeeded',
      drift: NONE,
      records: 0,
    });
    const { into } = shopify.streams.find(({ name }) => name === stream)!;
    // An hour old each: nothing that the next live run would read again.
    const at = new Date(NOW.getTime() - 3_600_000).toISOString();
    const { ids: touched } = sandbox.edit({ op: 'touch', stream: kind, count: 3, at }) as { ids: string[] };
    const { ids: deleted } = sandbox.edit({ op: 'delete', stream: kind, count: 2, at }) as { ids: string[] };
    const lost = await db.engine.warehouse.query<{ id: string }>(
      `with lost as (delete from "${into.name}" where source_id in (
         select source_id from "${into.name}" where 'gid://shopify/' || initcap(rtrim($1, 's')) || '/' || source_id <> all ($2::text[])
         order by source_updated_at limit 2) returning source_id as id) select id from lost`,
      [kind, [...touched, ...deleted]],
    );
    expect(lost).toHaveLength(2);
    const run = await finish(stream, { kind: 'reconcile' });
    expect(run).toMatchObject({ state: 'succeeded', quarantined: 0 });
    expect(run.drift).toMatchObject({ missing: 2, older: 3, gone: 2 });
    await expectTruth(stream);
    expect(await finish(stream, { kind: 'reconcile' })).toMatchObject({ drift: NONE });
  });

  it('quarantines what it fetched broken, and fetches it whole once it is mended', async () => {
    const { ids } = sandbox.edit({ op: 'touch', stream: 'orders', count: 1 }) as { ids: string[] };
    looked.heeds = false;
    sandbox.turn({ corrupt: { stream: 'orders', ids, set: { name: 17 } } });
    expect(await finish('shopify.orders', { kind: 'reconcile' })).toMatchObject({
      state: 'succeeded',
      quarantined: 1,
    });
    sandbox.turn({ corrupt: null });
    looked.heeds = true;
    await db.engine.warehouse.query(`update quarantine set last_seen_at = last_seen_at - interval '2 days'`);
    expect(await finish('shopify.orders', { kind: 'reconcile' })).toMatchObject({ quarantined: 0 });
    expect(await db.engine.warehouse.query(`select state from quarantine`)).toEqual([{ state: 'landed' }]);
    await expectTruth('shopify.orders');
  });

  it('marks no order gone that Shopify merely hides from the app', async () => {
    const before = await rowsOf('orders');
    sandbox.turn({ scopes: ['read_orders', 'read_customers', 'read_products'] });
    expect(await finish('shopify.orders', { kind: 'reconcile' })).toMatchObject({
      state: 'succeeded',
      drift: NONE,
    });
    expect(await rowsOf('orders')).toBe(before);
    sandbox.turn({ scopes: ['read_customers', 'read_products'] });
    expect(await finish('shopify.orders', { kind: 'reconcile' })).toMatchObject({ state: 'failed' });
    expect(await rowsOf('orders')).toBe(before);
  });
});
