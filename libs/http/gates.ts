import type Bottleneck from 'bottleneck';
import { slotsFor } from './lane.js';
import type { Lane, LimitSpec } from './limit.js';
import { abandon } from './store.js';

/** The Bottlenecks of one limit's slots, opened when a lane first needs them. */
export interface Gates {
  of(lane: Lane): readonly Bottleneck[];
  /** Calls of this process that wait for one of them. */
  queued(): number;
  close(): Promise<void>;
}

/** A call passes the gates of its lane and of those above it, so that each lane leaves slots to those above. */
const PATH: Readonly<Record<Lane, readonly Lane[]>> = {
  write: ['write'],
  live: ['live', 'write'],
  backfill: ['backfill', 'live', 'write'],
};

export function openGates(
  spec: LimitSpec,
  slots: number,
  open: (lane: Lane, size: number) => Bottleneck,
): Gates {
  const sizes = slotsFor(spec, slots);
  const opened = new Map<Lane, Bottleneck>();
  const gate = (lane: Lane): Bottleneck => {
    const known = opened.get(lane) ?? open(lane, sizes[lane]);
    opened.set(lane, known);
    return known;
  };
  return {
    // A gate as wide as the next one holds nobody back.
    of: (lane) =>
      PATH[lane]
        .filter((name, at, path) => at === path.length - 1 || sizes[name] !== sizes[path[at + 1]!])
        .map(gate),
    queued: () => [...opened.values()].reduce((sum, one) => sum + one.queued(), 0),
    async close() {
      await Promise.all([...opened.values()].map(abandon));
    },
  };
}
