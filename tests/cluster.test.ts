import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { readKeyRing } from '#kernel';
import { findRun, openWarehouse, saveConnection, type RunRow, type Warehouse } from '#warehouse';
import { Redis } from 'ioredis';
import { testDatabase, type TestDatabase } from './postgres.js';
import { describeRedis, everythingIn, testRedisUrl } from './redis.js';
import { startStratus, stratus, until, type Running } from './stratus.js';
import { DEMO_ACCESS } from '#simulators/shopify';
import { startSandbox, type Sandbox } from '../apps/sandbox/index.js';

const TOKEN = 'shpat_planted_in_the_cluster_0123456789';
const KEY = randomBytes(32).toString('base64');
const WORKERS = 4;
/** What each way of losing a process or its memory may cost at the most. */
const WHOLE_AGAIN_MS = 60_000;
/** A deadline missed is told by the test itself. */
const LONG = 2 * WHOLE_AGAIN_MS;

/** Every process of the cluster on a real Redis and a real Postgres, at settings that notice a death in seconds. */
describeRedis('the cluster', () => {
  let database: TestDatabase;
  let redisUrl: string;
  let redis: Redis;
  let warehouse: Warehouse;
  let sandbox: Sandbox;
  let env: Record<string, string>;
  const processes: Running[] = [];
  const workers = new Map<number, Running>();
  let metricsPort: number;
  /** Ends what still waits for a cluster that is gone. */
  const leaving = new AbortController();

  beforeAll(async () => {
    database = await testDatabase();
    redisUrl = await testRedisUrl();
    redis = new Redis(redisUrl);
    warehouse = await openWarehouse({ url: database.url, applicationName: 'cluster test' });
    sandbox = await startSandbox({
      shops: [
        {
          name: 'demo',
          source: { kind: 'built-in', seed: 3, orders: 150 },
          credentials: { ...DEMO_ACCESS, accessToken: TOKEN },
        },
      ],
    });
    env = {
      REDIS_URL: redisUrl,
      DATABASE_URL: database.url,
      STRATUS_SECRET_KEY: KEY,
      STRATUS_LOCK_MS: '2000',
      STRATUS_LEASE_MS: '3000',
      STRATUS_RECONCILE_MS: '1000',
    };
    await saveConnection(warehouse, readKeyRing(KEY), {
      platform: 'shopify',
      name: 'demo',
      settings: { shop: 'demo' },
      credentials: { accessToken: TOKEN },
      baseUrl: `${sandbox.url}/shopify/demo`,
      sandbox: true,
    });
    metricsPort = await freePort();
    for (let i = 0; i < 2; i++) processes.push(await startStratus(['scheduler'], env, /scheduler ready/));
    for (let i = 0; i < WORKERS; i++) {
      const worker = await startStratus(
        ['worker'],
        i === 0 ? { ...env, STRATUS_METRICS_PORT: String(metricsPort) } : env,
        /worker ready/,
      );
      processes.push(worker);
      workers.set(worker.pid, worker);
    }
    processes.push(await startStratus(['console', '--port', '0'], env, /console on/));
  }, 120_000);

  afterAll(async () => {
    leaving.abort();
    await Promise.all(processes.map((one) => one.stop('SIGKILL')));
    await warehouse.close();
    await sandbox.close();
    redis.disconnect();
    await database.drop();
  });

  const runsOf = (stream: string): Promise<RunRow[]> =>
    warehouse.query<RunRow>(
      'select id, state, pages, calls, worker, kind from runs where stream = $1 order by queued_at',
      [stream],
    );

  /** Its story goes into the message: what a run waited for is what one needs to know when it did not end. */
  const finished = async (id: string): Promise<RunRow> => {
    try {
      return await until(
        `run ${id} ends well`,
        async () => {
          const run = await findRun(warehouse, id);
          if (run?.state === 'failed') throw new Error(run.failure ?? 'failed');
          return run?.state === 'succeeded' ? run : undefined;
        },
        WHOLE_AGAIN_MS,
      );
    } catch (cause) {
      const logs = await warehouse.query<{ message: string }>(
        'select message from run_logs where run_id = $1 order by id',
        [id],
      );
      throw new Error(
        `${JSON.stringify(await findRun(warehouse, id))}; ${logs.map((log) => log.message).join('; ')}`,
        { cause },
      );
    }
  };

  const pageCallsServed = (): number =>
    sandbox.ledger.read().accounts['shopify/demo']?.operations['Orders'] ?? 0;

  async function tablesEqualTruth(): Promise<void> {
    const orders = sandbox.truth().streams['shopify.orders']!.tables as unknown as Record<
      string,
      Record<string, unknown>
    >;
    const [row] = await warehouse.query<Record<string, string>>(
      `select (select count(*) from orders where deleted_at is null) as orders, (select trim_scale(sum(total)) from orders) as total,
         count(*) as items, sum(qty) as units, trim_scale(sum(qty * price)) as gross from order_items where deleted_at is null`,
    );
    expect(row).toEqual({
      orders: String(orders['orders']!['rows']),
      total: plain(orders['orders']!['sum_total']),
      items: String(orders['order_items']!['rows']),
      units: String(orders['order_items']!['units']),
      gross: plain(orders['order_items']!['sum_qty_price']),
    });
  }

  it('is scheduled by itself, once per slot, whatever the number of schedulers', async () => {
    for (const stream of ['shopify.orders', 'shopify.customers', 'shopify.products']) {
      const [first] = await until(`a run of ${stream}`, async () => {
        const runs = await runsOf(stream);
        return runs.length > 0 && runs;
      });
      await finished(first!.id);
    }
    await tablesEqualTruth();
    const twice = await warehouse.query(
      `select connection_id, stream, slot from runs where slot is not null group by 1, 2, 3 having count(*) > 1`,
    );
    expect(twice).toEqual([]);
  });

  it('serves a worker’s own metrics where a port is set', async () => {
    const reply = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toMatch(/# TYPE stratus_call_seconds histogram/);
  });

  it(
    'loses no row and at most one page of calls when a worker is killed in the middle',
    async () => {
      sandbox.turn({ latencyMs: 40 });
      const before = pageCallsServed();
      const asked = stratus(['run', 'shopify.orders', '--full', '--json'], env);
      const run = await until('the refresh is on its third page', async () => {
        const all = await runsOf('shopify.orders');
        return all.find((one) => one.kind === 'refresh' && one.state === 'running' && one.pages >= 3);
      });
      const victim = workers.get(Number(/-(\d+)$/.exec(run.worker ?? '')?.[1]));
      expect(victim).toBeDefined();
      await victim!.stop('SIGKILL');

      const ended = await finished(run.id);
      sandbox.turn({ latencyMs: 0 });
      expect(ended.worker).toBeNull();
      const pageCalls = pageCallsServed() - before;
      expect(pageCalls).toBeLessThanOrEqual(ended.pages + 1);
      expect((await asked).code).toBe(0);
      await tablesEqualTruth();
    },
    LONG,
  );

  it(
    'is whole again after Redis lost everything',
    async () => {
      sandbox.turn({ latencyMs: 40 });
      const asked = stratus(['run', 'shopify.orders', '--full', '--json'], env);
      const run = await until('another refresh is under way', async () => {
        const all = await runsOf('shopify.orders');
        return all.find((one) => one.kind === 'refresh' && one.state === 'running' && one.pages >= 2);
      });
      await redis.flushdb();
      await until('all schedules are back', async () => {
        const keys = await redis.keys('*:ticks:repeat:*@*');
        return keys.filter((key) => !/:\d+$/.test(key)).length >= 3;
      });
      await finished(run.id);
      sandbox.turn({ latencyMs: 0 });
      expect((await asked).code).toBe(0);
      await tablesEqualTruth();
    },
    LONG,
  );

  it('keeps no token in the queue’s store or in any process’s log', async () => {
    const kept = (await everythingIn(redis)).map(([, text]) => text);
    expect(kept.length).toBeGreaterThan(10);
    for (const text of [...kept, ...processes.map((one) => one.output())]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(KEY);
    }
  });

  it('stops every process in good order, a run under way included', async () => {
    sandbox.turn({ latencyMs: 100 });
    const asked = startStratus(['run', 'shopify.orders', '--full'], env, /nothing/, leaving.signal);
    asked.catch(() => undefined);
    await until('a refresh is under way', async () =>
      (await runsOf('shopify.orders')).find(
        (one) => one.kind === 'refresh' && one.state === 'running' && one.pages >= 1,
      ),
    );
    const alive = processes.filter((one) => one.child.exitCode === null && one.child.signalCode === null);
    expect(await Promise.all(alive.map((one) => one.stop('SIGTERM')))).toEqual(alive.map(() => 0));
    const open = await warehouse.query<{ state: string; worker: string | null }>(
      `select state, worker from runs where kind = 'refresh' and finished_at is null`,
    );
    // Waiting for another worker, or for the budget that an emptied Redis made it wait for.
    expect(open).toEqual([{ state: expect.stringMatching(/^(queued|snoozed)$/) as string, worker: null }]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const plain = (sums: unknown): string =>
  Object.values(sums as Record<string, string>)[0]!.replace(/\.?0+$/, '');
