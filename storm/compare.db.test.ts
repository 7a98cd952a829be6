import { createSender } from '#http';
import { shopify } from '#connectors/shopify';
import type { ConnectionRow } from '#warehouse';
import { DEMO_STATIC_CREDENTIALS, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../tests/engine.js';
import { describeDb } from '../tests/postgres.js';
import { compareAccount, type Difference, type Truth } from './compare.js';

/** What a storm ends with: the warehouse beside the simulator's own rows, where one hand has changed one row. */
describeDb('the comparison', () => {
  let sandbox: Sandbox;
  let db: TestEngine;
  let connection: ConnectionRow;
  const sender = createSender({});
  beforeAll(async () => {
    sandbox = await startSandbox({ orders: 60, now: () => NOW.getTime() });
    db = await openTestEngine(shopify, sender);
    connection = await db.connect({
      credentials: DEMO_STATIC_CREDENTIALS,
      baseUrl: `${sandbox.url}/shopify/demo`,
      sandbox: true,
    });
    for (const { name } of shopify.streams)
      expect(await db.finish(await db.queue(connection, { stream: name }))).toMatchObject({
        state: 'succeeded',
      });
  });
  afterAll(async () => {
    await db.close();
    sender.close();
    await sandbox.close();
  });

  const truth = async (): Promise<Truth> =>
    (await (await fetch(`${sandbox.url}/_sandbox/shopify/demo/rows`)).json()) as Truth;
  const differences = async (): Promise<readonly Difference[]> =>
    (await compareAccount(db.engine.warehouse, connection, await truth())).differences;
  /** Changes the row by hand, looks, and puts it back as it was. */
  async function tampered(table: string, set: string): Promise<{ id: string; found: readonly Difference[] }> {
    const { warehouse } = db.engine;
    const [row] = await warehouse.query<{ id: string; total: string | null }>(
      `select source_id as id from "${table}" order by source_id limit 1`,
    );
    await warehouse.query(`create table kept as select * from "${table}" where source_id = $1`, [row!.id]);
    await warehouse.query(`update "${table}" set ${set} where source_id = $1`, [row!.id]);
    const found = await differences();
    await warehouse.query(`delete from "${table}" where source_id in ($1, $1 || '0')`, [row!.id]);
    await warehouse.query(`insert into "${table}" select * from kept`);
    await warehouse.query('drop table kept');
    return { id: row!.id, found };
  }

  it('finds nothing where the shop was read whole, and says how many rows that were', async () => {
    const compared = await compareAccount(db.engine.warehouse, connection, await truth());
    expect(compared.differences).toEqual([]);
    expect(compared.rows).toMatchObject({ orders: 60, shopify_customers: 20, shopify_products: 24 });
    expect(compared.rows['order_items']).toBeGreaterThan(675);
  });

  it('finds a penny, and names the run that wrote it and the record it came with', async () => {
    const { id, found } = await tampered('order_items', 'price = price + 0.01');
    expect(found).toEqual([
      {
        connection: connection.name,
        table: 'order_items',
        sourceId: id,
        what: 'different',
        columns: { price: { truth: expect.any(String) as string, warehouse: expect.any(String) as string } },
        run: expect.any(String) as string,
        record: expect.not.stringMatching(id) as string,
      },
      expect.objectContaining({ what: 'sum', table: 'order_items', sourceId: '' }),
    ]);
    expect(Object.keys(found[1]!.columns)).toEqual(['price GBP']);
  });

  it.each([
    ['shopify_customers', `tags = '["other"]'`, 'different'],
    ['orders', `source_updated_at = source_updated_at - interval '1 second'`, 'different'],
    ['orders', 'email = null, cancelled_at = now()', 'different'],
    ['shopify_products', 'deleted_at = now()', 'missing'],
    ['shopify_variants', `source_id = source_id || '0'`, 'extra'],
  ])('finds %s where %s', async (table, set, what) => {
    const { id, found } = await tampered(table, set);
    expect(found.map((one) => one.what)).toContain(what);
    expect(found.map(({ sourceId }) => sourceId).filter((one) => one.startsWith(id))).not.toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it('finds what was deleted there and stands here', async () => {
    const { ids } = sandbox.edit({ op: 'delete', stream: 'products', count: 1 }) as { ids: string[] };
    const extra = await differences();
    expect(extra).not.toEqual([]);
    expect(new Set(extra.filter(({ what }) => what !== 'sum').map(({ what }) => what))).toEqual(
      new Set(['extra']),
    );
    expect(extra.map(({ sourceId }) => `gid://shopify/Product/${sourceId}`)).toContain(ids[0]);
  });
});
