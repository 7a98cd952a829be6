import { Decimal as Big } from 'decimal.js';

/**
 * An exact decimal number as text, as Postgres `numeric` reads and writes it. Money is always one of these
 * beside its currency; it never becomes a JavaScript number.
 */
export type Decimal = string & { readonly __decimal: unique symbol };

const SHAPE = /^[+-]?(\d+\.?\d*|\.\d+)$/;

Big.set({ precision: 60, toExpNeg: -60, toExpPos: 60 });

/** The text as a Decimal, or undefined where it is not a plain decimal number (no exponent, no NaN). */
export function parseDecimal(text: string): Decimal | undefined {
  return SHAPE.test(text) ? (text as Decimal) : undefined;
}

/** `1.5e3` → `1500`, digit by digit; for exponents that somebody has looked at. */
export const withoutExponent = (number: string): Decimal => new Big(number).toFixed() as Decimal;

/** The text as a Decimal; throws a RangeError that shows it where it is none. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new RangeError(`not a decimal number: ${JSON.stringify(text)}`);
  return value;
}

export const ZERO = decimal('0');

export const add = (a: Decimal, b: Decimal): Decimal => new Big(a).plus(b).toFixed() as Decimal;
export const subtract = (a: Decimal, b: Decimal): Decimal => new Big(a).minus(b).toFixed() as Decimal;
/** Exact product, for example unit price × quantity. */
export const times = (a: Decimal, b: Decimal | number): Decimal => new Big(a).times(b).toFixed() as Decimal;
/** -1, 0 or 1; `1.50` equals `1.5`. */
export const compare = (a: Decimal, b: Decimal): number => new Big(a).comparedTo(b);
/** Exact sum; `0` for an empty list. */
export const sum = (values: Iterable<Decimal>): Decimal => {
  let total = new Big(0);
  for (const value of values) total = total.plus(value);
  return total.toFixed() as Decimal;
};
/** Rounded half away from zero to a fixed number of decimals: `toFixed(2)` for most currencies. Nothing is never -0. */
export const toFixed = (value: Decimal, decimals: number): Decimal => {
  const rounded = new Big(value).toDecimalPlaces(decimals, Big.ROUND_HALF_UP);
  return (rounded.isZero() ? rounded.abs() : rounded).toFixed(decimals) as Decimal;
};
