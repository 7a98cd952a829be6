import { platforms } from '#catalog';
import { testDatabase, type TestDatabase } from '../tests/postgres.js';
import { describeRedis, testRedisUrl } from '../tests/redis.js';
import { KINDS } from './crash-kinds.js';
import { drillKind, SMALL_STEPS } from './crash-points.js';
import { drillPlatform, DRILL_PATCHES } from './drill-platform.js';
import { openDrillShops, type DrillShops } from './drill-shop.js';
import { openLane, type Lane } from './lane.js';
import { makeTestBuild, type CrashPoint, type TestBuild } from './test-build.js';

/** A few of the kills that `npm run storm -- --crash-points` makes, of the built product's own processes. */
describeRedis('a worker killed on purpose', () => {
  let build: TestBuild;
  let database: TestDatabase;
  let shops: DrillShops;
  let lane: Lane;
  beforeAll(async () => {
    build = makeTestBuild({ crashPoints: true, patches: [...DRILL_PATCHES, ...SMALL_STEPS] });
    database = await testDatabase();
    shops = await openDrillShops();
    lane = await openLane({
      root: build.root,
      redisUrl: await testRedisUrl(),
      databaseUrl: database.url,
      platforms: [...platforms, drillPlatform],
    });
  }, 60_000);
  afterAll(async () => {
    await lane.close();
    await shops.close();
    await database.drop();
    build.remove();
  });

  it.each<[string, string, CrashPoint, number]>([
    ['shopify.orders', 'incremental', 'after-rows', 0.5],
    ['fake.whole', 'incremental', 'after-checkpoint', 1],
    ['shopify.customers', 'reconcile', 'after-fetch', 0.9],
  ])(
    '%s, %s: equals the truth after a kill at %s, and fetches a page again at the most',
    async (stream, name, point, share) => {
      const kind = KINDS.find((one) => one.stream === stream && one.name === name)!;
      for await (const { drilled, complaint } of drillKind(lane, shops, kind, [{ point, share }])) {
        expect(complaint).toBeNull();
        expect(drilled?.hit).toBe(true);
      }
    },
    120_000,
  );
});
