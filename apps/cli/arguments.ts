import { InvalidArgumentError } from 'commander';
import { parseDate, parseInstant } from '#kernel';

/** What stands behind `stratus`, as it is meant: a text that begins with an SQL comment is a query and no option. */
export const argumentsOf = (given: readonly string[]): string[] =>
  given.map((text) => (/^--\s/.test(text) ? `\n${text}` : text));

/** Readers of option values; each throws one sentence that shows what was read and what is allowed. */

export function count(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not a whole number.`);
  return Number(text);
}

export function port(text: string): number {
  const n = count(text);
  if (n > 65_535) throw new InvalidArgumentError(`${text} is not a port (0 to 65535).`);
  return n;
}

/** `2026-11-21` (midnight UTC) or an instant with its zone. */
export function moment(text: string): Date {
  const at = parseDate(text) ? new Date(`${text}T00:00:00Z`) : parseInstant(text);
  if (!at)
    throw new InvalidArgumentError(
      `${JSON.stringify(text)} is not a date; write 2026-11-21 or 2026-11-21T09:30:00Z.`,
    );
  return at;
}
