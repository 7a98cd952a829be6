import { Failure } from '#kernel';
import type { Level, LimitSpec } from './limit.js';
import { pointMeter } from './point-meter.js';
import { slotMeter } from './slot-meter.js';
import { hasPoints, type OpenStore, type PointStore, type SlotStore } from './store.js';
import { answered, type Asking } from './waiting.js';

/** What one call took from one limit. */
export interface Held {
  end(outcome: { refund: number; level?: Level; shutForMs?: number }): Promise<void>;
}

/** How calls take points, or slots. */
export interface Taker {
  take(asking: Asking): Promise<Held>;
  /** Something is held here longer than its call. */
  readonly holds: boolean;
  close(): void;
}

/** One limit of one account, as a call meets it. */
export interface Meter {
  /** True while a call waits or holds something: the meter must not be closed. */
  readonly busy: boolean;
  take(asking: Asking): Promise<Held>;
  close(): Promise<void>;
}

export function openMeter(spec: LimitSpec, key: string, open: OpenStore, leaseMs: number): Meter {
  const { store, taker } = opened(spec, key, open, leaseMs);
  let users = 0;
  return {
    get busy() {
      return users > 0 || taker.holds;
    },
    async take(asking) {
      users += 1;
      try {
        await answered(spec, store.ready(), asking);
        const held = await taker.take(asking);
        return {
          end: (outcome) =>
            held.end(outcome).finally(() => {
              users -= 1;
            }),
        };
      } catch (thrown) {
        users -= 1;
        if (thrown instanceof Failure) throw thrown;
        const said = thrown instanceof Error ? thrown.message : String(thrown);
        throw new Failure(
          'transient',
          `the limiter could not be asked about ${spec.name}: ${said}; it is tried again`,
        );
      }
    },
    async close() {
      taker.close();
      await store.close();
    },
  };
}

function opened(
  spec: LimitSpec,
  key: string,
  open: OpenStore,
  leaseMs: number,
): { store: PointStore | SlotStore; taker: Taker } {
  if (hasPoints(spec)) {
    const store = open.points(spec, key);
    return { store, taker: pointMeter(spec, store) };
  }
  const store = open.slots(spec, key);
  return { store, taker: slotMeter(spec, store, leaseMs) };
}
