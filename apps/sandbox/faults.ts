import { Random } from '#shop';
import { z } from 'zod';

/** What can go wrong between a platform and its caller. */
const fault = z.strictObject({
  /**
   * `status`: that status with a plain body. `html`: a page of HTML under 200. `truncated`: a true reply that breaks off
   * in the middle. `truncated-gzip`: a true reply packed with gzip, whose second half is missing under a length that
   * says it is all there. `reset`: the connection breaks. `timeout`: no answer ever. `stall`: a true reply that goes silent
   * in the middle. `expire`: the account's access tokens that can die do so, and the call is handled after that.
   */
  kind: z.enum(['status', 'html', 'truncated', 'truncated-gzip', 'reset', 'timeout', 'stall', 'expire']),
  status: z.number().int().min(400).max(599).default(500),
  /** `Retry-After`, in seconds as text or a number; left out where absent. */
  retryAfter: z.union([z.string(), z.number()]).optional(),
  /** How many of the calls it fits it strikes, from now on. */
  next: z.number().int().positive().optional(),
  /** Or how often, drawn from the sandbox's seed. */
  probability: z.number().min(0).max(1).optional(),
  /** Only calls whose path holds this text. */
  path: z.string().optional(),
  /** Only calls whose body holds this text: the name of a query, a record's id. */
  body: z.string().optional(),
  /** So many of the calls it fits are let through first. */
  skip: z.number().int().min(0).default(0),
  /** The platform does what it was asked, and only the reply is lost. */
  after: z.boolean().default(false),
  /** So long until it strikes, on top of the latency that stands. */
  delayMs: z.number().min(0).default(0),
});

export const commonKnobs = z.looseObject({
  platform: z.string().optional(),
  account: z.string().optional(),
  /** Added to every call; `jitter` more at most, drawn from the seed. */
  latencyMs: z
    .union([
      z.number().min(0),
      z.strictObject({ fixed: z.number().min(0), jitter: z.number().min(0).default(0) }),
    ])
    .optional(),
  /** In the order they are tried; null ends them all. */
  faults: z.array(fault).nullable().optional(),
  /** How far the platform's clock stands ahead of ours. */
  clockOffsetMs: z.number().int().optional(),
});

export type Fault = z.infer<typeof fault>;

/** Draws faults and latency from a seed, so that a run can be repeated. */
export class Weather {
  private faults: { readonly fault: Fault; left: number; skip: number }[] = [];
  private latency = { fixed: 0, jitter: 0 };
  private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed ^ 0x5eed);
  }

  turn({ latencyMs, faults }: z.infer<typeof commonKnobs>): void {
    if (typeof latencyMs === 'number') this.latency = { fixed: latencyMs, jitter: 0 };
    else if (latencyMs !== undefined) this.latency = latencyMs;
    if (faults === null) this.faults = [];
    else if (faults !== undefined)
      this.faults = faults.map((one) => ({ fault: one, left: one.next ?? Infinity, skip: one.skip }));
  }

  /** How long the next call takes on top of its own time. */
  delayMs(): number {
    const { fixed, jitter } = this.latency;
    return jitter === 0 ? fixed : fixed + this.random.next() * jitter;
  }

  /** The fault that strikes a call, if any. */
  strike(path: string, body: Buffer): Fault | undefined {
    for (const standing of this.faults) {
      const { fault: one } = standing;
      if (standing.left <= 0 || (one.path !== undefined && !path.includes(one.path))) continue;
      if (one.body !== undefined && !body.includes(one.body)) continue;
      if (one.probability !== undefined && this.random.next() >= one.probability) continue;
      if (standing.skip > 0) {
        standing.skip--;
        continue;
      }
      standing.left--;
      return one;
    }
    return undefined;
  }

  standing(): object {
    return {
      latencyMs: this.latency,
      faults: this.faults.map(({ fault: one, left }) => ({
        ...one,
        left: Number.isFinite(left) ? left : null,
      })),
    };
  }
}
