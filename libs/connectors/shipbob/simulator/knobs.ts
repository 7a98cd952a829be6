import type { Json } from '#kernel';
import { z } from 'zod';

const json: z.ZodType<Json> = z.json();

export const LISTS_EDITED = [
  'orders',
  'returns',
  'receiving',
  'products',
  'inventory',
  'fulfillment_centers',
] as const;

/** What can be turned on one account while it runs; what is left out stays as it is. */
export const accountKnobs = z.strictObject({
  /** Calls a minute of one application; 150 at the platform. */
  perMinute: z.number().int().positive().optional(),
  scopes: z.array(z.string()).optional(),
  /** `expire` ends the hour's tokens now; `revoke` all of them, personal ones too; `restore` brings those back. */
  tokens: z.enum(['expire', 'revoke', 'restore']).optional(),
  /** Breaks chosen records on the wire and leaves the truth alone; null ends it. */
  corrupt: z
    .strictObject({
      stream: z.enum(LISTS_EDITED),
      count: z.number().int().positive().default(1),
      /** Field of the record → what stands there instead. */
      set: z.record(z.string(), json),
    })
    .nullable()
    .optional(),
  /** The stream's lists hold nothing, though its records are there; null ends it. */
  lie: z
    .strictObject({ stream: z.enum(LISTS_EDITED), empty: z.literal(true) })
    .nullable()
    .optional(),
});

export type AccountKnobs = z.infer<typeof accountKnobs>;

/** Records to be broken on their way out. */
export class Corruption {
  constructor(
    private readonly chosen: ReadonlySet<unknown>,
    private readonly set: Readonly<Record<string, Json>>,
  ) {}

  /** The reply's records, the chosen ones broken: found by their id. */
  apply(records: readonly unknown[]): unknown[] {
    return records.map((one) => (this.chosen.has(idOf(one)) ? { ...(one as object), ...this.set } : one));
  }
}

export const idOf = (record: unknown): unknown => {
  const { id, inventory_id } = record as { id?: unknown; inventory_id?: unknown };
  return id ?? inventory_id;
};
