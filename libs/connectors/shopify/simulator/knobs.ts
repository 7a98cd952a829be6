import { z } from 'zod';
import type { Json } from '#kernel';
import { PLANS, type PlanLimits, type PlanName } from './bucket.js';
import { BACK_ROOM_LISTS } from './back-room-edits.js';
import { AFTER_SALE_LISTS } from './edits.js';
import { PAGES_LIES } from './lies.js';

const json: z.ZodType<Json> = z.json();
const planNames = Object.keys(PLANS) as PlanName[];

/** What can be turned on one shop while it runs; what is left out stays as it is. */
export const shopKnobs = z.strictObject({
  /** A plan by name, or numbers of one's own. */
  plan: z
    .union([
      z.enum(planNames),
      z.strictObject({ maximumAvailable: z.number().positive(), restoreRate: z.number().positive() }),
    ])
    .optional(),
  maxQueryCost: z.number().int().positive().optional(),
  /** Scopes granted from now on, all tokens alike. */
  scopes: z.array(z.string()).optional(),
  /** `expire` ends access tokens that expire anyway, now; `revoke` uninstalls the app; `restore` installs it again. */
  tokens: z.enum(['expire', 'revoke', 'restore']).optional(),
  /**
   * How often a refresh token is taken: `until-used`, as Shopify's, until the token it brought is first used; `once`,
   * as stricter platforms', where a second time ends the whole family it belongs to.
   */
  refreshTokens: z.enum(['until-used', 'once']).optional(),
  state: z.enum(['open', 'locked', 'frozen']).optional(),
  /**
   * How bulk operations go from now on: how many at once, how long each takes, how it ends, whether children stand below
   * their records, how many counted lines lack at a file's end; and `links`, which ends every link given out so far.
   */
  bulk: z
    .strictObject({
      slots: z.number().int().positive().optional(),
      seconds: z.number().nonnegative().optional(),
      ends: z.enum(['COMPLETED', 'FAILED', 'CANCELED']).optional(),
      grouped: z.boolean().optional(),
      lost: z.number().int().nonnegative().optional(),
      links: z.literal('expire').optional(),
    })
    .optional(),
  /** Breaks chosen records on the wire and leaves the truth alone; null ends it. */
  corrupt: z
    .strictObject({
      stream: z.enum(['orders', 'customers', 'products', ...AFTER_SALE_LISTS, ...BACK_ROOM_LISTS]),
      /** How many, spread over the stream by id; or exactly which, by gid. */
      count: z.number().int().positive().optional(),
      ids: z.array(z.string()).optional(),
      /** Dotted path inside the record → what stands there instead. */
      set: z.record(z.string(), json),
    })
    .nullable()
    .optional(),
  /** Lies with a straight face, HTTP 200 and all; null ends it. */
  lie: z
    .strictObject({
      stream: z.enum(['orders', 'customers', 'products']),
      /** Added to every count of the stream's records; negative for fewer than there are. */
      count: z.number().int().default(0),
      /** Lists of the stream hold nothing, while its records are counted and can be asked for one by one. */
      empty: z.boolean().default(false),
      /** Lists lead in circles, or say things twice. */
      pages: z.enum(PAGES_LIES).nullable().default(null),
    })
    .nullable()
    .optional(),
});

export type ShopKnobs = z.infer<typeof shopKnobs>;

export const limitsOf = (plan: PlanName | PlanLimits): PlanLimits =>
  typeof plan === 'string' ? PLANS[plan] : plan;

/** What the corrupt knob does to records on their way out. */
export class Corruption {
  constructor(
    readonly ids: ReadonlySet<string>,
    private readonly set: Readonly<Record<string, Json>>,
  ) {}

  /** Changes the records of a reply in place; how many were changed. */
  apply(data: Readonly<Record<string, unknown>>): number {
    let changed = 0;
    for (const value of Object.values(data))
      for (const record of recordsIn(value)) {
        if (this.break(record)) changed++;
        for (const inner of [...AFTER_SALE_LISTS, 'payouts'].flatMap((list) => recordsIn(record[list])))
          if (this.break(inner)) changed++;
      }
    return changed;
  }

  private break(record: Record<string, unknown>): boolean {
    if (typeof record['id'] !== 'string' || !this.ids.has(record['id'])) return false;
    for (const [path, value] of Object.entries(this.set)) put(record, path.split('.'), value);
    return true;
  }
}

type Wire = Record<string, unknown>;

function recordsIn(value: unknown): readonly Wire[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return (value as readonly (Wire | null)[]).filter((one) => one !== null);
  const { nodes, edges } = value as { nodes?: readonly Wire[]; edges?: readonly { node: Wire }[] };
  if (nodes) return nodes;
  if (edges) return edges.map((edge) => edge.node);
  return [value as Wire];
}

function put(record: Wire, path: readonly string[], value: Json): void {
  let at = record;
  for (const step of path.slice(0, -1)) {
    const next = at[step];
    if (next === null || typeof next !== 'object') return;
    at = next as Wire;
  }
  at[path.at(-1)!] = value;
}
