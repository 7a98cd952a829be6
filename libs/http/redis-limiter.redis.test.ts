import { Failure } from '#kernel';
import { Redis } from 'ioredis';
import { setTimeout } from 'node:timers/promises';
import { describeRedis, testRedisUrl } from '../../tests/redis.js';
import type { Lease, LeaseRequest, Limiter, LimitSpec, Use } from './limit.js';
import { redisLimiter } from './redis-limiter.js';
import { deadPort } from './testing/hostile-server.js';
import { isBuilt, startLimitedProcess, type LimitedProcess } from './testing/limited-process.js';
import { StrictPlatform } from './testing/strict-platform.js';
import { describeLanes } from './testing/lane-conformance.js';
import { describeLimiter } from './testing/limiter-conformance.js';
import { describeTelling } from './testing/telling-conformance.js';

const never = new AbortController().signal;

describeRedis('over Redis', () => {
  let url: string;
  let admin: Redis;
  const closing: (() => Promise<unknown> | void)[] = [];

  beforeAll(async () => {
    url = await testRedisUrl();
    admin = new Redis(url);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await admin.flushdb();
  });
  afterAll(() => admin.disconnect());

  /** A limiter as another replica would have it, on connections of its own. */
  function replica(
    options: { leaseMs?: number; idleMs?: number; url?: string; onUse?: (use: Use) => void } = {},
  ): Limiter {
    const client = new Redis(options.url ?? url, { maxRetriesPerRequest: 1, retryStrategy: () => 50 });
    client.on('error', () => undefined);
    const limiter = redisLimiter({ client, prefix: 'test', ...options });
    closing.push(async () => {
      await limiter.close();
      client.disconnect();
    });
    return limiter;
  }

  async function process(options?: { aheadMs?: number; leaseMs?: number }): Promise<LimitedProcess> {
    const started = await startLimitedProcess(url, options);
    closing.push(() => void started.child.kill('SIGKILL'));
    return started;
  }

  const ask = (
    limiter: Limiter,
    limits: readonly LimitSpec[],
    weight = 1,
    more: Partial<LeaseRequest> = {},
  ): Promise<Lease> =>
    limiter.acquire({
      account: 'conn_1',
      operation: 'orders',
      lane: 'live',
      spender: 'orders',
      weight,
      limits,
      maxWaitMs: 0,
      signal: never,
      now: Date.now,
      ...more,
    });

  const refusal = async (promise: Promise<unknown>): Promise<Failure> => {
    const thrown: unknown = await promise.then(
      () => new Error('was granted'),
      (error: unknown) => error,
    );
    if (!(thrown instanceof Failure)) throw thrown;
    return thrown;
  };

  const points = (capacity: number, restorePerSecond: number): LimitSpec => ({
    name: 'test.points',
    per: 'connection',
    kind: 'cost',
    capacity,
    restorePerSecond,
    share: 1,
    reserved: { write: 0 },
  });
  const slots = (capacity: number): LimitSpec => ({
    name: 'test.slots',
    per: 'connection',
    kind: 'concurrent',
    capacity,
    reserved: { write: 0 },
  });

  describeLimiter('processes that share a Redis', async (options) => {
    const client = new Redis(url, { maxRetriesPerRequest: 3 });
    const limiter = redisLimiter({ client, prefix: 'test', ...options });
    return {
      limiter,
      async close() {
        await limiter.close();
        client.disconnect();
      },
    };
  });

  /** Each call on another replica than the one before. */
  describeLanes('processes that share a Redis', async () => {
    const replicas = [replica(), replica(), replica()];
    let turn = 0;
    const next = (): Limiter => replicas[turn++ % replicas.length]!;
    return {
      limiter: {
        acquire: (request) => next().acquire(request),
        meters: (...of) => next().meters(...of),
        close: async () => undefined,
      },
      close: async () => undefined,
    };
  });

  /** The meters are read where nobody ever called. */
  describeTelling('processes that share a Redis', async (onUse) => ({
    limiter: replica({ onUse }),
    other: replica(),
    close: async () => undefined,
  }));

  it('is one budget for all replicas', async () => {
    const [a, b] = [replica(), replica()];
    const lease = await ask(a, [points(100, 0.01)], 80);
    await refusal(ask(b, [points(100, 0.01)], 40));
    await ask(b, [points(100, 0.01)], 20);
    await lease.release({ charged: 0, throttledUntil: new Date(Date.now() + 60_000) });
    const failure = await refusal(ask(b, [points(100, 0.01)], 1, { now: () => 0 }));
    expect(failure.retryAt!.getTime()).toBeGreaterThan(59_000);
  });

  it('hands what one replica learnt to those that start later', async () => {
    const a = replica();
    const lease = await ask(a, [points(100, 1)], 50);
    await lease.release({ charged: 50, level: { available: 1950, capacity: 2000, perSecond: 1000 } });
    const b = replica();
    await ask(b, [points(100, 1)], 900, { maxWaitMs: 1000 });
  });

  it('wakes a call that waits for points that another replica hands back', async () => {
    const [a, b] = [replica(), replica()];
    const limits = [points(100, 10)];
    const lease = await ask(a, limits, 100);
    const waiting = ask(b, limits, 90, { maxWaitMs: 10_000 });
    while ((await admin.keys('*_stratus_line')).length === 0);
    const before = performance.now();
    await lease.release({ charged: 0 });
    await waiting;
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('starts over where a limit was changed in code', async () => {
    await ask(replica(), [points(100, 0.01)], 100);
    await ask(replica(), [points(200, 0.01)], 200);
  });

  it('goes on when its keys are lost, and gives those that waited the time to go first', async () => {
    const limiter = replica();
    const [pointed, slotted] = [[points(100, 10)], [slots(1)]];
    const held = await ask(limiter, slotted, 1, { maxWaitMs: 1000 });
    const lease = await ask(limiter, pointed, 10);
    await admin.flushdb();
    await lease.release({ charged: 5, level: { available: 90, capacity: 100, perSecond: 10 } });
    const failure = await refusal(ask(limiter, pointed, 10, { now: () => 0 }));
    expect(failure.retryAt!.getTime()).toBeLessThan(8000);
    await ask(limiter, pointed, 1, { maxWaitMs: 10_000 });
    await held.release({});
    await (await ask(limiter, slotted, 1, { maxWaitMs: 1000 })).release({});
  });

  /** A run on its account: page after page, snoozed where the budget is spent. Resolves when told to stop. */
  async function pages(
    limiter: Limiter,
    platform: StrictPlatform,
    weight: number,
    served: () => void,
    stop: AbortSignal,
  ): Promise<void> {
    const limits = [{ ...points(1000, 100), share: 0.95, reserved: {} }];
    while (!stop.aborted) {
      try {
        const lease = await ask(limiter, limits, weight, { maxWaitMs: 5000, signal: stop });
        platform.charge(weight);
        await setTimeout(40);
        platform.refund(weight - 20);
        served();
        await lease.release({ charged: 20, level: platform.level() });
      } catch (thrown) {
        if (stop.aborted) return;
        if (!(thrown instanceof Failure && thrown.retryAt)) throw thrown;
        await setTimeout(thrown.retryAt.getTime() - Date.now(), undefined, { signal: stop }).catch(() => {});
      }
    }
  }

  it('lets calls of every size flow again within seconds when its keys were lost under way', async () => {
    const platform = new StrictPlatform(20_000, 1000);
    const stop = new AbortController();
    const served = new Map<string, () => void>();
    const runs: Promise<void>[] = [];
    for (let i = 0; i < 4; i++) {
      const limiter = replica();
      for (const weight of [930, 200])
        runs.push(pages(limiter, platform, weight, () => served.get(`${i}/${weight}`)?.(), stop.signal));
    }
    const all = async (): Promise<number> => {
      const began = performance.now();
      const names = runs.map((_, n) => `${n >> 1}/${n % 2 === 0 ? 930 : 200}`);
      await Promise.all(names.map((name) => new Promise<void>((resolve) => served.set(name, resolve))));
      return performance.now() - began;
    };
    await all();
    await all();
    await admin.flushdb();
    const tookMs = await all();
    stop.abort();
    await Promise.all(runs);
    expect(platform.refused).toBe(0);
    expect(tookMs).toBeLessThan(5000);
  }, 120_000);

  it('goes on when Redis has forgotten the client', async () => {
    const limiter = replica();
    await (await ask(limiter, [slots(1), points(100, 10)], 10, { maxWaitMs: 1000 })).release({});
    for (const key of await admin.keys('*_client_last_seen')) await admin.del(key);
    await (await ask(limiter, [slots(1), points(100, 10)], 10, { maxWaitMs: 1000 })).release({});
  });

  it('says so where Redis cannot be reached', async () => {
    const limiter = replica({ url: `redis://127.0.0.1:${await deadPort()}` });
    const failure = await refusal(ask(limiter, [points(100, 10)]));
    expect(failure).toMatchObject({ kind: 'transient', message: expect.stringContaining('test.points') });
  });

  it('leaves Redis alone where nobody calls, and forgets an account after a week', async () => {
    const limiter = replica({ idleMs: 50 });
    await (await ask(limiter, [points(100, 10), slots(1)], 10, { maxWaitMs: 1000 })).release({});
    const keys = await admin.keys('*_settings');
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(key).toMatch(/^b_test:\{test\.(points|slots)\/conn_1\}:[0-9a-f]{8}_settings$/);
      const days = (await admin.pttl(key)) / 86_400_000;
      expect(days).toBeGreaterThan(6);
      expect(days).toBeLessThan(8);
    }
    while (((await admin.pubsub('CHANNELS', 'b_test*')) as string[]).length > 0);
    await ask(limiter, [points(100, 10)], 10, { maxWaitMs: 1000 });
  });

  (isBuilt ? describe : describe.skip)('with another process', () => {
    it('gets the slot of a process back that was killed', async () => {
      const other = await process({ leaseMs: 500 });
      expect(await other.ask({ limits: [slots(1)] })).toEqual({ granted: true });
      other.child.kill('SIGKILL');
      await ask(replica({ leaseMs: 500 }), [slots(1)], 1, { maxWaitMs: 10_000 });
    });

    it('goes on without one that is frozen, and that one goes on when it thaws', async () => {
      const other = await process();
      const limits = [points(100, 50)];
      expect(await other.ask({ limits, weight: 100 })).toEqual({ granted: true });
      const frozen = other.ask({ limits, weight: 10, release: true });
      other.child.kill('SIGSTOP');
      const mine = replica();
      await ask(mine, limits, 20, { maxWaitMs: 5000 });
      // What Redis does with a client that it has not heard of for ten seconds.
      for (const key of await admin.keys('*_client_*')) await admin.del(key);
      other.child.kill('SIGCONT');
      expect(await frozen).toEqual({ granted: true });
      expect(await other.ask({ limits, weight: 10, release: true })).toEqual({ granted: true });
      expect(await other.ask({ limits: [slots(1)], release: true })).toEqual({ granted: true });
    });

    it('is not put off by one whose clock is ahead', async () => {
      const other = await process({ aheadMs: 20_000 });
      const limits = [points(100, 100)];
      expect(await other.ask({ limits, weight: 100 })).toEqual({ granted: true });
      await ask(replica(), limits, 50, { maxWaitMs: 3000 });
      await refusal(ask(replica(), limits, 100));
    });
  });
});
