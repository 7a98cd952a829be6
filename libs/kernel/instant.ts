/** A calendar date without a time or zone, `2026-11-21`. */
export type CalendarDate = string & { readonly __calendarDate: unique symbol };

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** An ISO 8601 text with its zone as an instant; undefined where there is no such day or the zone is missing. */
export function parseInstant(text: string): Date | undefined {
  if (!ISO.test(text)) return undefined;
  // `new Date` takes the thirtieth of February for the second of March; every month has its first 28 days.
  if (text.slice(8, 10) > '28' && parseDate(text.slice(0, 10)) === undefined) return undefined;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** A `YYYY-MM-DD` text that exists in the calendar; undefined otherwise. */
export function parseDate(text: string): CalendarDate | undefined {
  if (!DATE.test(text)) return undefined;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
    ? (text as CalendarDate)
    : undefined;
}

export const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);
export const earlier = (at: Date, ms: number): Date => new Date(at.getTime() - ms);
export const earliest = (a: Date, b: Date): Date => (a < b ? a : b);
export const latest = (a: Date, b: Date): Date => (a > b ? a : b);
