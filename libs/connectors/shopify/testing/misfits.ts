import { parseDate, parseDecimal } from '#kernel';
import type { SqlType, Table } from '#warehouse/tables';

const FITS: Readonly<Record<SqlType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  numeric: (value) => typeof value === 'string' && parseDecimal(value) !== undefined,
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  bigint: (value) => typeof value === 'string' && /^-?\d+$/.test(value),
  timestamptz: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  date: (value) => typeof value === 'string' && parseDate(value) !== undefined,
  boolean: (value) => typeof value === 'boolean',
  jsonb: (value) => value !== undefined,
};

/** The columns of a row that its table would not take: missing, unknown, or of another type. */
export function misfits(into: Table, row: Record<string, unknown>): string[] {
  const wrong = Object.entries(into.columns)
    .filter(([name, { sql, nullable }]) => !(row[name] === null ? nullable : FITS[sql](row[name])))
    .map(([name]) => `${into.name}.${name}: ${JSON.stringify(row[name])}`);
  const unknown = Object.keys(row).filter((name) => !(name in into.columns));
  return [...wrong, ...unknown.map((name) => `${into.name} has no ${name}`)];
}
