import { Failure } from '#kernel';
import {
  DEFAULT_MAX_WAIT_MS,
  type Lease,
  type LeaseRequest,
  type Level,
  type Limiter,
  type LimitSpec,
  type Outcome,
  type Use,
} from './limit.js';
import { openMeter, type Held, type Meter } from './meter.js';
import { readMeters } from './readings.js';
import { keyOf, type OpenStore } from './store.js';
import { calledOff } from './wait.js';

export interface LimiterParts {
  readonly open: OpenStore;
  readonly logger?: { warn(fields: object, message: string): void };
  /** A lease that is never given back lapses after this: longer than any call with its retries. 2 min by default. */
  readonly leaseMs?: number;
  /** Meters nobody used for so long are closed; never by default. */
  readonly idleMs?: number;
  /** Told of every limit of every lease when it ends, and of every refusal. */
  readonly onUse?: (use: Use) => void;
  close(): Promise<void>;
}

interface Taken {
  readonly spec: LimitSpec;
  readonly weight: number;
  readonly waitedMs: number;
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
    const meter = openMeter(spec, key, parts.open, parts.leaseMs ?? 120_000);
    meters.set(key, { meter, usedAt: performance.now() });
    return meter;
  }

  function tell(
    request: LeaseRequest,
    limit: string,
    use: Pick<Use, 'calls' | 'used' | 'refused' | 'waitedMs'>,
  ): void {
    const { account, operation, lane, spender } = request;
    try {
      parts.onUse?.({ account, limit, operation, lane, spender, ...use });
    } catch (error) {
      parts.logger?.warn({ error, limit }, 'the use of a limit could not be noted');
    }
  }

  async function acquire(request: LeaseRequest): Promise<Lease> {
    if (request.signal.aborted) throw calledOff(request.signal);
    const ends = performance.now() + (request.maxWaitMs ?? DEFAULT_MAX_WAIT_MS);
    const taken: Taken[] = [];
    for (const spec of inOrder(request.limits.filter(counts(request.operation)))) {
      const weight = spec.kind === 'cost' ? Math.max(1, Math.ceil(request.weight)) : 1;
      const asked = performance.now();
      try {
        const held = await meterOf(spec, keyOf(spec, request.account, request.operation)).take({
          weight,
          lane: request.lane,
          spender: request.spender,
          ms: Math.max(0, ends - asked),
          signal: request.signal,
          now: () => request.now(),
        });
        taken.push({ spec, weight, held, waitedMs: Math.round(performance.now() - asked) });
      } catch (thrown) {
        if (thrown instanceof Failure && thrown.kind === 'throttled')
          tell(request, spec.name, {
            calls: 0,
            used: 0,
            refused: 0,
            waitedMs: Math.round(performance.now() - asked),
          });
        await giveBack(
          taken.map((one) => one.held.end({ refund: one.weight })),
          parts.logger,
        );
        throw thrown;
      }
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
    const { throttledUntil } = outcome;
    const refusing = throttledUntil && speaksOf(taken, outcome.throttledLimit ?? outcome.level?.limit);
    const levels = levelsOf(taken, outcome);
    const ends = taken.map((one) => {
      const level = levels.get(one);
      const refused = one === refusing;
      tell(request, one.spec.name, {
        calls: 1,
        used: one.weight - refundOf(one, outcome),
        refused: refused ? 1 : 0,
        waitedMs: one.waitedMs,
      });
      return one.held.end({
        refund: refundOf(one, outcome),
        ...(level ? { level } : {}),
        ...(refused && throttledUntil
          ? { shutForMs: Math.max(0, throttledUntil.getTime() - request.now()) }
          : {}),
      });
    });
    await giveBack(ends, parts.logger);
  }

  return {
    acquire,
    meters: (account, limits, now = new Date()) => readMeters(parts.open, account, limits, now),
    async close() {
      clearInterval(sweep);
      await Promise.allSettled([...meters.values()].map(({ meter }) => meter.close()));
      meters.clear();
      await parts.close();
    },
  };
}

const counts =
  (operation: string) =>
  ({ operations }: LimitSpec): boolean =>
    operations === undefined || operations.includes(operation);

/** Slots of `concurrent` limits last: nobody else's call should wait for one that still waits for points. */
const inOrder = (limits: readonly LimitSpec[]): LimitSpec[] => [
  ...limits.filter(({ kind }) => kind !== 'concurrent'),
  ...limits.filter(({ kind }) => kind === 'concurrent'),
];

async function giveBack(ends: readonly Promise<void>[], logger: LimiterParts['logger']): Promise<void> {
  for (const result of await Promise.allSettled(ends))
    if (result.status === 'rejected')
      logger?.warn(
        { error: result.reason as unknown },
        'a lease could not be given back; it lapses by itself',
      );
}

function refundOf({ spec, weight }: Taken, { charged }: Outcome): number {
  if (charged === undefined) return 0;
  if (spec.kind === 'cost') return weight - Math.ceil(charged);
  return charged === 0 ? weight : 0;
}

function speaksOf(taken: readonly Taken[], limit: string | undefined): Taken | undefined {
  if (limit !== undefined) return taken.find(({ spec }) => spec.name === limit);
  return taken.find(({ spec }) => spec.kind === 'cost') ?? taken[0];
}

function levelsOf(taken: readonly Taken[], { level, levels = [] }: Outcome): Map<Taken, Level> {
  const spoken = new Map<Taken, Level>();
  for (const one of level ? [level, ...levels] : levels) {
    const of = speaksOf(taken, one.limit);
    if (of) spoken.set(of, { ...spoken.get(of), ...one });
  }
  return spoken;
}
