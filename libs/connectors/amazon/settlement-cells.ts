import { type Decimal, parseDate, parseDecimal, parseInstant } from '#kernel';

/*
 * A settlement report spells amounts and days as its marketplace does, and does not say how: `1.234,50` and
 * `07.10.2026` in one file, `1,234.50` and `2026-10-07` in the next. Each file is looked at as a whole.
 */

export interface Spelling {
  /** What stands before the cents; null where no amount has any. */
  readonly point: ',' | '.' | null;
  /** How `10/07/26` reads. */
  readonly slashed: 'month first' | 'day first';
}

/** Throws where one file spells in two ways. */
export function spellingOf(amounts: readonly string[], days: readonly string[]): Spelling {
  const points = new Set(amounts.flatMap((amount) => /([.,])\d{1,2}$/.exec(amount)?.[1] ?? []));
  if (points.size > 1)
    throw new RangeError('the file spells amounts with a decimal point and with a decimal comma');
  const slashes = days.flatMap((day) => {
    const [, first, second] = /^(\d{1,2})\/(\d{1,2})\//.exec(day) ?? [];
    return first === undefined ? [] : [[Number(first), Number(second)] as const];
  });
  const dayFirst = slashes.some(([first]) => first > 12);
  if (dayFirst && slashes.some(([, second]) => second > 12))
    throw new RangeError('the file spells days with the month first and with the day first');
  const [point = null] = points as Set<',' | '.'>;
  // Where no day of the file tells, the vendor's own description does: MM/DD/YY.
  return { point, slashed: dayFirst ? 'day first' : 'month first' };
}

/** `1.234,50` → `1234.50`. */
export function amountIn(text: string, { point }: Spelling): Decimal {
  const bare = text.replace(/[\s\u00a0\u202f']/g, '');
  const whole = point === ',' ? bare.replaceAll('.', '').replace(',', '.') : bare.replaceAll(',', '');
  const value = parseDecimal(point === null ? bare.replace(/[.,](?=\d{3}(?:\D|$))/g, '') : whole);
  if (value === undefined) throw new RangeError(`not an amount: ${JSON.stringify(text.slice(0, 40))}`);
  return value;
}

/** Hours from UTC, of the zones these reports name. */
const ZONES: Readonly<Record<string, string>> = {
  '': 'Z',
  Z: 'Z',
  UTC: 'Z',
  GMT: 'Z',
  BST: '+01:00',
  CET: '+01:00',
  CEST: '+02:00',
  JST: '+09:00',
  PST: '-08:00',
  PDT: '-07:00',
};

const SHAPE =
  /^(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?)\s*([A-Z]{0,5}|[+-]\d{2}:?\d{2}))?$/;

/** `07.10.2026 10:00:00 UTC` → its day as written, and the instant where a time of day is told. */
export function dayIn(text: string, spelling: Spelling): { on: string; at: string | null } {
  const [, first = '', sign, second = '', third = '', time, zone = ''] = SHAPE.exec(text.trim()) ?? [];
  const on = sign === undefined ? '' : daySpelled(first, second, third, sign, spelling);
  if (parseDate(on) === undefined) throw new RangeError(`not a day: ${JSON.stringify(text.slice(0, 40))}`);
  if (time === undefined) return { on, at: null };
  const offset = ZONES[zone] ?? (/^[+-]/.test(zone) ? zone : undefined);
  if (offset === undefined) throw new RangeError(`the zone ${zone} is not known`);
  const at = parseInstant(`${on}T${time.padStart(time.length > 5 ? 8 : 5, '0')}${offset}`);
  if (at === undefined) throw new RangeError(`not an instant: ${JSON.stringify(text.slice(0, 40))}`);
  return { on, at: at.toISOString() };
}

function daySpelled(
  first: string,
  second: string,
  third: string,
  sign: string,
  { slashed }: Spelling,
): string {
  if (first.length === 4) return [first, padded(second), padded(third)].join('-');
  const year = third.length === 2 ? `20${third}` : third;
  const monthFirst = sign === '/' && slashed === 'month first';
  return (monthFirst ? [year, padded(first), padded(second)] : [year, padded(second), padded(first)]).join(
    '-',
  );
}

const padded = (digits: string): string => digits.padStart(2, '0');
