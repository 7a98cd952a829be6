import { DIRECTIONS, TARGETS, type Direction, type Target, type Weather } from './weather.js';

/** One fault of the network: everybody's link to one target, in one direction. */
export interface NetworkFault {
  readonly name: string;
  readonly target: Target;
  readonly direction: Direction;
  readonly weather: Weather;
}

/** One of each kind, hard enough that nothing works as before, soft enough that something still does. */
const WEATHERS: readonly Weather[] = [
  { kind: 'latency', ms: 150, jitterMs: 350 },
  { kind: 'reset' },
  { kind: 'blackhole' },
  { kind: 'half-close' },
  { kind: 'sliced' },
  { kind: 'slow', bytesPerSecond: 10_000 },
  { kind: 'cut', afterBytes: 2000 },
];

/** Every kind on every target in both directions, in one order for ever: `blackhole redis up` and its like. */
export const NETWORK_FAULTS: readonly NetworkFault[] = WEATHERS.flatMap((weather) =>
  TARGETS.flatMap((target) =>
    DIRECTIONS.map((direction) => ({
      name: `${weather.kind} ${target} ${direction}`,
      target,
      direction,
      weather,
    })),
  ),
);
