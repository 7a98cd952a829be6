import { CronExpressionParser, type CronExpression } from 'cron-parser';
import { days, Failure, type Duration } from '#kernel';

/** How often a stream runs: every so many milliseconds on the grid of the epoch, or by a cron pattern; in UTC without a zone. */
export type Cadence = { readonly every: Duration } | { readonly pattern: string; readonly zone?: string };

export const UTC = 'UTC';

/** The newest slot that is due at `now`: the same for every scheduler that asks, whatever it remembers. */
export function slotAt(cadence: Cadence, now: Date): Date {
  if ('every' in cadence) {
    // Also refuses what is no number at all.
    if (!(cadence.every >= 1000))
      throw new Failure('config', `a cadence of at least a second is needed, not ${cadence.every} ms`);
    return new Date(Math.floor(now.getTime() / cadence.every) * cadence.every);
  }
  // `prev` is strictly before its start: one millisecond later makes a slot due in its own instant.
  return cron(cadence, new Date(now.getTime() + 1))
    .prev()
    .toDate();
}

/** The span between this slot and the next. */
export function spanAt(cadence: Cadence, now: Date): Duration {
  if ('every' in cadence) return cadence.every;
  return cron(cadence, now).next().getTime() - slotAt(cadence, now).getTime();
}

/** The next slots after `now`, the soonest first. */
export function slotsAfter(cadence: Cadence, now: Date, count: number): Date[] {
  if (!('every' in cadence)) {
    const times = cron(cadence, now);
    return Array.from({ length: count }, () => times.next().toDate());
  }
  const first = slotAt(cadence, now).getTime() + cadence.every;
  return Array.from({ length: count }, (_, i) => new Date(first + i * cadence.every));
}

/** Why this cannot be kept, for the person who wrote it; null where it can. Of a pattern all five fields must stand there. */
export function cadenceComplaint(cadence: Cadence): string | null {
  if ('every' in cadence)
    return cadence.every >= 1000 && cadence.every <= days(366) ? null : 'from a second to 366 days';
  // The parser fills missing fields with stars: "5" would run every second of minute zero or worse.
  if (!/^@\w+$/.test(cadence.pattern) && cadence.pattern.trim().split(/\s+/).length !== 5)
    return 'a cron pattern has five fields, such as "*/15 6-22 * * 1-5"';
  try {
    slotsAfter(cadence, new Date(0), 1);
    return null;
  } catch {
    return isZone(cadence.zone ?? UTC)
      ? `no time fits the pattern ${JSON.stringify(cadence.pattern)}`
      : `${JSON.stringify(cadence.zone)} is no time zone; write it as "Europe/London"`;
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function cron(
  { pattern, zone = UTC }: Exclude<Cadence, { every: Duration }>,
  currentDate: Date,
): CronExpression {
  try {
    return CronExpressionParser.parse(pattern, { currentDate, tz: zone });
  } catch (cause) {
    const where = zone === UTC ? '' : ` in ${zone}`;
    throw new Failure('config', `not a cron pattern: ${JSON.stringify(pattern)}${where}`, { cause });
  }
}

export const sameCadence = (a: Cadence, b: Cadence): boolean =>
  'every' in a
    ? 'every' in b && a.every === b.every
    : 'pattern' in b && a.pattern === b.pattern && (a.zone ?? UTC) === (b.zone ?? UTC);
