const SPECIAL = /["\\\0]/;

/**
 * One column's values as a Postgres array literal. Building the text here, once per column, costs a fraction of
 * the driver's generic array conversion, and a page then travels in as many parameters as it has columns.
 */
export const arrayLiteral = (values: readonly unknown[]): string => literalOf(values.map(element));

/** Elements as `element` writes them, as one literal. */
export const literalOf = (elements: readonly string[]): string => `{${elements.join(',')}}`;

/** One value as it stands in an array literal. */
export function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return SPECIAL.test(value) ? `"${escape(value)}"` : `"${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return `"${value.toISOString()}"`;
  return `"${escape(jsonText(value))}"`;
}

/**
 * JSON as `jsonb` takes it. It refuses what JavaScript's strings may hold, U+0000 and halves of surrogate pairs:
 * they become U+FFFD, as in text, instead of failing the page for ever.
 */
export function jsonText(value: unknown): string {
  // Undefined has no JSON, though the compiler believes it: it is null where it comes at all.
  const text = (JSON.stringify(value) as string | undefined) ?? 'null';
  return text.includes('\\u')
    ? text.replace(ESCAPE, (all, what: string) => (REFUSED.test(what) ? '\uFFFD' : all))
    : text;
}

/** Every escape is matched, so that the second half of an escaped backslash never begins one. */
const ESCAPE = /\\(u[0-9a-f]{4}|.)/g;
/** Whole pairs are never escaped by JSON.stringify: an escaped surrogate is half of one. */
const REFUSED = /^u(?:0000|d[89a-f])/;

/** As the database will have kept it: Postgres text holds no U+0000, UTF-8 no half of a surrogate pair. */
export const asStored = (text: string): string => text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');

/** Postgres text cannot hold U+0000: it is kept visible as U+FFFD instead of failing the page. */
const escapePiece = (text: string): string => text.replaceAll('\0', '\uFFFD').replace(/[\\"]/g, '\\$&');

/** A replacement keeps a note of every match until it is done: megabytes of quotes at once took a gigabyte. */
const PIECE = 65_536;

function escape(text: string): string {
  if (text.length <= PIECE) return escapePiece(text);
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += PIECE) pieces.push(escapePiece(text.slice(at, at + PIECE)));
  return pieces.join('');
}
