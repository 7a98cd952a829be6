import { Failure } from '#kernel';
import type { Lease, LeaseRequest, Limiter, LimitSpec } from '../limit.js';
import { StrictPlatform } from './strict-platform.js';

export interface Made {
  readonly limiter: Limiter;
  close(): Promise<void>;
}

const never = new AbortController().signal;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What every limiter must do, whatever keeps its numbers. Times are real and short; each case has its own limit. */
export function describeLimiter(name: string, make: (options?: { leaseMs?: number }) => Promise<Made>): void {
  describe(`${name} as a limiter`, () => {
    let made: Made;
    let serial = 0;

    beforeEach(async () => {
      made = await make();
    });
    afterEach(() => made.close());

    const spec = (more: Partial<LimitSpec> & Pick<LimitSpec, 'kind' | 'capacity'>): LimitSpec => ({
      name: `test.${++serial}`,
      per: 'connection',
      reserved: { write: 0 },
      ...more,
    });

    const ask = (
      limits: readonly LimitSpec[],
      weight = 1,
      more: Partial<LeaseRequest> = {},
    ): Promise<Lease> =>
      made.limiter.acquire({
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

    const bucket = (capacity: number, restorePerSecond: number, share = 1): LimitSpec =>
      spec({ kind: 'cost', capacity, restorePerSecond, share });

    it('grants at once where nothing limits', async () => {
      const lease = await ask([]);
      await expect(lease.release({ charged: 3 })).resolves.toBeUndefined();
    });

    it('uses a strict platform’s bucket whole, and never hears no', async () => {
      const platform = new StrictPlatform(400, 500);
      const limits = [bucket(400, 500, 0.95)];
      const started = performance.now();
      const off = new AbortController();
      const lane = async (first: number): Promise<void> => {
        for (let i = first; performance.now() - started < 2500; i++) {
          const weight = [5, 40, 90][i % 3]!;
          const lease = await ask(limits, weight, { maxWaitMs: 5000, signal: off.signal });
          platform.charge(weight);
          await turn();
          const charged = Math.ceil(weight / 3);
          platform.refund(weight - charged);
          await lease.release({ charged, level: platform.level() });
        }
      };
      await Promise.all([0, 1, 2, 3, 4, 5].map(lane));
      const allowed = 400 + ((performance.now() - started) / 1000) * 500;
      expect(platform.refused).toBe(0);
      expect(platform.served / allowed).toBeGreaterThan(0.85);
    });

    it('hands the difference back at once where a call cost less', async () => {
      const limits = [bucket(100, 0.01)];
      const lease = await ask(limits, 90);
      expect((await refusal(ask(limits, 90))).kind).toBe('throttled');
      await lease.release({ charged: 5 });
      await ask(limits, 90);
    });

    it('owes what a call cost more', async () => {
      const limits = [bucket(100, 0.01)];
      const lease = await ask(limits, 10);
      await lease.release({ charged: 95 });
      await refusal(ask(limits, 10));
      await ask(limits, 5);
    });

    it('never hands out more than the bucket, however much came back', async () => {
      const limits = [bucket(100, 1000)];
      const first = await ask(limits, 100);
      const second = await ask(limits, 50, { maxWaitMs: 1000 });
      await first.release({ charged: 1 });
      await second.release({ charged: 1 });
      const frozen = [bucket(100, 0.01)];
      const lease = await ask(frozen, 60);
      await lease.release({ charged: 0 });
      await lease.release({ charged: 0 });
      await ask(frozen, 100);
      await refusal(ask(frozen, 1));
    });

    it('says when instead of holding a worker', async () => {
      const limits = [bucket(100, 2)];
      await ask(limits, 100);
      const failure = await refusal(ask(limits, 20, { maxWaitMs: 5000, now: () => 1_000_000 }));
      expect(failure.kind).toBe('throttled');
      expect(failure.message).toContain(limits[0]!.name);
      expect(failure.retryAt!.getTime()).toBeGreaterThan(1_000_000 + 9_000);
      expect(failure.retryAt!.getTime()).toBeLessThanOrEqual(1_000_000 + 10_000);
    });

    it('lets no light call pass a heavy one that asked before', async () => {
      const limits = [bucket(100, 400)];
      const order: string[] = [];
      await ask(limits, 100);
      const waiting = { maxWaitMs: 5000 };
      const heavy = ask(limits, 80, waiting).then(() => order.push('heavy'));
      await turn();
      await turn();
      const light = Array.from({ length: 5 }, () => ask(limits, 2, waiting).then(() => order.push('light')));
      await Promise.all([heavy, ...light]);
      expect(order[0]).toBe('heavy');
    });

    it('lets a call go that is heavier than the bucket, when the bucket is full', async () => {
      const limits = [bucket(50, 1000)];
      await ask(limits, 60, { maxWaitMs: 1000 });
      await refusal(ask([bucket(50, 1)], 90));
    });

    it('closes for everybody after the platform said no', async () => {
      const limits = [bucket(100, 100)];
      const lease = await ask(limits, 1);
      await lease.release({ charged: 0, throttledUntil: new Date(Date.now() + 30_000) });
      const failure = await refusal(ask(limits, 1, { maxWaitMs: 5000, now: () => 0 }));
      expect(failure.retryAt!.getTime()).toBeGreaterThan(29_000);
      expect(failure.retryAt!.getTime()).toBeLessThanOrEqual(30_100);
    });

    it('opens again by itself', async () => {
      const limits = [bucket(100, 100)];
      const lease = await ask(limits, 1);
      await lease.release({ charged: 0, throttledUntil: new Date(Date.now() + 150) });
      const before = performance.now();
      await ask(limits, 1, { maxWaitMs: 5000 });
      expect(performance.now() - before).toBeGreaterThan(100);
    });

    it('learns from a reply that the bucket is larger and refills faster', async () => {
      const limits = [bucket(100, 1)];
      const lease = await ask(limits, 50);
      await refusal(ask(limits, 200));
      const level = { available: 1950, capacity: 2000, perSecond: 1000 };
      await lease.release({ charged: 50, level });
      const second = await ask(limits, 50, { maxWaitMs: 1000 });
      await second.release({ charged: 50, level });
      await ask(limits, 900, { maxWaitMs: 1000 });
    });

    it('learns from a reply that less is left', async () => {
      const limits = [bucket(1000, 0.01)];
      const lease = await ask(limits, 10);
      await lease.release({ charged: 10, level: { available: 30, capacity: 1000, perSecond: 0.01 } });
      await refusal(ask(limits, 40));
      await ask(limits, 20);
    });

    it('counts calls, not points, against a bucket of calls', async () => {
      const limits = [spec({ kind: 'bucket', capacity: 2, restorePerSecond: 0.01, share: 1 })];
      await ask(limits, 500);
      await ask(limits, 500);
      await refusal(ask(limits, 1));
    });

    it('gives up when called off, and the points come back', async () => {
      const limits = [bucket(100, 100)];
      await ask(limits, 100);
      const off = new AbortController();
      const waiting = ask(limits, 50, { maxWaitMs: 5000, signal: off.signal });
      await turn();
      off.abort(new Failure('transient', 'the worker is closing'));
      expect((await refusal(waiting)).message).toBe('the worker is closing');
      expect((await refusal(ask(limits, 1, { signal: off.signal }))).message).toBe('the worker is closing');
      // 50 of the first second's 100 points would be missing otherwise.
      await ask(limits, 100, { maxWaitMs: 1700 });
    });

    it('lets so many at the same time, and the next when one ends', async () => {
      const limits = [spec({ kind: 'concurrent', capacity: 2 })];
      const [first] = [await ask(limits, 1, { maxWaitMs: 1000 }), await ask(limits, 1, { maxWaitMs: 1000 })];
      expect((await refusal(ask(limits, 1, { maxWaitMs: 50 }))).kind).toBe('throttled');
      const waiting = ask(limits, 1, { maxWaitMs: 5000 });
      await first.release({});
      await waiting;
    });

    it('gets the slot of a lease back that nobody released', async () => {
      await made.close();
      made = await make({ leaseMs: 300 });
      const limits = [spec({ kind: 'concurrent', capacity: 1 })];
      await ask(limits, 1, { maxWaitMs: 1000 });
      await ask(limits, 1, { maxWaitMs: 5000 });
    });

    it('lets so many through in any window', async () => {
      const windowMs = 400;
      const limits = [spec({ kind: 'window', capacity: 5, windowMs })];
      const calls: number[] = [];
      const lane = async (): Promise<void> => {
        for (let i = 0; i < 5; i++) {
          const lease = await ask(limits, 1, { maxWaitMs: 10_000 });
          calls.push(performance.now());
          await lease.release({});
        }
      };
      await Promise.all([lane(), lane(), lane()]);
      calls.sort((a, b) => a - b);
      for (let i = 5; i < calls.length; i++)
        expect(calls[i]! - calls[i - 5]!).toBeGreaterThanOrEqual(windowMs - 2);
      expect(calls.at(-1)! - calls[0]!).toBeLessThan(2 * windowMs + 400);
    });

    it('closes slots too after the platform said no', async () => {
      const limits = [spec({ kind: 'window', capacity: 5, windowMs: 1000 })];
      const lease = await ask(limits, 1, { maxWaitMs: 1000 });
      await lease.release({ throttledUntil: new Date(Date.now() + 30_000) });
      const failure = await refusal(ask(limits, 1, { maxWaitMs: 1000, now: () => 0 }));
      expect(failure.retryAt!.getTime()).toBeGreaterThan(29_000);
    });

    it('never lets more than its number through in a window of a day', async () => {
      const limits = [spec({ kind: 'window', capacity: 10, windowMs: 86_400_000 })];
      for (let i = 0; i < 5; i++) await (await ask(limits)).release({});
      const failure = await refusal(ask(limits, 1, { maxWaitMs: 5000, now: () => 0 }));
      expect(failure.retryAt!.getTime()).toBeGreaterThan(3_600_000);
    });

    it.each([
      ['connection', { account: 'conn_2' }, { operation: 'customers' }],
      ['operation', { operation: 'customers' }, { maxWaitMs: 1 }],
      ['operation', { account: 'conn_2' }, { maxWaitMs: 1 }],
    ] as const)('counts per %s', async (per, other, same) => {
      const limits = [spec({ kind: 'cost', per, capacity: 10, restorePerSecond: 0.01, share: 1 })];
      await ask(limits, 10);
      await ask(limits, 10, other);
      await refusal(ask(limits, 10, same));
    });

    it('counts an app’s limit over all its accounts', async () => {
      const limits = [spec({ kind: 'cost', per: 'app', capacity: 10, restorePerSecond: 0.01, share: 1 })];
      await ask(limits, 10);
      await refusal(ask(limits, 10, { account: 'conn_2', operation: 'customers' }));
    });

    it('takes from all limits or from none', async () => {
      const points = bucket(10, 0.01);
      const slot = spec({ kind: 'concurrent', capacity: 1 });
      const held = await ask([slot], 1, { maxWaitMs: 1000 });
      await refusal(ask([slot, points], 10, { maxWaitMs: 50 }));
      const again = await ask([points], 10);
      await held.release({});
      await again.release({ charged: 0 });
      await (await ask([slot, points], 10, { maxWaitMs: 1000 })).release({});
    });
  });
}
