import pg from 'pg';
import { silentLogger } from '#telemetry';
import { beat, claimRun, findRun, insertRun, openWarehouse, type Warehouse } from '#warehouse';
import { describeDb, testDatabase, type TestDatabase } from '../../tests/postgres.js';
import { showPresence } from '../worker/presence.js';
import { watchDeadWorkers } from './dead-workers.js';
import { until } from '../../tests/until.js';

const NOW = new Date('2026-11-21T10:00:00.000Z');

describeDb('a worker that is killed', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
    await warehouse.query(
      `insert into connections (id, workspace_id, platform, name, credentials) values ('conn_1', 'default', 'shopify', 'shop', '')`,
    );
  });
  afterAll(async () => {
    await warehouse.close();
    await database.drop();
  });

  async function running(worker: string, stream: string): Promise<string> {
    await beat(
      warehouse,
      { process: worker, part: 'worker', platforms: ['shopify'], slots: 1, leads: false, meters: null },
      NOW,
    );
    const run = await insertRun(
      warehouse,
      { connectionId: 'conn_1', stream, kind: 'incremental', trigger: 'manual' },
      NOW,
    );
    await claimRun(warehouse, run!.id, { worker, leaseMs: 60_000, now: NOW });
    return run!.id;
  }
  const stateOf = async (id: string) => (await findRun(warehouse, id))!;
  const isPresent = async (process: string): Promise<boolean> =>
    (
      await warehouse.query<{ present: boolean }>('select present from heartbeats where process = $1', [
        process,
      ])
    )[0]!.present;

  it('gives its runs back within seconds, and those that live keep theirs', async () => {
    const [dead, alive] = [
      await running('worker-dead', 'shopify.orders'),
      await running('worker-alive', 'shopify.products'),
    ];
    // What a killed process leaves: the lock in a session that ends without a goodbye.
    const killed = new pg.Client({ connectionString: database.url });
    killed.on('error', () => undefined);
    await killed.connect();
    await killed.query(`select pg_advisory_lock_shared(${0x57_4f_52_4b}, hashtext('worker-dead'))`);
    await warehouse.query(`update heartbeats set present = true where process = 'worker-dead'`);
    const lives = showPresence({ warehouse, logger: silentLogger, process: 'worker-alive', everyMs: 20 });
    await until(() => isPresent('worker-alive'), Boolean);
    const watch = watchDeadWorkers({
      warehouse,
      logger: silentLogger,
      now: () => NOW,
      leads: () => true,
      everyMs: 20,
      graceMs: 0,
    });
    (killed as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await until(
      () => stateOf(dead),
      ({ state }) => state === 'queued',
    );
    expect((await stateOf(dead)).reason).toBe('its worker worker-dead stopped answering');
    expect(await stateOf(alive)).toMatchObject({ state: 'running', worker: 'worker-alive' });
    const told = await warehouse.query('select worker, ended from run_attempts where run_id = $1', [dead]);
    expect(told).toEqual([{ worker: 'worker-dead', ended: 'lost' }]);
    await watch.close();
    await lives.close(1000);
  });

  it('concludes nothing from a server that has just been started', async () => {
    const id = await running('worker-before', 'shopify.customers');
    await warehouse.query(`update heartbeats set present = true where process = 'worker-before'`);
    let looks = 0;
    const watch = watchDeadWorkers({
      warehouse,
      logger: silentLogger,
      now: () => NOW,
      leads: () => {
        looks += 1;
        return true;
      },
      everyMs: 10,
      graceMs: 1_000_000_000,
    });
    await until(
      async () => looks,
      (seen) => seen > 5,
    );
    expect((await stateOf(id)).state).toBe('running');
    await watch.close();
  });
});
