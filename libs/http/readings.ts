import { shareForWrite, slotsFor } from './lane.js';
import type { LimitSpec, MeterReading } from './limit.js';
import { budgetOf, hasPoints, keyOf, type OpenStore, type Reading } from './store.js';

/** Where the limits of an account stand; those per operation once for each operation that was called. */
export async function readMeters(
  open: OpenStore,
  account: string,
  limits: readonly LimitSpec[],
  now: Date,
): Promise<MeterReading[]> {
  const readings = limits.map(async (spec) => {
    if (spec.per !== 'operation')
      return [reading(spec, await open.read(spec, keyOf(spec, account, '')), now)];
    const operations = await open.operations(spec, account);
    return Promise.all(
      operations.map(async (operation) => ({
        ...reading(spec, await open.read(spec, keyOf(spec, account, operation)), now),
        operation,
      })),
    );
  });
  return (await Promise.all(readings)).flat();
}

/** Where nobody called yet, all is there. */
function reading(spec: LimitSpec, found: Reading | undefined, now: Date): MeterReading {
  const budget = found?.budget ?? budgetOf(spec);
  const { name: limit, per, kind } = spec;
  const counts = hasPoints(spec);
  const closedForMs = found?.closedForMs ?? 0;
  return {
    limit,
    per,
    kind,
    capacity: budget.capacity,
    ceiling: budget.ceiling,
    available: Math.max(0, Math.floor(found?.available ?? budget.ceiling)),
    perSecond: counts ? budget.perSecond : null,
    waiting: found?.waiting ?? 0,
    closedUntil: closedForMs > 0 ? new Date(now.getTime() + closedForMs) : null,
    reservedForWrite: counts
      ? Math.floor(budget.ceiling * shareForWrite(spec))
      : budget.ceiling - slotsFor(spec, budget.ceiling).live,
  };
}
