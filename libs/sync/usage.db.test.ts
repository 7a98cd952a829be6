import { localLimiter, type Use } from '#http';
import { later, minutes, seconds } from '#kernel';
import { createLogger } from '#telemetry';
import { addUsage, openWarehouse, trimUsage, usageSince, type Warehouse } from '#warehouse';
import { testDatabase, describeDb, type TestDatabase } from '../../tests/postgres.js';
import { keepUsage, type UsageKeeper } from './usage.js';

const NOW = new Date('2026-11-21T14:00:30.000Z');

describeDb('the books of what was spent', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let now: Date;
  const logged: string[] = [];
  const logger = createLogger({ level: 'debug', process: 'test', write: (line) => logged.push(line) });
  const keepers: UsageKeeper[] = [];
  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'stratus test' });
    await warehouse.query(
      `insert into connections (id, workspace_id, platform, name, credentials) values ('conn_1', 'default', 'fake', 'shop', '')`,
    );
  });
  afterAll(async () => {
    await warehouse.close();
    await database.drop();
  });
  beforeEach(async () => {
    now = NOW;
    logged.length = 0;
    await warehouse.query('delete from quota_usage');
  });
  afterEach(async () => {
    for (const one of keepers.splice(0)) await one.close(seconds(5));
  });

  const keeper = (more: Partial<Parameters<typeof keepUsage>[0]> = {}): UsageKeeper => {
    const made = keepUsage({ warehouse, logger, now: () => now, everyMs: minutes(60), ...more });
    keepers.push(made);
    return made;
  };
  const use = (more: Partial<Use> = {}): Use => ({
    account: 'conn_1',
    limit: 'fake.points',
    operation: 'orders',
    lane: 'live',
    spender: 'fake.orders',
    calls: 1,
    used: 10,
    refused: 0,
    waitedMs: 5,
    ...more,
  });
  const rows = () =>
    warehouse.query<Record<string, unknown>>(
      `select minute, limit_name as limit, lane, spender, calls, used, refused, waited_ms as waited from quota_usage
       order by minute, limit_name, lane, spender`,
    );
  /** A Postgres that can be away. */
  const moody = () => {
    const state = { away: true, asked: 0 };
    const door: Warehouse = {
      ...warehouse,
      query: async (sql, parameters) => {
        state.asked += 1;
        if (state.away) throw new Error('Postgres was lost');
        return warehouse.query(sql, parameters);
      },
    };
    return { state, door };
  };

  it('are kept by account, limit, operation, lane, spender and minute, whoever writes', async () => {
    const [one, other] = [keeper(), keeper()];
    for (const keep of [one, other])
      for (let i = 0; i < 3; i++) {
        keep.note(use());
        keep.note(use({ lane: 'backfill', spender: 'fake.old', refused: 1, used: 0.4 }));
      }
    await Promise.all([one.flush(), other.flush()]);
    now = later(NOW, minutes(1));
    one.note(use());
    await one.flush();
    await one.flush();
    const minute = new Date('2026-11-21T14:00:00.000Z');
    expect(await rows()).toEqual([
      {
        minute,
        limit: 'fake.points',
        lane: 'backfill',
        spender: 'fake.old',
        calls: 6,
        used: '2',
        refused: 6,
        waited: '30',
      },
      {
        minute,
        limit: 'fake.points',
        lane: 'live',
        spender: 'fake.orders',
        calls: 6,
        used: '60',
        refused: 0,
        waited: '30',
      },
      {
        minute: later(minute, minutes(1)),
        limit: 'fake.points',
        lane: 'live',
        spender: 'fake.orders',
        calls: 1,
        used: '10',
        refused: 0,
        waited: '5',
      },
    ]);
  });

  it('come from the limiter itself, one entry for each call and limit', async () => {
    const keep = keeper();
    const limiter = localLimiter({ onUse: (told) => keep.note(told) });
    const lease = await limiter.acquire({
      account: 'conn_1',
      operation: 'orders',
      lane: 'live',
      spender: 'fake.orders',
      weight: 7,
      limits: [{ name: 'fake.points', per: 'connection', kind: 'cost', capacity: 100, restorePerSecond: 1 }],
      signal: new AbortController().signal,
      now: () => now.getTime(),
    });
    await lease.release({ charged: 4 });
    await limiter.close();
    await keep.flush();
    expect(await rows()).toMatchObject([{ limit: 'fake.points', calls: 1, used: '4', refused: 0 }]);
  });

  it('are kept while Postgres is away and added when it is back', async () => {
    const { state, door } = moody();
    const keep = keeper({ warehouse: door });
    keep.note(use());
    await keep.flush();
    keep.note(use());
    await keep.flush();
    expect(await rows()).toEqual([]);
    expect(logged.filter((line) => line.includes('kept for later'))).toHaveLength(1);
    state.away = false;
    await keep.flush();
    expect(await rows()).toMatchObject([{ calls: 2, used: '20' }]);
  });

  it('hold only so much while Postgres is away, and say what went', async () => {
    const { state, door } = moody();
    const keep = keeper({ warehouse: door, most: 3 });
    for (let i = 0; i < 5; i++) {
      now = later(NOW, minutes(i));
      keep.note(use());
      await keep.flush();
    }
    state.away = false;
    await keep.flush();
    expect((await rows()).map((row) => row['minute'])).toEqual(
      [2, 3, 4].map((i) => later(new Date('2026-11-21T14:00:00.000Z'), minutes(i))),
    );
    expect(logged.join()).toContain('known in part only');
  });

  it('are written to the end when the process stops, and keep no process that cannot', async () => {
    const keep = keeper();
    keep.note(use());
    await keep.close(seconds(5));
    expect(await rows()).toHaveLength(1);
    const hung: Warehouse = { ...warehouse, query: () => new Promise<never>(() => undefined) };
    const stuck = keepUsage({ warehouse: hung, logger, now: () => now, everyMs: minutes(60) });
    stuck.note(use());
    await stuck.close(1);
  });

  it('leave out an account that was removed, and nobody else', async () => {
    const keep = keeper();
    keep.note(use({ account: 'removed' }));
    keep.note(use());
    await keep.flush();
    expect(await rows()).toHaveLength(1);
  });

  it('take many rows in few statements', async () => {
    const { state, door } = moody();
    state.away = false;
    const keep = keeper({ warehouse: door });
    for (let i = 0; i < 2500; i++) keep.note(use({ operation: `operation ${i}` }));
    await keep.flush();
    expect(state.asked).toBe(3);
    expect(await rows()).toHaveLength(2500);
  });

  it('say who spent what since when, and forget what is old', async () => {
    const row = {
      connectionId: 'conn_1',
      limit: 'fake.points',
      operation: 'orders',
      lane: 'live',
      calls: 1,
      refused: 0,
      waitedMs: 2,
    } as const;
    await addUsage(warehouse, [
      { ...row, spender: 'a', used: 5, minute: later(NOW, -minutes(90)) },
      { ...row, spender: 'a', used: 5, minute: NOW },
      { ...row, spender: 'a', used: 6, operation: 'lines', minute: NOW },
      { ...row, spender: 'b', used: 20, minute: NOW },
    ]);
    expect(await usageSince(warehouse, later(NOW, -minutes(60)))).toMatchObject([
      { spender: 'b', calls: 1, used: 20, waitedMs: 2, lastAt: NOW },
      { spender: 'a', calls: 2, used: 11 },
    ]);
    expect(await trimUsage(warehouse, later(NOW, -minutes(60)))).toBe(1);
    expect(await rows()).toHaveLength(3);
  });
});
