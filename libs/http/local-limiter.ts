import Bottleneck from 'bottleneck';
import { Bucket } from './bucket.js';
import { openGates } from './gates.js';
import type { Limiter, LimitSpec } from './limit.js';
import { limiterOn, type LimiterParts } from './limiter.js';
import { budgetOf, keyOf, operationOf, type PointStore, type Reading, type SlotStore } from './store.js';

/** Paces one process alone: the embedded mode, where no Redis is there to share with. */
export function localLimiter(options: Pick<LimiterParts, 'leaseMs' | 'logger' | 'onUse'> = {}): Limiter {
  const readers = new Map<string, () => Promise<Reading>>();
  const kept =
    <Store>(open: (spec: LimitSpec) => { store: Store; read: () => Promise<Reading> }) =>
    (spec: LimitSpec, key: string): Store => {
      const { store, read } = open(spec);
      readers.set(key, read);
      return store;
    };
  return limiterOn({
    ...options,
    open: {
      points: kept(localPoints),
      slots: kept(localSlots),
      read: async (_spec, key) => readers.get(key)?.(),
      async operations(spec, account) {
        const [of] = operationOf(keyOf(spec, account, ''));
        const known = [...readers.keys()].map(operationOf);
        return known.filter(([one]) => one === of).map(([, operation]) => operation);
      },
    },
    close: async () => undefined,
  });
}

/**
 * Points are counted here, not in a Bottleneck: its local reservoir forgets what a late timer missed, stops for good
 * at `updateSettings` (SGrondin/bottleneck#185), and yields to a timer at every change, some 5 ms a call.
 */
function localPoints(spec: LimitSpec): { store: PointStore; read: () => Promise<Reading> } {
  const bucket = new Bucket(spec, performance.now());
  return {
    store: {
      ready: async () => undefined,
      ask: async (seat, patienceMs) => bucket.ask(seat, patienceMs, performance.now()),
      leave: async (seat) => bucket.leave(seat),
      change: async (change) => bucket.change(change, performance.now()),
      close: async () => undefined,
    },
    read: async () => bucket.read(performance.now()),
  };
}

function localSlots(spec: LimitSpec): { store: SlotStore; read: () => Promise<Reading> } {
  const budget = budgetOf(spec);
  const gates = openGates(spec, budget.ceiling, (_lane, size) => {
    const gate = new Bottleneck({ maxConcurrent: size });
    gate.on('error', () => undefined);
    return gate;
  });
  let closedUntil = 0;
  const closedForMs = async (): Promise<number> => Math.max(0, closedUntil - performance.now());
  const free = async (): Promise<number> => budget.ceiling - (await gates.of('write')[0]!.running());
  return {
    store: {
      ready: async () => undefined,
      gates: (lane) => gates.of(lane),
      free,
      closedForMs,
      shut: async (forMs) => {
        closedUntil = Math.max(closedUntil, performance.now() + forMs);
      },
      close: () => gates.close(),
    },
    read: async () => ({
      budget,
      available: await free(),
      waiting: gates.queued(),
      closedForMs: await closedForMs(),
    }),
  };
}
