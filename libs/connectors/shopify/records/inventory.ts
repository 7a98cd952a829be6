import { wireInstant } from '#sync';
import { z } from 'zod';
import { PageInfo } from '../pages.js';
import { gid } from './scalars.js';

/** The states that goods can be in, as Shopify names them. */
export const QUANTITIES = [
  'available',
  'on_hand',
  'committed',
  'incoming',
  'reserved',
  'damaged',
  'safety_stock',
  'quality_control',
] as const;
type QuantityName = (typeof QUANTITIES)[number];

/** `[{name, quantity}]` → by name; every name that was asked for has to be there, and once. */
const Quantities = z
  .array(z.object({ name: z.string(), quantity: z.int() }))
  .transform((list, context): Readonly<Record<QuantityName, number>> => {
    const told = new Map(list.map(({ name, quantity }) => [name, quantity]));
    const missing = QUANTITIES.filter((name) => !told.has(name));
    if (missing.length > 0 || told.size !== list.length) {
      context.issues.push({
        code: 'custom',
        message: missing.length > 0 ? `lacks ${missing.join(', ')}` : 'names a quantity twice',
        input: list,
      });
      return z.NEVER;
    }
    return Object.fromEntries(told) as Record<QuantityName, number>;
  });

/** Its own id holds no more than the two ids here, and is not to be taken apart. */
export const Level = z.object({
  updatedAt: wireInstant,
  location: z.object({ id: gid, name: z.string() }),
  quantities: Quantities,
});
export type Level = z.output<typeof Level>;

export const Levels = z.object({ pageInfo: PageInfo, nodes: z.array(Level) });

export const InventoryItem = z.object({
  id: gid,
  sku: z.string().nullable(),
  /** False where nobody counts the item: its quantities then mean nothing. */
  tracked: z.boolean(),
  /** One, or several that share the item's stock; the first gives the name. */
  variants: z.object({ nodes: z.array(z.object({ displayName: z.string() })) }).nullable(),
  inventoryLevels: Levels,
});
export type InventoryItem = z.output<typeof InventoryItem>;
