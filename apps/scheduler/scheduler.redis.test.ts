import { Redis } from 'ioredis';
import { openQueues, type Queues } from '#queue';
import { findRun } from '#warehouse';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream, manyThings } from '../../tests/fake-platform.js';
import { describeRedis, testRedisUrl } from '../../tests/redis.js';
import { startWorker } from '../worker/index.js';
import { declaredSchedules } from './declared.js';
import { reconcile } from './reconcile.js';
import { until } from '../../tests/until.js';

const streams = ['fake.a', 'fake.b', 'fake.c'] as const;
const platform = fakePlatform({ streams: streams.map((name) => fakeStream(name)) });

describeRedis('after everything in Redis is gone', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let queues: Queues;
  let url: string;
  beforeAll(async () => {
    url = await testRedisUrl();
    db = await openTestEngine(platform, shop);
    queues = openQueues({
      store: { kind: 'redis', url, prefix: '{stratus}' },
      platforms: ['fake'],
      onError: () => undefined,
    });
  });
  afterAll(async () => {
    await queues.close();
    await db.close();
  });

  it('one pass brings every schedule and every waiting run back, and no row is missing', async () => {
    shop.things = manyThings(10);
    const connections = await Promise.all([1, 2, 3].map(() => db.connect()));
    const declared = declaredSchedules(connections, [platform], new Map(), []);
    const doors = { warehouse: db.engine.warehouse, queues, logger: db.engine.logger };
    const pass = () => reconcile(doors, declared, new Date());
    expect(await pass()).toMatchObject({ added: 9, enqueued: 9, readded: 0 });
    const before = (await queues.schedules()).map(({ id }) => id).sort();

    const redis = new Redis(url);
    await redis.flushdb();
    expect(await redis.dbsize()).toBe(0);
    redis.disconnect();

    expect(await pass()).toMatchObject({ added: 9, enqueued: 0, readded: 9 });
    expect((await queues.schedules()).map(({ id }) => id).sort()).toEqual(before);

    const worker = startWorker({
      engine: { ...db.engine, now: () => new Date() },
      queues,
      platforms: [platform],
      concurrency: 4,
      lockMs: 30_000,
    });
    const runs = await db.engine.warehouse.query<{ id: string }>('select id from runs');
    expect(runs).toHaveLength(9);
    for (const { id } of runs)
      await until(
        () => findRun(db.engine.warehouse, id),
        (run) => run?.state === 'succeeded',
      );
    await worker.close(10_000);
    const [counted] = await db.engine.warehouse.query<{ n: string }>('select count(*) as n from test_things');
    expect(Number(counted?.n)).toBe(30);
  });
});
