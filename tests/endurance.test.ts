import { randomBytes } from 'node:crypto';
import { readKeyRing } from '#kernel';
import { findRun, insertRun, openWarehouse, saveConnection, type RunRow, type Warehouse } from '#warehouse';
import { shopify } from '#connectors/shopify';
import { DEMO_ACCESS } from '#simulators/shopify';
import { startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { redisProgram, startOwnRedis, type OwnRedis } from '../libs/http/testing/own-redis.js';
import { startProxy, type Proxy } from '../storm/proxy.js';
import { DIRECTIONS } from '../storm/weather.js';
import { testDatabase, type TestDatabase } from './postgres.js';
import { describeRedis } from './redis.js';
import { startStratus, until, type Running } from './stratus.js';

const KEY = randomBytes(32).toString('base64');
const STOP_MS = 5000;
/** What a process may take besides to say goodbye to the stores that are there. */
const GOODBYE_MS = 5000;

/** Processes that die or are told to stop while they have work in hand; what becomes of the work. */
(redisProgram ? describeRedis : describe.skip)('the work of a process that ends', () => {
  let database: TestDatabase;
  let redis: OwnRedis;
  let proxy: Proxy;
  let warehouse: Warehouse;
  let sandbox: Sandbox;
  let env: Record<string, string>;
  const connections: string[] = [];
  let redisGone = false;
  const processes: Running[] = [];

  beforeAll(async () => {
    [database, redis] = await Promise.all([testDatabase(), startOwnRedis()]);
    proxy = await startProxy({ target: { port: Number(new URL(redis.url).port) } });
    warehouse = await openWarehouse({ url: database.url, applicationName: 'endurance test' });
    sandbox = await startSandbox({
      shops: ['one', 'two'].map((name) => ({
        name,
        source: { kind: 'built-in' as const, seed: 5, orders: 200 },
        credentials: { ...DEMO_ACCESS, accessToken: 'shpat_endures' },
      })),
    });
    sandbox.turn({ latencyMs: 150 });
    for (const name of ['one', 'two']) {
      const { id } = await saveConnection(warehouse, readKeyRing(KEY), {
        platform: 'shopify',
        name,
        settings: { shop: name },
        credentials: { accessToken: 'shpat_endures' },
        baseUrl: `${sandbox.url}/shopify/${name}`,
        sandbox: true,
      });
      connections.push(id);
      // Only what the test asks for runs.
      await warehouse.query(
        `with off as (insert into streams (connection_id, stream, enabled)
           select $1, stream, false from unnest($2::text[]) as stream returning 1) select from off`,
        [id, shopify.streams.map((stream) => stream.name)],
      );
    }
    env = {
      REDIS_URL: redis.url,
      DATABASE_URL: database.url,
      STRATUS_SECRET_KEY: KEY,
      STRATUS_LOCK_MS: '2000',
      STRATUS_LEASE_MS: '3000',
      STRATUS_RECONCILE_MS: '1000',
      STRATUS_STOP_MS: String(STOP_MS),
    };
    await start('scheduler');
  }, 120_000);

  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop('SIGKILL')));
    await warehouse.close();
    await sandbox.close();
    await proxy.close();
    if (!redisGone) await redis.stop();
    await database.drop();
  });

  async function start(name: string, more: Record<string, string> = {}): Promise<Running> {
    const args = name === 'console' ? [name, '--port', '0'] : [name];
    const running = await startStratus(args, { ...env, ...more }, / ready \(process /);
    processes.push(running);
    return running;
  }

  /** A long run: the scheduler gives it its job. */
  const ask = async (connectionId: string): Promise<RunRow> =>
    (await insertRun(
      warehouse,
      { connectionId, stream: 'shopify.orders', kind: 'refresh', trigger: 'manual' },
      new Date(),
    ))!;

  const inHandOf = (run: RunRow, { pid }: Running): Promise<RunRow> =>
    until(`run ${run.id} is under way`, async () => {
      const now = await findRun(warehouse, run.id);
      return now?.state === 'running' && now.pages > 0 && now.worker?.endsWith(`-${pid}`) && now;
    });

  /** How long it took to end, and how. */
  async function stop(one: Running): Promise<{ code: number | null; ms: number }> {
    const began = performance.now();
    const code = await one.stop('SIGTERM');
    return { code, ms: performance.now() - began };
  }

  it('goes on elsewhere after a death', async () => {
    const victim = await start('worker');
    const run = await inHandOf(await ask(connections[0]!), victim);
    const heir = await start('worker');
    await victim.stop('SIGKILL');
    await until('another worker has it', async () => {
      const now = await findRun(warehouse, run.id);
      return now?.worker?.endsWith(`-${heir.pid}`);
    });
    await heir.stop('SIGKILL');
  }, 60_000);

  it('is given back at once where Redis is silent or gone, and every process ends in time', async () => {
    const through = new URL(redis.url);
    through.port = String(proxy.port);
    const first = await start('worker', { REDIS_URL: through.href });
    const one = await inHandOf(await ask(connections[1]!), first);
    for (const direction of DIRECTIONS) proxy.set(direction, { kind: 'blackhole' });
    const silent = stop(first);
    await until(
      'its run waits for another worker',
      async () => {
        const now = await findRun(warehouse, one.id);
        return now?.worker === null && now.state === 'queued';
      },
      STOP_MS,
    );
    expect(first.child.exitCode).toBeNull();
    await silent;

    const [second, console] = [await start('worker'), await start('console')];
    const taken = await until('the run went on', async () => {
      const now = await findRun(warehouse, one.id);
      return now?.state === 'running' && now.worker?.endsWith(`-${second.pid}`) && now;
    });
    await redis.stop();
    redisGone = true;
    const ended = await Promise.all([silent, ...[second, console, processes[0]!].map(stop)]);
    for (const { code, ms } of ended) {
      expect(code).toBe(0);
      expect(ms).toBeLessThan(STOP_MS + GOODBYE_MS);
    }
    // Its time slice or its budget may have been over just then.
    expect(await findRun(warehouse, taken.id)).toMatchObject({
      state: expect.stringMatching(/^(?:queued|snoozed)$/) as string,
      worker: null,
    });
  }, 90_000);
});
