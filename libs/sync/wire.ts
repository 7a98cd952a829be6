import { parseDate, parseDecimal, parseInstant, type CalendarDate, type Decimal } from '#kernel';
import { z } from 'zod';

/*
 * The odd scalars of the wire, read once into values that cannot be mistaken: an instant is a Date, money an
 * exact decimal text, a day a calendar date. Each message shows what was read.
 */

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? String(value);

/** ISO 8601 with a zone → Date. */
export const wireInstant = z.string().transform((text, context): Date => {
  const at = parseInstant(text);
  if (at) return at;
  context.issues.push({ code: 'custom', message: `not an instant with a zone: ${shown(text)}`, input: text });
  return z.NEVER;
});

/** Decimal text, as GraphQL's `Decimal` and `Money` scalars → exact decimal. Numbers are refused: they were floats. */
export const wireDecimal = z.custom<Decimal>(
  // The text is the value already: a check alone costs a fraction of a transform, and records hold many.
  (value) => typeof value === 'string' && parseDecimal(value) !== undefined,
  { error: ({ input }) => `not a decimal number: ${shown(input)}` },
);

/** `YYYY-MM-DD` → calendar date. */
export const wireDate = z.string().transform((text, context): CalendarDate => {
  const value = parseDate(text);
  if (value !== undefined) return value;
  context.issues.push({ code: 'custom', message: `not a calendar date: ${shown(text)}`, input: text });
  return z.NEVER;
});

/** A whole number, as JSON's or as the text that `json: 'exact'` makes of it → number. */
export const wireInteger = z.union([z.number(), z.string()]).transform((value, context): number => {
  const whole = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(whole)) return whole as number;
  context.issues.push({ code: 'custom', message: `not a whole number: ${shown(value)}`, input: value });
  return z.NEVER;
});

/** An id, quoted or not, as its text: ids are never counted with. */
export const wireId = z.union([z.string().min(1), z.number().int()]).transform(String);
