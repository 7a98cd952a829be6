import { Failure } from '#kernel';
import { setTimeout } from 'node:timers/promises';
import type { Lane, Lease, LeaseRequest, Limiter, LimitSpec } from '../limit.js';
import { StrictPlatform } from './strict-platform.js';

const never = new AbortController().signal;

/** Whose turn comes when: every limiter must agree on it, whatever keeps its numbers. */
export function describeLanes(
  name: string,
  make: () => Promise<{ limiter: Limiter; close(): Promise<void> }>,
): void {
  describe(`${name}: who goes first`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let serial = 0;

    beforeEach(async () => {
      made = await make();
    });
    afterEach(() => made.close());

    const spec = (more: Partial<LimitSpec> & Pick<LimitSpec, 'kind' | 'capacity'>): LimitSpec => ({
      name: `lanes.${++serial}`,
      per: 'connection',
      share: 1,
      ...more,
    });
    const bucket = (capacity: number, restorePerSecond: number): LimitSpec =>
      spec({ kind: 'cost', capacity, restorePerSecond });

    const ask = (
      lane: Lane,
      limit: LimitSpec,
      weight = 1,
      more: Partial<LeaseRequest> = {},
    ): Promise<Lease> =>
      made.limiter.acquire({
        account: 'conn_1',
        operation: 'orders',
        lane,
        spender: lane,
        weight,
        limits: [limit],
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

    /** Resolves when so much is waited for. */
    async function waiting(limit: LimitSpec, points: number): Promise<void> {
      for (;;) {
        const [meter] = await made.limiter.meters('conn_1', [limit]);
        if (meter!.waiting === points) return;
        await setTimeout(1);
      }
    }

    it('lets a write pass whoever waits, and a live call pass a backfill', async () => {
      const limit = bucket(100, 200);
      const order: string[] = [];
      await ask('write', limit, 100);
      const patient = { maxWaitMs: 10_000 };
      const calls = [ask('backfill', limit, 50, patient).then(() => order.push('backfill'))];
      await waiting(limit, 50);
      calls.push(ask('live', limit, 60, patient).then(() => order.push('live')));
      await waiting(limit, 110);
      calls.push(ask('write', limit, 80, patient).then(() => order.push('write')));
      await Promise.all(calls);
      expect(order).toEqual(['write', 'live', 'backfill']);
    });

    it('leaves a fifth for writes where something writes', async () => {
      const limit = bucket(100, 0.01);
      await ask('write', limit, 1);
      await ask('live', limit, 79);
      await refusal(ask('live', limit, 1));
      await ask('write', limit, 20);
    });

    it('leaves what the platform says where something writes', async () => {
      const limit = { ...bucket(100, 0.01), reserved: { write: 0.5 } };
      await ask('write', limit, 1);
      await refusal(ask('live', limit, 50));
      await ask('live', limit, 49);
    });

    it('gives reads the whole bucket where nothing writes', async () => {
      await ask('live', bucket(100, 0.01), 100);
      await ask('backfill', bucket(100, 0.01), 100);
    });

    it('leaves a tenth of a backfill’s for live calls where there are any', async () => {
      const limit = bucket(100, 0.01);
      await ask('live', limit, 1);
      await ask('backfill', limit, 89);
      await refusal(ask('backfill', limit, 1));
      await ask('live', limit, 10);
    });

    it('lets a call go that is nearly as heavy as the bucket, when the bucket is full', async () => {
      const limit = bucket(100, 1000);
      await ask('write', limit, 1);
      await ask('live', limit, 95, { maxWaitMs: 1000 });
      await ask('backfill', limit, 100, { maxWaitMs: 1000 });
    });

    it('keeps the place of a call it sent away: lighter ones do not starve it', async () => {
      const limit = bucket(100, 100);
      await ask('live', limit, 100);
      const sentAway = await refusal(ask('live', limit, 90, { spender: 'heavy' }));
      let light = false;
      const waited = ask('live', limit, 10, { spender: 'light', maxWaitMs: 10_000 }).then(
        () => (light = true),
      );
      await setTimeout(sentAway.retryAt!.getTime() - Date.now());
      await ask('live', limit, 90, { spender: 'heavy', maxWaitMs: 2000 });
      expect(light).toBe(false);
      await waited;
    });

    it('passes over a place that nobody comes back to', async () => {
      const limit = bucket(100, 1000);
      await ask('live', limit, 100);
      await refusal(ask('live', limit, 90, { spender: 'gone' }));
      await ask('live', limit, 50, { spender: 'here', maxWaitMs: 10_000 });
    });

    it('uses the account whole for a backfill, and holds neither writes nor live calls up', async () => {
      const platform = new StrictPlatform(400, 500);
      const limit = { ...bucket(400, 500), share: 0.95 };
      const off = new AbortController();
      const waits: Record<Lane, number[]> = { write: [], live: [], backfill: [] };
      const started = performance.now();
      const call = async (lane: Lane, weight: number, spender: string): Promise<void> => {
        const asked = performance.now();
        const lease = await ask(lane, limit, weight, { maxWaitMs: 20_000, signal: off.signal, spender });
        waits[lane].push(performance.now() - asked);
        platform.charge(weight);
        await setTimeout(10);
        await lease.release({ charged: weight, level: platform.level() });
      };
      const loop = async (lane: Lane, weight: number, spender: string, everyMs: number): Promise<void> => {
        while (!off.signal.aborted) {
          await call(lane, weight, spender);
          await setTimeout(everyMs);
        }
      };
      const loops = [0, 1, 2, 3].map((n) => loop('backfill', 120, `backfill ${n}`, 0));
      loops.push(loop('live', 50, 'live', 500), loop('write', 10, 'write', 100));
      const ended = Promise.allSettled(loops);
      await setTimeout(4000);
      off.abort();
      const allowed = 400 + ((performance.now() - started) / 1000) * 500;
      await ended;
      expect(platform.refused).toBe(0);
      expect(platform.served / allowed).toBeGreaterThan(0.8);
      expect(waits.write.length).toBeGreaterThan(10);
      expect(Math.max(...waits.write)).toBeLessThan(400);
      // One call of the backfill takes 240 ms of what comes back.
      expect(Math.max(...waits.live)).toBeLessThan(700);
    });

    it.each(['concurrent', 'window'] as const)('leaves slots of a %s limit to those above', async (kind) => {
      const limit = spec({ kind, capacity: 10, ...(kind === 'window' ? { windowMs: 60_000 } : {}) });
      const soon = { maxWaitMs: 50 };
      for (let n = 0; n < 7; n++) await ask('backfill', limit, 1, { maxWaitMs: 1000 });
      await refusal(ask('backfill', limit, 1, soon));
      await ask('live', limit, 1, { maxWaitMs: 1000 });
      await refusal(ask('live', limit, 1, soon));
      await ask('write', limit, 1, { maxWaitMs: 1000 });
      await ask('write', limit, 1, { maxWaitMs: 1000 });
      await refusal(ask('write', limit, 1, soon));
    });

    it('lets every lane have the only slot', async () => {
      const limit = spec({ kind: 'concurrent', capacity: 1 });
      for (const lane of ['backfill', 'live', 'write'] as const)
        await (await ask(lane, limit, 1, { maxWaitMs: 1000 })).release({});
    });
  });
}
