import { decimal, times, type Decimal } from '#kernel';

/**
 * An amount of money as a safe integer of ten-thousandths of its currency: exact, and cheap to add while a
 * shop of 100,000 orders is made. It leaves the store only as decimal text.
 */
export type Units = number;

const SCALE = 10_000;

/** Exact; a RangeError where the text is no decimal or finer than a ten-thousandth. */
export function unitsOf(text: string): Units {
  const units = Number(times(decimal(text), SCALE));
  if (!Number.isSafeInteger(units)) throw new RangeError(`not a money amount: ${JSON.stringify(text)}`);
  return units;
}

const texts = new Map<Units, Decimal>();

/** As the vendor writes `Decimal`: no trailing zeros, but always one digit after the point (`2.5`, `10.0`). */
export function textOf(units: Units): Decimal {
  const known = texts.get(units);
  if (known !== undefined) return known;
  const digits = String(Math.abs(units)).padStart(5, '0');
  const fraction = digits.slice(-4).replace(/0{1,3}$/, '');
  const text = decimal(`${units < 0 ? '-' : ''}${digits.slice(0, -4)}.${fraction}`);
  if (texts.size > 200_000) texts.clear();
  texts.set(units, text);
  return text;
}

/** Decimals the currency is paid in. */
const decimalsOf = (currency: string): number => (currency === 'JPY' ? 0 : 2);

/** Rounded half up to what the currency is paid in. */
export function rounded(units: Units, currency: string): Units {
  const step = SCALE / 10 ** decimalsOf(currency);
  return Math.floor((units + step / 2) / step) * step;
}
