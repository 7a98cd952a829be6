import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describeRedis } from '../../tests/redis.js';
import { until } from '../../tests/until.js';
import type { LimitSpec } from './limit.js';
import { redisLimiter } from './redis-limiter.js';
import { isBuilt } from './testing/limited-process.js';
import { redisProgram, startOwnRedis, type OwnRedis } from './testing/own-redis.js';
import { startSaturating, type Caller, type SaturatingProcess } from './testing/saturating-process.js';
import { StrictServer } from './testing/strict-server.js';

const POINTS = { capacity: 1000, perSecond: 300 };
const SLOTS = 5;
const WINDOW = { capacity: 20, ms: 2000 };
const LEASE_MS = 4000;
/** Clocks of hosts that nobody sets. */
const AHEAD_MS = [0, 30_000, -30_000];
/** Longer than Bottleneck waits before it forgets a client. */
const FROZEN_MS = 12_000;

const limit = (more: Pick<LimitSpec, 'name' | 'kind' | 'capacity'> & Partial<LimitSpec>): LimitSpec => ({
  per: 'connection',
  ...more,
});
const points = limit({ name: 'ledger.points', kind: 'cost', capacity: 1000, restorePerSecond: 300 });
const slots = limit({ name: 'ledger.slots', kind: 'concurrent', capacity: SLOTS });
const sliding = limit({
  name: 'ledger.window',
  kind: 'window',
  capacity: WINDOW.capacity,
  windowMs: WINDOW.ms,
  reserved: { write: 0 },
});

const callers = (n: number): Caller[] => [
  { path: '/points', lane: 'backfill', spender: `a${n}`, weight: 60, everyMs: 0, limits: [points] },
  { path: '/points', lane: 'backfill', spender: `b${n}`, weight: 25, everyMs: 0, limits: [points] },
  { path: '/slots', lane: 'live', spender: `c${n}`, weight: 1, everyMs: 50, limits: [slots] },
  { path: '/window', lane: 'live', spender: `d${n}`, weight: 1, everyMs: 0, limits: [sliding] },
];
const writer: Caller = {
  path: '/points',
  lane: 'write',
  spender: 'write-back',
  weight: 10,
  everyMs: 100,
  limits: [points],
};

const canRun = isBuilt && redisProgram !== undefined;

/** One account's ledger between processes that come, die, freeze and lose their Redis; the platform counts. */
describeRedis('a ledger shared by processes', () => {
  (canRun ? it : it.skip)(
    'never asks for more than the platform has, and loses nothing of it',
    async () => {
      const redis = await startOwnRedis();
      const server = new StrictServer({ points: POINTS, slots: SLOTS, window: WINDOW, latencyMs: 150 });
      const url = await server.listen();
      const processes: SaturatingProcess[] = [];
      const join = async (count: number): Promise<void> => {
        const numbers = Array.from({ length: count - processes.length }, (_, i) => processes.length + i);
        const joining = numbers.map((n) =>
          startSaturating({
            redisUrl: redis.url,
            url,
            leaseMs: LEASE_MS,
            aheadMs: AHEAD_MS[n % AHEAD_MS.length]!,
            callers: n === 0 ? [...callers(n), writer] : callers(n),
          }),
        );
        processes.push(...(await Promise.all(joining)));
      };
      const shares: Record<string, number> = {};
      let [came, took] = [0, 0];
      const served = (): number[] =>
        [server.points, server.slots, server.window].map((limited) => limited.served);
      /** What the processes get out of the points in so long, of what comes back meanwhile; from when all three serve (again). */
      async function phase(name: string, ms: number): Promise<void> {
        const idle = served();
        await until(
          () => Promise.resolve(served()),
          (now) => now.every((count, i) => count > idle[i]!),
        );
        const before = served();
        const started = performance.now();
        await setTimeout(ms);
        const back = (POINTS.perSecond * (performance.now() - started)) / 1000;
        const got = served()[0]! - before[0]!;
        shares[name] = got / back;
        came += back;
        took += got;
      }

      try {
        await join(1);
        await setTimeout(2000);
        await phase('one', 2000);
        await join(3);
        await phase('three', 3000);
        await join(9);
        await phase('nine', 4000);
        for (const one of [processes[1]!, processes[2]!]) one.child.kill('SIGKILL');
        await phase('two killed', 4000);
        processes[3]!.child.kill('SIGSTOP');
        await phase('one frozen', FROZEN_MS);
        processes[3]!.child.kill('SIGCONT');
        await phase('thawed', 2000);
        await redis.restart();
        await phase('redis restarted', 4000);
        const refused = [server.points.refused, server.slots.refused, server.window.refused];
        processes[4]!.child.kill('SIGKILL');
        await redis.empty();
        await phase('emptied', 5000);
        const alive = processes.filter(({ child }) => child.signalCode === null);
        const reports = await Promise.all(alive.map((one) => one.stop()));
        expect(refused).toEqual([0, 0, 0]);
        expect(server.points.refused).toBe(0);
        // Whose slots these were is nowhere known then: as many as were under way may be given away twice.
        expect(server.slots.refused).toBeLessThanOrEqual(SLOTS);
        expect(server.window.refused).toBeLessThanOrEqual(WINDOW.capacity);
        // Some points of one phase are used in the next; a phase that stands still is far from it.
        for (const [name, share] of Object.entries(shares))
          expect([name, share > 0.8 || share]).toEqual([name, true]);
        expect(took / came).toBeGreaterThan(0.95);
        const writes = reports.flatMap(({ waits }) => waits.write).sort((a, b) => a - b);
        expect(writes.length).toBeGreaterThan(100);
        expect(writes[Math.floor(writes.length * 0.99)]).toBeLessThan(2000);
        await everySlotIsFree(redis);
      } finally {
        for (const { child } of processes) child.kill('SIGKILL');
        server.close();
        await redis.stop();
      }
    },
    120_000,
  );
});

/** Those of the killed too, once their leases have lapsed. */
async function everySlotIsFree({ url }: OwnRedis): Promise<void> {
  const client = new Redis(url);
  const limiter = redisLimiter({ client, prefix: 'ledger' });
  try {
    for (let n = 0; n < SLOTS; n++)
      await limiter.acquire({
        account: 'conn_1',
        operation: 'slots',
        lane: 'write',
        spender: `last ${n}`,
        weight: 1,
        limits: [slots],
        maxWaitMs: 3 * LEASE_MS,
        signal: new AbortController().signal,
        now: Date.now,
      });
  } finally {
    await limiter.close();
    // After whatever is still on its way: an answer that is cut off is a failure that nobody hears.
    await client.quit();
  }
}
