import Bottleneck from 'bottleneck';
import type { Limiter, LimitSpec } from './limit.js';
import { limiterOn } from './limiter.js';
import { abandon, budgetOf, corrected, hasPoints, type Change, type Store } from './store.js';

/** Paces one process alone: the embedded mode, where no Redis is there to share with. */
export function localLimiter(options: { leaseMs?: number } = {}): Limiter {
  return limiterOn({ ...options, open: localStore, close: async () => undefined });
}

/**
 * Slots are Bottleneck's; points are counted here: its local reservoir forgets what a late timer missed, stops for
 * good at `updateSettings` (SGrondin/bottleneck#185), and yields to a timer at every change, some 5 ms a call.
 */
function localStore(spec: LimitSpec): Store {
  const counts = hasPoints(spec);
  let budget = budgetOf(spec);
  let points = budget.ceiling;
  let out = 0;
  let waited = 0;
  let refilledAt = performance.now();
  let closedUntil = 0;
  const limiter = new Bottleneck(counts ? {} : { maxConcurrent: budget.ceiling });
  limiter.on('error', () => undefined);

  function refill(): void {
    const now = performance.now();
    const earned = Math.floor(((now - refilledAt) * budget.perSecond) / 1000);
    refilledAt += (earned / budget.perSecond) * 1000;
    points += Math.max(0, Math.min(earned, budget.ceiling - points));
  }

  function change({ refund, ends, level, shutForMs }: Change): void {
    if (shutForMs !== undefined) closedUntil = Math.max(closedUntil, performance.now() + shutForMs);
    if (!counts) return;
    refill();
    out -= ends?.weight ?? 0;
    if (level) budget = budgetOf(spec, level.capacity, level.perSecond);
    let next = Math.min(points + refund, Math.max(points, budget.ceiling));
    if (level) next = corrected(next, budget, level.available, out);
    if (shutForMs !== undefined)
      next = Math.min(next, 0, Math.floor((ends?.weight ?? 0) - (budget.perSecond * shutForMs) / 1000));
    points = next;
  }

  return {
    limiter,
    ready: () => Promise.resolve(),
    look() {
      refill();
      return Promise.resolve({
        points: counts ? points : Number.POSITIVE_INFINITY,
        waited,
        perSecond: budget.perSecond,
        closedForMs: Math.max(0, closedUntil - performance.now()),
      });
    },
    take(weight) {
      refill();
      out += weight;
      points -= weight;
      if (points < 0) waited += weight;
      return Promise.resolve({ left: points, loan: { weight, minute: 0, ticket: points < 0 ? waited : 0 } });
    },
    change(what) {
      change(what);
      return Promise.resolve();
    },
    async close() {
      await abandon(limiter);
    },
  };
}
