import { Failure } from '#kernel';
import { wireDecimal } from '#sync';
import { z } from 'zod';

const GID = /^gid:\/\/shopify\/[A-Za-z]+\/(\d+)(?:\?.*)?$/;

/**
 * `gid://shopify/Order/450789469` → `450789469`: the platform's own number (`legacyResourceId`), as text, because
 * it outgrows a JavaScript number.
 */
export const gid = z
  .string()
  .regex(GID, { error: ({ input }) => `not a Shopify id: ${JSON.stringify(input).slice(0, 60)}` })
  .overwrite((text) => GID.exec(text)?.[1] ?? text);

/** `UnsignedInt64` counts travel as text; the ones read with this stay far below 2^53. */
export const count = z.union([z.string().regex(/^\d{1,15}$/), z.int().nonnegative()]).transform(Number);

/** The other way, for asking about one record. */
export function toGid(type: string, id: string): string {
  if (!/^\d+$/.test(id))
    throw new Failure('bug', `a Shopify ${type} id is a number, not ${JSON.stringify(id)}`);
  return `gid://shopify/${type}/${id}`;
}

export const Money = z.object({ amount: wireDecimal, currencyCode: z.string() });

/** An amount in the shop's own currency, the order's `currencyCode`: what the books are kept in. */
export const ShopMoney = z.object({ shopMoney: z.object({ amount: wireDecimal }) });

/** The same amount as the shop books it and as the customer saw it. */
export const BothMoney = z.object({ shopMoney: Money, presentmentMoney: Money });
