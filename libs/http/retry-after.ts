import { days, later, seconds } from '#kernel';

const LONGEST = days(366);

/**
 * `Retry-After` as an instant: seconds, also with a fraction (`2.0`), or an HTTP date. A date in the past is now.
 * undefined where the header is missing or says nothing.
 */
export function retryAfter(header: string | undefined, now: Date): Date | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  // What is longer than a year is no time at all, and soon no date either.
  if (/^\d+(?:\.\d+)?$/.test(text)) return later(now, Math.min(LONGEST, Math.ceil(seconds(Number(text)))));
  // A lone number is no date, whatever Date.parse makes of it.
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  return at > now.getTime() ? new Date(at) : now;
}
