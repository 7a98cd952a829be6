import { Failure, parseDecimal } from '#kernel';
import { wireDecimal } from '#sync';
import { z } from 'zod';

const GID = /^gid:\/\/shopify\/[A-Za-z]+\/(\d+)(?:\?.*)?$/;

/**
 * `gid://shopify/Order/450789469` → `450789469`: the platform's own number (`legacyResourceId`), as text, because
 * it outgrows a JavaScript number.
 */
export const gid = z.string().check((context) => {
  // One look instead of a check and a transform: records hold many ids.
  const id = GID.exec(context.value)?.[1];
  if (id !== undefined) context.value = id;
  else
    context.issues.push({
      code: 'invalid_format',
      format: 'regex',
      pattern: String(GID),
      message: `not a Shopify id: ${JSON.stringify(context.value).slice(0, 60)}`,
      input: context.value,
      continue: true,
    });
});

/** `UnsignedInt64` counts travel as text; the ones read with this stay far below 2^53. */
export const count = z.union([z.string().regex(/^\d{1,15}$/), z.int().nonnegative()]).transform(Number);

/** The other way, for asking about one record. */
export function toGid(type: string, id: string): string {
  if (!/^\d+$/.test(id))
    throw new Failure('bug', `a Shopify ${type} id is a number, not ${JSON.stringify(id)}`);
  return `gid://shopify/${type}/${id}`;
}

export const Money = z.object({ amount: wireDecimal, currencyCode: z.string() });

const InShopMoney = z.object({ shopMoney: z.object({ amount: wireDecimal }) });
type InShopMoney = z.output<typeof InShopMoney>;

function isInShopMoney(value: unknown): value is InShopMoney {
  if (typeof value !== 'object' || value === null) return false;
  const { shopMoney } = value as { shopMoney?: { amount?: unknown } | null };
  if (typeof shopMoney !== 'object' || shopMoney === null) return false;
  return typeof shopMoney.amount === 'string' && parseDecimal(shopMoney.amount) !== undefined;
}

/**
 * An amount in the shop's own currency, the order's `currencyCode`: what the books are kept in. Ten of them in an order
 * of two lines, so a good one is told by a glance; the shape only says what is wrong with a bad one.
 */
export const ShopMoney = z.custom<InShopMoney>().check((context) => {
  if (isInShopMoney(context.value)) return;
  const issues = InShopMoney.safeParse(context.value).error?.issues ?? [];
  context.issues.push(
    ...issues.map(({ path, message }) => ({
      code: 'custom' as const,
      path: [...path],
      message,
      input: context.value,
    })),
  );
});

/** The same amount as the shop books it and as the customer saw it. */
export const BothMoney = z.object({ shopMoney: Money, presentmentMoney: Money });
