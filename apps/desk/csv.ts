import type { Json } from '#kernel';

/** One line of a CSV file (RFC 4180), its end included. */
export const csvLine = (cells: readonly { readonly value: Json; readonly type: string }[]): string =>
  `${cells.map(({ value, type }) => cell(value, type)).join(',')}\r\n`;

/** Spreadsheets run a text that begins so as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: Json, type: string): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = type === 'text' && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
