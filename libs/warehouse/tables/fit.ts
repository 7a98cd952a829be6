import { parseDate, parseDecimal } from '#kernel';
import { LONGEST_INDEXED, type SqlType, type Table } from './define.js';

const FIRST = new Date('0001-01-01T00:00:00.000Z').getTime();
const LAST = new Date('9999-12-31T23:59:59.999Z').getTime();
const LARGEST_BIGINT = 2n ** 63n;

const FITS: Readonly<Record<SqlType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  numeric: (value) => typeof value === 'string' && parseDecimal(value) !== undefined,
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  bigint: (value) => typeof value === 'string' && /^-?\d{1,19}$/.test(value) && fitsBigint(value),
  timestamptz: fitsInstant,
  date: (value) => typeof value === 'string' && parseDate(value) !== undefined && !value.startsWith('0000'),
  boolean: (value) => typeof value === 'boolean',
  jsonb: (value) => typeof value !== 'bigint' && typeof value !== 'function' && typeof value !== 'symbol',
};

function fitsBigint(digits: string): boolean {
  const value = BigInt(digits);
  return value < LARGEST_BIGINT && value >= -LARGEST_BIGINT;
}

/** An instant that Postgres reads as we write it. */
export function fitsInstant(value: unknown): boolean {
  // An invalid date is NaN, which is on neither side.
  return value instanceof Date && value.getTime() >= FIRST && value.getTime() <= LAST;
}

interface Check {
  readonly name: string;
  readonly fits: (value: unknown) => boolean;
  readonly sql: SqlType;
  readonly nullable: boolean;
  readonly longest: number;
}

const checks = new WeakMap<Table, readonly Check[]>();

/**
 * Why Postgres would refuse the row, or undefined where it takes it. The compiler has checked the mapper's types, not
 * what the wire put into them: one number too large for its column would fail the whole page, again and again.
 */
export function misfitOf(table: Table, row: Readonly<Record<string, unknown>>): string | undefined {
  let list = checks.get(table);
  if (!list) {
    list = Object.entries(table.columns).map(([name, { sql, nullable, longest = Infinity }]): Check => ({
      name,
      fits: FITS[sql],
      sql,
      nullable,
      longest,
    }));
    checks.set(table, list);
  }
  for (const check of list) {
    const value = row[check.name];
    // Texts, most columns of most rows, without a call.
    if (typeof value === 'string' && check.sql === 'text') {
      if (value.length > check.longest)
        return `${check.name}: ${value.length} characters where ${check.longest} are the most`;
      continue;
    }
    if (value === null || value === undefined) {
      if (!check.nullable) return `${check.name}: absent, though ${table.name} needs it`;
    } else if (!check.fits(value)) return `${check.name}: ${shown(value)} does not fit ${check.sql}`;
  }
  return undefined;
}

/** Why a text cannot be the key of a row, or undefined where it can. */
export function keyMisfitOf(key: unknown): string | undefined {
  if (typeof key !== 'string') return `key: ${shown(key)} is no text`;
  if (key === '') return 'key: it is empty';
  if (key.length > LONGEST_INDEXED)
    return `key: ${key.length} characters where ${LONGEST_INDEXED} are the most`;
  return /[\0\p{Surrogate}]/u.test(key) ? 'key: it holds what Postgres cannot' : undefined;
}

function shown(value: unknown): string {
  const text = typeof value === 'object' && !(value instanceof Date) ? JSON.stringify(value) : undefined;
  return (text ?? (typeof value === 'string' ? JSON.stringify(value) : String(value))).slice(0, 60);
}
