import { z } from 'zod';
import type { Weather } from './weather.js';
import { DIRECTIONS, TARGETS } from './weather.js';

/** The processes of the product that a storm strikes: the scheduler, and workers by their number. */
const VICTIM = z.templateLiteral(['worker-', z.int()]).or(z.literal('scheduler'));
export type Victim = z.output<typeof VICTIM>;

const forMs = z.number().min(0);

/** What a platform's callers get by chance instead of what they asked for, or before it. */
const struck = z.strictObject({
  kind: z.enum(['status', 'html', 'truncated', 'truncated-gzip', 'reset', 'timeout', 'stall', 'expire']),
  probability: z.number().min(0).max(1),
  status: z.int().min(400).max(599).optional(),
  /** Seconds. */
  retryAfter: z.number().optional(),
});

/** What a platform's simulator does to its callers. */
const TROUBLE = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('replies'), faults: z.array(struck) }),
  /** Access tokens die in the middle of runs. */
  z.strictObject({ kind: z.literal('expire'), account: z.string() }),
  /**
   * Each refresh token is taken once, and the reply to the first renewal is lost: asked for again, its whole family ends
   * and an operator must connect anew.
   */
  z.strictObject({ kind: z.literal('once'), account: z.string() }),
  /** Some records break the schema. */
  z.strictObject({
    kind: z.literal('corrupt'),
    account: z.string(),
    stream: z.enum(['orders', 'customers', 'products']),
  }),
  /** The platform's clock stands so far ahead, or behind. */
  z.strictObject({ kind: z.literal('skew'), offsetMs: z.int() }),
]);
export type PlatformTrouble = z.output<typeof TROUBLE>;

const WEATHER: z.ZodType<Weather> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms: z.number(), jitterMs: z.number() }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('blackhole') }),
  z.strictObject({ kind: z.literal('half-close') }),
  z.strictObject({ kind: z.literal('sliced') }),
  z.strictObject({ kind: z.literal('slow'), bytesPerSecond: z.number() }),
  z.strictObject({ kind: z.literal('cut'), afterBytes: z.int() }),
]);

/** One thing that goes wrong. What lasts is over after `forMs`; what is killed is started again after `forMs`. */
const FAULT = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kill'), victim: VICTIM, forMs }),
  /** SIGSTOP, then SIGCONT: the process comes back and believes that no time went by. */
  z.strictObject({ kind: z.literal('freeze'), victim: VICTIM, forMs }),
  z.strictObject({ kind: z.literal('kill-redis'), forMs }),
  z.strictObject({ kind: z.literal('kill-postgres'), forMs }),
  z.strictObject({ kind: z.literal('flush') }),
  /** One schedule's chain loses its next job; `pick` says which, by its place among those there are. */
  z.strictObject({ kind: z.literal('break-schedule'), pick: z.number().min(0).max(1) }),
  z.strictObject({
    kind: z.literal('network'),
    /** Whose link; null means everybody's. A platform's link is everybody's at any time. */
    victim: VICTIM.nullable(),
    target: z.enum(TARGETS),
    direction: z.enum(DIRECTIONS),
    weather: WEATHER,
    forMs,
  }),
  z.strictObject({ kind: z.literal('platform'), trouble: TROUBLE, forMs }),
]);
export type Fault = z.output<typeof FAULT>;

export type FaultKind = Fault['kind'];

const TIMED = z.strictObject({
  /** Milliseconds since the storm's start. */
  atMs: z.number().min(0),
  fault: FAULT,
});
export type Timed = z.output<typeof TIMED>;

/** A plan as the report prints it, for `--plan`. */
export const PLAN = z.array(TIMED);

/** `kill worker-2 for 310 ms`, for people. */
export function told(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
      return `${fault.kind} ${fault.victim} for ${String(fault.forMs)} ms`;
    case 'kill-redis':
    case 'kill-postgres':
      return `${fault.kind} for ${String(fault.forMs)} ms`;
    case 'flush':
      return 'FLUSHALL';
    case 'break-schedule':
      return `break-schedule at ${fault.pick.toFixed(3)}`;
    case 'network': {
      const { kind, ...more } = fault.weather;
      const numbers = Object.entries(more).map(([name, n]) => ` ${name} ${String(n)}`);
      return `network ${fault.victim ?? 'everybody'} ${fault.direction} ${fault.target}: ${kind}${numbers.join('')} for ${String(fault.forMs)} ms`;
    }
    case 'platform': {
      const { kind, ...more } = fault.trouble;
      return `platform ${kind} ${JSON.stringify(more)} for ${String(fault.forMs)} ms`;
    }
  }
}
