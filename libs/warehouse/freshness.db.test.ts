import { describeDb, testDatabase, type TestDatabase } from '../../tests/postgres.js';
import { freshness, openWarehouse, type Warehouse } from '#warehouse';

describeDb('freshness', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;

  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
    await warehouse.query(
      `insert into connections (id, workspace_id, platform, name, credentials)
       values ('conn_1', 'default', 'shopify', 'berlin', 'x'), ('conn_2', 'default', 'shopify', 'arles', 'x')`,
    );
  });
  afterAll(async () => {
    await warehouse?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await warehouse.query('delete from runs');
    await warehouse.query('delete from checkpoints');
  });

  const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 12, minute));

  async function run(
    minute: number,
    state: string,
    more: { connection?: string; stream?: string; kind?: string; dry?: boolean; failure?: string } = {},
  ): Promise<void> {
    const over = ['succeeded', 'failed', 'cancelled'].includes(state);
    await warehouse.query(
      `insert into runs (id, connection_id, stream, kind, trigger, state, dry, failure, queued_at, started_at, finished_at)
       values (gen_random_uuid()::text, $1, $2, $3, 'manual', $4, $5, $6, $7, $8, $9)`,
      [
        more.connection ?? 'conn_1',
        more.stream ?? 'shopify.orders',
        more.kind ?? 'incremental',
        state,
        more.dry ?? false,
        more.failure ?? null,
        at(minute),
        state === 'queued' ? null : at(minute),
        over ? at(minute + 1) : null,
      ],
    );
  }

  it('is empty where nothing has run', async () => {
    expect(await freshness(warehouse)).toEqual([]);
  });

  it('lists every pair that ran or holds a checkpoint, by name', async () => {
    await run(0, 'succeeded', { connection: 'conn_1', stream: 'shopify.products' });
    await run(1, 'succeeded', { connection: 'conn_1', stream: 'shopify.orders' });
    await run(2, 'succeeded', { connection: 'conn_1', stream: 'shopify.orders' });
    await warehouse.query(
      `insert into checkpoints (connection_id, stream, cursor_at, run_id) values ('conn_2', 'shopify.orders', $1, 'x')`,
      [at(9)],
    );
    const rows = await freshness(warehouse);
    expect(rows.map((row) => [row.connection, row.stream])).toEqual([
      ['arles', 'shopify.orders'],
      ['berlin', 'shopify.orders'],
      ['berlin', 'shopify.products'],
    ]);
    expect(rows[0]).toMatchObject({
      connectionId: 'conn_2',
      checkpointAt: at(9),
      lastSuccessAt: null,
      lastState: null,
    });
    expect(rows[1]!.lastSuccessAt).toEqual(at(3));
  });

  it('takes no backfill and no dry run for a success', async () => {
    await run(0, 'succeeded');
    await run(5, 'succeeded', { kind: 'backfill' });
    await run(6, 'succeeded', { dry: true });
    const [row] = await freshness(warehouse);
    expect(row).toMatchObject({ lastSuccessAt: at(1), lastState: 'succeeded', runningSince: null });
  });

  it('tells comparisons of ids apart from the runs that read', async () => {
    await run(0, 'succeeded');
    expect((await freshness(warehouse))[0]).toMatchObject({ comparedAt: null, drift: null });
    await run(5, 'succeeded', { kind: 'reconcile' });
    const drift = { missing: 1, older: 2, gone: 3, awaited: 0 };
    await warehouse.query(`update runs set drift = $1 where kind = 'reconcile'`, [JSON.stringify(drift)]);
    const live = { lastSuccessAt: at(1), lastState: 'succeeded', lastFailure: null, runningSince: null };
    expect((await freshness(warehouse))[0]).toMatchObject({
      ...live,
      comparedAt: at(6),
      drift,
      comparisonFailure: null,
    });
    await run(8, 'failed', { kind: 'reconcile', failure: 'suspiciously short' });
    await run(9, 'running', { kind: 'reconcile' });
    expect((await freshness(warehouse))[0]).toMatchObject({
      ...live,
      comparedAt: at(9),
      comparisonFailure: 'suspiciously short',
    });
  });

  it('keeps the failure in sight until a run succeeds', async () => {
    await run(0, 'failed', { failure: 'the shop is closed' });
    await run(2, 'queued');
    expect((await freshness(warehouse))[0]).toMatchObject({
      lastState: 'queued',
      lastFailure: 'the shop is closed',
    });
    await run(4, 'succeeded');
    expect((await freshness(warehouse))[0]).toMatchObject({ lastState: 'succeeded', lastFailure: null });
  });

  it('says since when a run is under way and how many records are in quarantine', async () => {
    await run(0, 'succeeded');
    await run(7, 'running');
    await warehouse.query(
      `insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason, state)
       values ('conn_1', 'shopify.orders', 'a', 'r', 1, '{}', 'odd', 'open'),
              ('conn_1', 'shopify.orders', 'b', 'r', 1, '{}', 'odd', 'open'),
              ('conn_1', 'shopify.orders', 'c', 'r', 1, '{}', 'odd', 'landed')`,
    );
    expect((await freshness(warehouse))[0]).toMatchObject({
      lastState: 'running',
      runningSince: at(7),
      openQuarantine: 2,
    });
  });
});
