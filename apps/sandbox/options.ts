import { Failure } from '#kernel';
import { PLANS, type PlanName, type ShopOptions } from '#simulators/shopify';
import { z } from 'zod';

/** Name of the one shop of the default sandbox. */
export const DEMO_SHOP = 'demo';

const planNames = Object.keys(PLANS) as PlanName[];

const sandboxOptions = z.strictObject({
  /** 0 = any free one. */
  port: z.number().int().min(0).max(65_535).default(0),
  /** Only this machine by default: the demo's secrets are public. */
  host: z.string().default('127.0.0.1'),
  seed: z.number().int().default(1),
  /** Size of the made-up shop. */
  orders: z.number().int().min(0).default(250),
  /** A real shop instead, as CSV in the Online Retail form, gzip or not. */
  shopFile: z.string().nullable().optional(),
  /** The day or instant before which the shop's history ends; default is the last midnight, UTC. */
  anchor: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).optional(),
  plan: z
    .union([
      z.enum(planNames),
      z.strictObject({ maximumAvailable: z.number().positive(), restoreRate: z.number().positive() }),
    ])
    .optional(),
  maxQueryCost: z.number().int().positive().optional(),
  scopes: z.array(z.string()).optional(),
  /** Accounts whose owner agreed with the platform on more calls than everybody has: a demonstration need not wait. */
  roomy: z.boolean().default(false),
});

export interface SandboxOptions extends z.input<typeof sandboxOptions> {
  /** Several shops instead of the one; then `seed`, `orders`, `shopFile`, `plan` … are theirs to say. */
  readonly shops?: readonly ShopOptions[];
  /** The clock, in milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

export interface Plan {
  readonly port: number;
  readonly host: string;
  readonly seed: number;
  readonly anchor: Date;
  readonly shops: readonly ShopOptions[];
  readonly roomy: boolean;
  readonly now: () => number;
}

const DAY = 86_400_000;

/** Options with their defaults; a `config` Failure that names the wrong one. */
export function planSandbox({ shops, now = Date.now, ...options }: SandboxOptions): Plan {
  const read = sandboxOptions.safeParse(options);
  if (!read.success) throw new Failure('config', `the sandbox cannot start: ${z.prettifyError(read.error)}`);
  const { port, host, seed, orders, shopFile, anchor, plan, maxQueryCost, scopes, roomy } = read.data;
  const demo: ShopOptions = {
    name: DEMO_SHOP,
    source: shopFile ? { kind: 'file', path: shopFile } : { kind: 'built-in', seed, orders },
    ...(plan === undefined ? {} : { plan }),
    ...(maxQueryCost === undefined ? {} : { maxQueryCost }),
    ...(scopes === undefined ? {} : { scopes }),
  };
  return {
    port,
    host,
    seed,
    anchor: anchor === undefined ? new Date(Math.floor(now() / DAY) * DAY) : new Date(anchor),
    shops: shops ?? [demo],
    roomy,
    now,
  };
}
