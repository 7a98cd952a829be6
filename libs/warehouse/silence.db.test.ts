import { startProxy, type Proxy } from '../../storm/proxy.js';
import { DIRECTIONS } from '../../storm/weather.js';
import { describeDb, testDatabase, type TestDatabase } from '../../tests/postgres.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

/** The longest that any query may take here. */
const STATEMENT_MS = 800;

describeDb('a Postgres that goes silent without a word', () => {
  let database: TestDatabase;
  let proxy: Proxy;
  let warehouse: Warehouse;
  beforeAll(async () => {
    database = await testDatabase();
    const { hostname: host, port } = new URL(database.url);
    proxy = await startProxy({ target: { host, port: Number(port) } });
    const url = new URL(database.url);
    url.host = `127.0.0.1:${proxy.port}`;
    warehouse = await openWarehouse({
      url: url.href,
      applicationName: 'silence test',
      poolSize: 2,
      statementTimeoutMs: STATEMENT_MS,
    });
  });
  afterAll(async () => {
    await warehouse.close();
    await proxy.close();
    await database.drop();
  });

  it.each(DIRECTIONS)('(%s) is given up, and asked anew once it answers', async (direction) => {
    expect(await warehouse.query('select 1 as n')).toEqual([{ n: 1 }]);
    proxy.set(direction, { kind: 'blackhole' });
    // Both connections of the pool, and one of them in the middle of a transaction.
    const lost = [warehouse.query('select 2'), warehouse.transaction((manager) => manager.query('select 3'))];
    for (const one of lost)
      await expect(one).rejects.toMatchObject({
        kind: 'transient',
        message: expect.stringMatching(/^Postgres was lost/) as string,
      });
    proxy.set(direction, null);
    const both = [1, 2].map((n) => warehouse.query('select $1::int as n', [n]));
    expect(await Promise.all(both)).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  });

  it('is not given up for a query that takes its time, nor while nothing is asked', async () => {
    await warehouse.query(`select pg_sleep(${(STATEMENT_MS * 0.9) / 1000})`);
    await expect(warehouse.query('select pg_sleep(5)')).rejects.toThrow('57014');
    await new Promise((over) => setTimeout(over, STATEMENT_MS * 1.2));
    expect(await warehouse.query('select 1 as n')).toEqual([{ n: 1 }]);
  });
});
