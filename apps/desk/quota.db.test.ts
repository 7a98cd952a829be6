import { later, minutes, seconds } from '#kernel';
import type { Queues } from '#queue';
import {
  addUsage,
  beat,
  claimRun,
  insertRun,
  listConnections,
  openWarehouse,
  type Warehouse,
} from '#warehouse';
import { describeDb, testDatabase, type TestDatabase } from '../../tests/postgres.js';
import { metersFor, quotaOf } from './quota.js';
import type { MeteredDesk } from './doors.js';

const NOW = new Date('2026-11-21T14:00:30.000Z');

describeDb('the quota of every connection', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let stack: MeteredDesk;
  const named = async (name?: string) =>
    (await listConnections(warehouse)).filter((one) => name === undefined || one.name === name);
  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'stratus test' });
    const queues = { platforms: ['shopify'], isPaused: async () => false } as unknown as Queues;
    stack = { mode: 'embedded', warehouse, queues: async () => queues } as unknown as MeteredDesk;
    for (const name of ['shop', 'other'])
      await warehouse.query(
        `insert into connections (id, workspace_id, platform, name, credentials) values ($1, 'default', 'shopify', $1, '')`,
        [name],
      );
  });
  afterAll(async () => {
    await warehouse.close();
    await database.drop();
  });

  const reading = {
    limit: 'shopify.graphql',
    per: 'connection',
    kind: 'cost',
    capacity: 2000,
    ceiling: 1900,
    available: 500,
    perSecond: 100,
    waiting: 0,
    closedUntil: '2026-11-21T14:00:40.000Z',
    reservedForWrite: 300,
  };

  it('is what the limits allow where nothing works', async () => {
    const meters = await metersFor(stack, NOW);
    expect(meters).toMatchObject({ asOf: NOW, source: 'limits' });
    const [other] = await quotaOf(stack, meters, await named('other'), NOW);
    const [meter] = other!.meters;
    expect(other).toMatchObject({ connection: 'other', spent: [], runs: [] });
    expect(meter!.available).toBe(meter!.ceiling);
  });

  it('is as the working process showed it, with its spenders and the end of its runs', async () => {
    await beat(
      warehouse,
      {
        process: 'host-1',
        part: 'worker',
        platforms: ['shopify'],
        slots: 8,
        leads: false,
        meters: { shop: [reading] },
      },
      later(NOW, -seconds(3)),
    );
    const spent = {
      connectionId: 'shop',
      minute: NOW,
      limit: reading.limit,
      operation: 'Orders',
      lane: 'live',
      refused: 1,
      waitedMs: 5,
    } as const;
    await addUsage(warehouse, [
      { ...spent, spender: 'shopify.orders', calls: 10, used: 1000 },
      { ...spent, spender: 'token', calls: 1, used: 1 },
      { ...spent, spender: 'shopify.orders', calls: 9, used: 9, minute: later(NOW, -minutes(70)) },
    ]);
    await warehouse.query(
      `insert into runs (id, connection_id, stream, kind, trigger, state, pages, records, calls, busy_ms, queued_at)
       values ('past', 'shop', 'shopify.orders', 'incremental', 'schedule', 'succeeded', 42, 4200, 42, 4200, $1)`,
      [later(NOW, -minutes(90))],
    );
    const run = (await insertRun(
      warehouse,
      { connectionId: 'shop', stream: 'shopify.orders', kind: 'incremental', trigger: 'manual' },
      later(NOW, -seconds(1)),
    ))!;
    const second = (await insertRun(
      warehouse,
      { connectionId: 'shop', stream: 'shopify.orders', kind: 'incremental', trigger: 'manual' },
      NOW,
    ))!;
    await claimRun(warehouse, run.id, { worker: 'host-1', leaseMs: minutes(1), now: NOW });

    const meters = await metersFor(stack, NOW);
    expect(meters).toMatchObject({ asOf: later(NOW, -seconds(3)), source: 'worker' });
    const all = await quotaOf(stack, meters, await named(), NOW);
    expect(all.map(({ connection }) => connection)).toEqual(['other', 'shop']);
    expect(all[1]).toMatchObject({
      meters: [
        {
          available: 500,
          usedLastHour: 1001,
          refusedLastHour: 2,
          closedUntil: new Date(reading.closedUntil),
        },
      ],
      spent: [
        { spender: 'shopify.orders', calls: 10, used: 1000 },
        { spender: 'token', calls: 1, used: 1 },
      ],
      runs: [
        {
          run: run.id,
          wait: null,
          // 42 calls of 100 points, 200 in hand beyond what writes keep, 100 a second: 40 seconds.
          forecast: { endsAt: later(NOW, seconds(40)), pagesLeft: 42, heldBy: 'budget' },
        },
        { run: second.id, wait: { kind: 'behind' }, forecast: { endsAt: null } },
      ],
    });
  });
});
