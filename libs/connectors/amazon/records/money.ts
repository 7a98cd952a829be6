import { type Decimal, parseDecimal, sum } from '#kernel';
import { wireDecimal } from '#sync';
import { z } from 'zod';

/** Orders: the amount is text. */
export const Money = z.object({ amount: wireDecimal, currencyCode: z.string() });
export type Money = z.output<typeof Money>;

/** Finances: the amount is a JSON number, read as its exact decimal text. */
export const Currency = z.object({ currencyAmount: wireDecimal, currencyCode: z.string() });

/** `-1.50` → `1.50`: Amazon does not say which sign a discount bears. */
export function unsigned(amount: Decimal): Decimal {
  return parseDecimal(amount.replace(/^[+-]/, ''))!;
}

/** The exact sum, or null of nothing: an order that is still pending has no money yet, which is not none. */
export const sumOrNull = (amounts: readonly Decimal[]): Decimal | null =>
  amounts.length === 0 ? null : sum(amounts);
