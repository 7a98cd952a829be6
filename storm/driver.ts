import type { Timed } from './faults.js';
import type { Servers } from './servers.js';

/** How much goes wrong, and how large the shops are. */
export type Shape = 'short' | 'long';

export interface StormOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly shape: Shape;
  /** Instead of the seed's own. */
  readonly plan?: readonly Timed[];
  readonly servers: Servers;
  /** The folder that holds `bin/`, `dist/` and `package.json` of the product under test; this checkout by default. */
  readonly root?: string;
  /** Added to the environment of every process of the product. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of every step and every fault. */
  readonly say: (line: string) => void;
}

/** A row that the warehouse and the platform do not agree on. */
export interface Difference {
  readonly connection: string;
  readonly table: string;
  readonly sourceId: string;
  readonly what: 'missing' | 'extra' | 'different' | 'sum';
  /** Which columns, or which sum: what the platform says and what the warehouse holds. */
  readonly columns: Readonly<Record<string, { readonly truth: unknown; readonly warehouse: unknown }>>;
  /** The run, page and attempt that wrote the row, where it is there. */
  readonly writtenBy: string | null;
}

export interface StormResult {
  readonly verdict: 'green' | 'red';
  readonly seed: number;
  readonly minutes: number;
  readonly plan: readonly Timed[];
  /** What was done, with its time: it follows the plan as fast as the machine can. */
  readonly done: readonly (Timed & { readonly lateMs: number })[];
  readonly differences: readonly Difference[];
  /** What the storm must have met at least once and did not. */
  readonly unmet: readonly string[];
  /** How often each was met. */
  readonly met: Readonly<Record<string, number>>;
  /** Rows compared, per table. */
  readonly compared: Readonly<Record<string, number>>;
  /** What else turns it red: a process that ended by itself, a stream that never ran clean again. */
  readonly complaints: readonly string[];
  readonly tookMs: number;
}
