import type { Json } from '#kernel';
import { z } from 'zod';
import { LIMITS } from './buckets.js';

const json: z.ZodType<Json> = z.json();
const STREAMS = ['orders', 'inventory', 'settlements', 'transactions'] as const;
const limitNames = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

/** What can be turned on one account while it runs; what is left out stays as it is. */
export const amazonKnobs = z.strictObject({
  /** The vendor's own plan, none at all, or times the plan's rate and burst. */
  limits: z
    .union([
      z.enum(limitNames),
      z.strictObject({ rate: z.number().positive(), burst: z.number().positive().default(1) }),
    ])
    .optional(),
  /** `expire` ends all access tokens now; `revoke` ends the seller's authorisation; `restore` gives it back. */
  tokens: z.enum(['expire', 'revoke', 'restore']).optional(),
  /** Operations whose role the app lacks. */
  denied: z.array(z.string()).optional(),
  /** Records on a page, where Amazon does not say how many it puts there. */
  pageSize: z.number().int().positive().optional(),
  /** How young what is asked for may be; two minutes, but where a test runs faster than the clock. */
  settleMs: z.number().int().positive().optional(),
  /** Breaks chosen records on the wire and leaves the truth alone; null ends it. */
  corrupt: z
    .strictObject({
      stream: z.enum(STREAMS),
      count: z.number().int().positive().default(1),
      /** Dotted path inside the record → what stands there instead. A settlement gains a penny instead. */
      set: z.record(z.string(), json).default({}),
    })
    .nullable()
    .optional(),
  /** Lies with a straight face: lists of the stream hold nothing; null ends it. */
  lie: z
    .strictObject({ stream: z.enum(STREAMS), empty: z.literal(true) })
    .nullable()
    .optional(),
});

export type AmazonKnobs = z.output<typeof amazonKnobs>;
export type StreamName = (typeof STREAMS)[number];

type Wire = Record<string, unknown>;

/** The record with what the knob puts into it. */
export function corrupted<T extends object>(record: T, set: Readonly<Record<string, Json>>): T {
  const copy = structuredClone(record);
  for (const [path, value] of Object.entries(set)) {
    const steps = path.split('.');
    let at: unknown = copy;
    for (const step of steps.slice(0, -1)) at = (at as Wire | undefined)?.[step];
    if (typeof at === 'object' && at !== null) (at as Wire)[steps.at(-1)!] = value;
  }
  return copy;
}
