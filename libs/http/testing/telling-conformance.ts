import { Failure } from '#kernel';
import type { Lease, LeaseRequest, Limiter, LimitSpec, MeterReading, Use } from '../limit.js';

const never = new AbortController().signal;

export interface MadeTelling {
  readonly limiter: Limiter;
  /** The same budget as another process sees it; the same limiter where there is only one. */
  readonly other: Limiter;
  close(): Promise<void>;
}

/** What a limiter tells of itself and learns from replies, whatever keeps its numbers. */
export function describeTelling(
  name: string,
  make: (onUse: (use: Use) => void) => Promise<MadeTelling>,
): void {
  describe(`${name}: what it tells`, () => {
    let made: MadeTelling;
    let uses: Use[];
    let serial = 0;

    beforeEach(async () => {
      uses = [];
      made = await make((use) => void uses.push(use));
    });
    afterEach(() => made.close());

    const spec = (more: Partial<LimitSpec> & Pick<LimitSpec, 'kind' | 'capacity'>): LimitSpec => ({
      name: `telling.${++serial}`,
      per: 'connection',
      ...more,
    });
    const cost = (capacity: number, restorePerSecond: number): LimitSpec =>
      spec({ kind: 'cost', capacity, restorePerSecond });

    const ask = (
      limits: readonly LimitSpec[],
      weight = 1,
      more: Partial<LeaseRequest> = {},
    ): Promise<Lease> =>
      made.limiter.acquire({
        account: 'conn_1',
        operation: 'orders',
        lane: 'live',
        spender: 'shop.orders',
        weight,
        limits,
        maxWaitMs: 1000,
        signal: never,
        now: Date.now,
        ...more,
      });

    const meter = async (limit: LimitSpec, now?: Date): Promise<MeterReading> => {
      const [reading] = await made.other.meters('conn_1', [limit], now);
      return reading!;
    };

    const refusal = async (promise: Promise<unknown>): Promise<Failure> => {
      const thrown: unknown = await promise.then(
        () => new Error('was granted'),
        (error: unknown) => error,
      );
      if (!(thrown instanceof Failure)) throw thrown;
      return thrown;
    };

    it('reads a meter that nobody called as full', async () => {
      expect(await meter(cost(1000, 50))).toMatchObject({
        per: 'connection',
        kind: 'cost',
        capacity: 1000,
        ceiling: 950,
        available: 950,
        perSecond: 50,
        waiting: 0,
        closedUntil: null,
        reservedForWrite: 190,
      });
      expect(await meter(spec({ kind: 'concurrent', capacity: 5 }))).toMatchObject({
        available: 5,
        perSecond: null,
        reservedForWrite: 1,
      });
    });

    it('reads what is in hand, what is waited for, and what the platform told', async () => {
      const limit = cost(1000, 1);
      const lease = await ask([limit], 400);
      expect((await meter(limit)).available).toBe(550);
      await lease.release({ charged: 400, level: { available: 1600, capacity: 2000, perSecond: 2 } });
      const told = await meter(limit);
      expect(told).toMatchObject({ capacity: 2000, ceiling: 1900, perSecond: 2, reservedForWrite: 380 });
      const off = new AbortController();
      const waits = ask([limit], 1900, { maxWaitMs: 5_000_000, signal: off.signal }).catch(() => undefined);
      let waiting = 0;
      while (waiting === 0) ({ waiting } = await meter(limit));
      expect(waiting).toBe(1900);
      off.abort();
      await waits;
      while (waiting > 0) ({ waiting } = await meter(limit));
    });

    it.each(['window', 'concurrent'] as const)('reads slots of a %s limit', async (kind) => {
      const limit = spec({ kind, capacity: 5, ...(kind === 'window' ? { windowMs: 60_000 } : {}) });
      await ask([limit]);
      await ask([limit], 1, { lane: 'write' });
      expect(await meter(limit)).toMatchObject({ capacity: 5, available: 3, waiting: 0 });
    });

    it('reads until when the platform wants to be left alone', async () => {
      const now = new Date('2026-11-20T10:00:00Z');
      const slots = spec({ kind: 'concurrent', capacity: 5 });
      const slot = await ask([slots], 1, { now: () => now.getTime() });
      expect((await meter(slots, now)).closedUntil).toBeNull();
      await slot.release({ throttledUntil: new Date(now.getTime() + 90_000) });
      expect((await meter(slots, now)).closedUntil!.getTime()).toBeGreaterThan(now.getTime() + 85_000);
      const limit = cost(100, 1);
      const lease = await ask([limit], 1, { now: () => now.getTime() });
      await lease.release({ throttledUntil: new Date(now.getTime() + 90_000) });
      const { closedUntil, available } = await meter(limit, now);
      expect(available).toBe(0);
      expect(closedUntil!.getTime()).toBeGreaterThan(now.getTime() + 85_000);
      expect(closedUntil!.getTime()).toBeLessThanOrEqual(now.getTime() + 90_001);
    });

    it('reads a limit per operation once for each that was called', async () => {
      const limit = {
        ...spec({ kind: 'bucket', capacity: 10, restorePerSecond: 0.01, share: 1 }),
        per: 'operation',
      } as const;
      await ask([limit]);
      await ask([limit], 1, { operation: 'get/report' });
      await ask([limit], 1, { operation: 'get/report' });
      await ask([limit], 1, { account: 'conn_2', operation: 'other' });
      const read = await made.other.meters('conn_1', [limit]);
      const found = read.map(({ operation, available }) => [operation, available]);
      expect(found.sort()).toEqual([
        ['get/report', 8],
        ['orders', 9],
      ]);
    });

    it('counts under a limit of certain operations only calls of those', async () => {
      const limit = { ...cost(2, 0.01), share: 1, operations: ['reports', 'documents'] };
      await ask([limit], 1, { operation: 'orders' });
      await ask([limit], 1, { operation: 'reports' });
      await ask([limit], 1, { operation: 'documents' });
      expect((await meter(limit, new Date())).available).toBe(0);
      await ask([limit], 1, { operation: 'orders' });
      expect(await refusal(ask([limit], 1, { operation: 'reports' }))).toMatchObject({ kind: 'throttled' });
      expect(new Set(uses.map(({ operation }) => operation))).toEqual(new Set(['reports']));
    });

    it('tells what each lease used of each limit, once', async () => {
      const [points, slots] = [cost(1000, 1), spec({ kind: 'concurrent', capacity: 5 })];
      const lease = await ask([points, slots], 100);
      expect(uses).toEqual([]);
      await lease.release({ charged: 30 });
      await lease.release({ charged: 30 });
      const shared = { account: 'conn_1', operation: 'orders', lane: 'live', spender: 'shop.orders' };
      const waitedMs = expect.any(Number) as number;
      expect(uses).toEqual([
        { ...shared, limit: points.name, calls: 1, used: 30, refused: 0, waitedMs },
        { ...shared, limit: slots.name, calls: 1, used: 1, refused: 0, waitedMs },
      ]);
    });

    it('tells of the platform’s refusal, and of waits that were too long', async () => {
      const limit = cost(1000, 1);
      const lease = await ask([limit], 10, { lane: 'write', spender: 'write-back' });
      await lease.release({ charged: 0, throttledUntil: new Date(Date.now() + 60_000) });
      await refusal(ask([limit], 10));
      expect(uses).toMatchObject([
        { lane: 'write', spender: 'write-back', calls: 1, used: 0, refused: 1 },
        { lane: 'live', spender: 'shop.orders', calls: 0, used: 0, refused: 0 },
      ]);
    });

    it('goes on where the use cannot be noted', async () => {
      await made.close();
      made = await make(() => {
        throw new Error('the notebook is full');
      });
      const limit = cost(1000, 1);
      await (await ask([limit], 10)).release({ charged: 10 });
      await ask([limit], 10);
    });

    it('says what is waited for and until when', async () => {
      const limit = cost(100, 1);
      await ask([limit], 95);
      const at = (text: string) => () => Date.parse(text);
      const failure = await refusal(ask([limit], 41, { maxWaitMs: 0, now: at('2026-11-20T14:31:25Z') }));
      expect(failure.message).toMatch(new RegExp(`^waits for quota ${limit.name} until 14:32:0[56] UTC$`));
      const late = await refusal(ask([limit], 41, { maxWaitMs: 0, now: at('2026-11-20T23:59:50Z') }));
      expect(late.message).toContain('until 2026-11-21 00:00:3');
    });

    it('corrects several limits by one reply', async () => {
      const [minute, day] = [
        spec({ kind: 'window', capacity: 60, windowMs: 60_000 }),
        spec({ kind: 'window', capacity: 5000, windowMs: 86_400_000 }),
      ];
      const lease = await ask([minute, day]);
      await lease.release({
        levels: [
          { limit: minute.name, available: 7 },
          { limit: day.name, available: 300 },
          { limit: 'unknown', available: 0 },
        ],
      });
      expect(await meter(minute)).toMatchObject({ available: 7 });
      // Half of what is left of a day: the rest comes back bit by bit.
      expect(await meter(day)).toMatchObject({ capacity: 5000, ceiling: 2500, available: 150 });
    });

    it('believes a reply that tells the rate alone', async () => {
      const limit = spec({ kind: 'bucket', capacity: 20, restorePerSecond: 0.5 });
      const lease = await ask([limit]);
      await lease.release({ level: { limit: limit.name, perSecond: 4 } });
      expect(await meter(limit)).toMatchObject({ capacity: 20, ceiling: 18, perSecond: 4, available: 17 });
    });

    it('closes the limit that said no', async () => {
      const [minute, day] = [
        spec({ kind: 'window', capacity: 60, windowMs: 60_000 }),
        spec({ kind: 'window', capacity: 5000, windowMs: 86_400_000 }),
      ];
      const lease = await ask([minute, day]);
      await lease.release({
        throttledUntil: new Date(Date.now() + 3_600_000),
        throttledLimit: day.name,
      });
      expect(await meter(minute)).toMatchObject({ closedUntil: null });
      expect((await refusal(ask([minute, day]))).message).toContain(day.name);
      expect(uses.find(({ limit }) => limit === minute.name)).toMatchObject({ refused: 0 });
      expect(uses.find(({ limit }) => limit === day.name)).toMatchObject({ refused: 1 });
    });
  });
}
