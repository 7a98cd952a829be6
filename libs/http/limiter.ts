import {
  DEFAULT_MAX_WAIT_MS,
  type Lease,
  type LeaseRequest,
  type Level,
  type Limiter,
  type LimitSpec,
  type Outcome,
} from './limit.js';
import { openMeter, type Held, type Meter } from './meter.js';
import type { OpenStore } from './store.js';
import { calledOff } from './wait.js';

export interface LimiterParts {
  readonly open: OpenStore;
  readonly logger?: { warn(fields: object, message: string): void };
  /** A lease that is never given back lapses after this: longer than any call with its retries. 2 min by default. */
  readonly leaseMs?: number;
  /** Meters nobody used for so long are closed; never by default. */
  readonly idleMs?: number;
  close(): Promise<void>;
}

interface Taken {
  readonly spec: LimitSpec;
  readonly weight: number;
  readonly held: Held;
}

/** A Limiter on any kind of store: takes from each limit in turn, all or nothing. */
export function limiterOn(parts: LimiterParts): Limiter {
  const meters = new Map<string, { meter: Meter; usedAt: number }>();
  const { idleMs } = parts;
  const sweep = idleMs === undefined ? undefined : setInterval(() => closeIdle(idleMs), idleMs / 2).unref();

  function closeIdle(ms: number): void {
    for (const [key, { meter, usedAt }] of meters) {
      if (meter.busy || performance.now() - usedAt < ms) continue;
      meters.delete(key);
      meter
        .close()
        .catch((error: unknown) => parts.logger?.warn({ error, limit: key }, 'a limiter did not close'));
    }
  }

  function meterOf(spec: LimitSpec, key: string): Meter {
    const known = meters.get(key);
    if (known) {
      known.usedAt = performance.now();
      return known.meter;
    }
    const meter = openMeter(spec, parts.open(spec, key), parts.leaseMs ?? 120_000);
    meters.set(key, { meter, usedAt: performance.now() });
    return meter;
  }

  async function acquire(request: LeaseRequest): Promise<Lease> {
    if (request.signal.aborted) throw calledOff(request.signal);
    const ends = performance.now() + (request.maxWaitMs ?? DEFAULT_MAX_WAIT_MS);
    const taken: Taken[] = [];
    try {
      for (const spec of inOrder(request.limits)) {
        const weight = spec.kind === 'cost' ? Math.max(1, Math.ceil(request.weight)) : 1;
        const patience = {
          ms: Math.max(0, ends - performance.now()),
          signal: request.signal,
          now: () => request.now(),
        };
        const held = await meterOf(spec, keyOf(spec, request)).take(weight, patience);
        taken.push({ spec, weight, held });
      }
    } catch (thrown) {
      await end(taken, { charged: 0 }, request);
      throw thrown;
    }
    let released = false;
    return {
      async release(outcome) {
        if (released) return;
        released = true;
        await end(taken, outcome, request);
      },
    };
  }

  async function end(taken: readonly Taken[], outcome: Outcome, request: LeaseRequest): Promise<void> {
    const spoken = speaksOf(taken, outcome.level);
    const shutForMs =
      outcome.throttledUntil === undefined
        ? undefined
        : Math.max(0, outcome.throttledUntil.getTime() - request.now());
    const ends = taken.map((one) =>
      one.held.end({
        refund: refundOf(one, outcome),
        ...(one === spoken && outcome.level ? { level: outcome.level } : {}),
        ...(one === spoken && shutForMs !== undefined ? { shutForMs } : {}),
      }),
    );
    for (const result of await Promise.allSettled(ends))
      if (result.status === 'rejected')
        parts.logger?.warn(
          { error: result.reason as unknown },
          'a lease could not be given back; it lapses by itself',
        );
  }

  return {
    acquire,
    async close() {
      clearInterval(sweep);
      await Promise.allSettled([...meters.values()].map(({ meter }) => meter.close()));
      meters.clear();
      await parts.close();
    },
  };
}

/** Slots of `concurrent` limits last: nobody else's call should wait for one that still waits for points. */
const inOrder = (limits: readonly LimitSpec[]): LimitSpec[] => [
  ...limits.filter(({ kind }) => kind !== 'concurrent'),
  ...limits.filter(({ kind }) => kind === 'concurrent'),
];

function keyOf(spec: LimitSpec, { account, operation }: LeaseRequest): string {
  const parts = { app: [], connection: [account], operation: [account, operation] }[spec.per];
  return [spec.name, ...parts].map(encodeURIComponent).join('/');
}

function refundOf({ spec, weight }: Taken, { charged }: Outcome): number {
  if (charged === undefined) return 0;
  if (spec.kind === 'cost') return weight - Math.ceil(charged);
  return charged === 0 ? weight : 0;
}

function speaksOf(taken: readonly Taken[], level: Level | undefined): Taken | undefined {
  if (level?.limit !== undefined) return taken.find(({ spec }) => spec.name === level.limit);
  return taken.find(({ spec }) => spec.kind === 'cost') ?? taken[0];
}
