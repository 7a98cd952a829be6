const SPECIAL = /["\\\0]/;

/**
 * One column's values as a Postgres array literal. Building the text here, once per column, costs a fraction of
 * the driver's generic array conversion, and a page then travels in as many parameters as it has columns.
 */
export function arrayLiteral(values: readonly unknown[]): string {
  const parts = new Array<string>(values.length);
  for (let i = 0; i < values.length; i++) parts[i] = element(values[i]);
  return `{${parts.join(',')}}`;
}

function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return SPECIAL.test(value) ? `"${escape(value)}"` : `"${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return `"${value.toISOString()}"`;
  return `"${escape(JSON.stringify(value))}"`;
}

/** Postgres text cannot hold U+0000: it is kept visible as U+FFFD instead of failing the page. */
const escape = (text: string): string => text.replaceAll('\0', '\uFFFD').replace(/[\\"]/g, '\\$&');
