import Bottleneck from 'bottleneck';
import type { Limiter, LimitSpec } from './limit.js';
import { limiterOn } from './limiter.js';
import { budgetOf, corrected, hasPoints, type Change, type Store } from './store.js';

/** Paces one process alone: the embedded mode, where no Redis is there to share with. */
export function localLimiter(options: { leaseMs?: number } = {}): Limiter {
  return limiterOn({ ...options, open: localStore, close: async () => undefined });
}

/**
 * Points come back by `incrementReservoir`: Bottleneck's own refill forgets what a late timer missed, and
 * `updateSettings` would stop it altogether (SGrondin/bottleneck#185).
 */
function localStore(spec: LimitSpec): Store {
  const counts = hasPoints(spec);
  let budget = budgetOf(spec);
  let points = budget.ceiling;
  let out = 0;
  let ever = 0;
  let refilledAt = performance.now();
  let closedUntil = 0;
  const limiter = new Bottleneck(counts ? { reservoir: points } : { maxConcurrent: budget.ceiling });
  limiter.on('error', () => undefined);

  async function add(change: number): Promise<void> {
    if (change === 0) return;
    points += change;
    await limiter.incrementReservoir(change);
  }

  function refill(): Promise<void> {
    const now = performance.now();
    const earned = Math.floor(((now - refilledAt) * budget.perSecond) / 1000);
    refilledAt += (earned / budget.perSecond) * 1000;
    return add(Math.max(0, Math.min(earned, budget.ceiling - points)));
  }

  async function change({ refund, ends, level, shutForMs }: Change): Promise<void> {
    if (shutForMs !== undefined) closedUntil = Math.max(closedUntil, performance.now() + shutForMs);
    if (!counts) return;
    await refill();
    out -= ends?.weight ?? 0;
    if (level) budget = budgetOf(spec, level.capacity, level.perSecond);
    let next = Math.min(points + refund, Math.max(points, budget.ceiling));
    if (level) next = corrected(next, budget, level.available, out);
    if (shutForMs !== undefined)
      next = Math.min(next, 0, Math.floor((ends?.weight ?? 0) - (budget.perSecond * shutForMs) / 1000));
    await add(next - points);
  }

  return {
    limiter,
    ready: () => Promise.resolve(),
    async look() {
      await refill();
      return {
        points: counts ? points : Number.POSITIVE_INFINITY,
        taken: ever,
        perSecond: budget.perSecond,
        closedForMs: Math.max(0, closedUntil - performance.now()),
      };
    },
    async take(weight) {
      await refill();
      out += weight;
      ever += weight;
      const loan = { weight, minute: 0, ticket: ever };
      const taking = add(-weight);
      const left = points;
      await taking;
      return { left, loan };
    },
    change,
    async close() {
      await limiter.disconnect();
    },
  };
}
