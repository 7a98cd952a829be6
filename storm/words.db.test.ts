import { platformOf } from '#catalog';
import { createSender } from '#http';
import { demoConnections, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../tests/engine.js';
import { describeDb } from '../tests/postgres.js';
import { strayWords } from './words.js';

/** Two web shops, and the warehouse that sends for the second: its word is read before there is any row to land on. */
describeDb('what one account says of another’s rows', () => {
  const sender = createSender({});
  let sandbox: Sandbox;
  let db: TestEngine;
  beforeAll(async () => {
    const source = { kind: 'built-in', seed: 1, orders: 30 } as const;
    const shops = ['one', 'two'].map((name) => ({ name, source }));
    sandbox = await startSandbox({ shops, now: () => NOW.getTime() });
    db = await openTestEngine(platformOf('shopify'), sender);
    const read = async (business: string, name: 'shopify' | 'shipbob'): Promise<void> => {
      const demo = demoConnections(sandbox.url, business).find(({ platform }) => platform === name)!;
      const connection = await db.connect({ ...demo, sandbox: true });
      const run = await db.queue(connection, { stream: `${name}.orders` });
      expect(await db.finish(run, { platform: platformOf(name) })).toMatchObject({ state: 'succeeded' });
    };
    await read('two', 'shipbob');
    await read('one', 'shopify');
    await read('two', 'shopify');
  });
  afterAll(async () => {
    await db.close();
    sender.close();
    await sandbox.close();
  });

  const change = (sql: string): Promise<unknown> => db.engine.warehouse.query(sql);
  const ONE = `ctid = (select ctid from patches where applied_at is not null order by key, clock limit 1)`;

  it('lands on the very sale', async () => {
    const [landed] = await db.engine.warehouse.query<{ n: number }>(
      `select count(*)::int as n from patches where applied_at is not null`,
    );
    expect(landed!.n).toBeGreaterThan(10);
    expect(await strayWords(db.engine.warehouse)).toEqual([]);
  });

  it.each([
    ['landed on sale', `update patches set applied_source_id = applied_source_id || '0' where ${ONE}`],
    ['never came to sale', `update patches set applied_at = null where ${ONE}`],
    [
      'is not what sale',
      `update patches set filled = filled || '{"status": "elsewhere"}' where clock = 'status_updated_at'`,
    ],
    ['is not what sale', `update orders set status_updated_at = status_updated_at - interval '1 second'`],
  ])('%s: found', async (said, sql) => {
    await change('create table kept_patches as select * from patches');
    await change('create table kept_clocks as select source_id, status_updated_at from orders');
    await change(sql);
    const found = await strayWords(db.engine.warehouse);
    await change('delete from patches');
    await change('insert into patches select * from kept_patches');
    await change(
      'update orders o set status_updated_at = k.status_updated_at from kept_clocks k where k.source_id = o.source_id',
    );
    await change('drop table kept_patches');
    await change('drop table kept_clocks');
    expect(found.join('\n')).toContain(said);
    expect(await strayWords(db.engine.warehouse)).toEqual([]);
  });
});
