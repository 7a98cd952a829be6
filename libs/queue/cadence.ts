import { CronExpressionParser } from 'cron-parser';
import { Failure, type Duration } from '#kernel';

/** How often a stream runs: every so many milliseconds on the grid of the epoch, or by a cron pattern in UTC. */
export type Cadence = { readonly every: Duration } | { readonly pattern: string };

/** The newest slot that is due at `now`: the same for every scheduler that asks, whatever it remembers. */
export function slotAt(cadence: Cadence, now: Date): Date {
  if ('every' in cadence) return new Date(Math.floor(now.getTime() / cadence.every) * cadence.every);
  try {
    // `prev` is strictly before its start: one millisecond later makes a slot due in its own instant.
    return CronExpressionParser.parse(cadence.pattern, {
      currentDate: new Date(now.getTime() + 1),
      tz: 'UTC',
    })
      .prev()
      .toDate();
  } catch (cause) {
    throw new Failure('config', `not a cron pattern: ${JSON.stringify(cadence.pattern)}`, { cause });
  }
}

/** The span between this slot and the next. */
export function spanAt(cadence: Cadence, now: Date): Duration {
  if ('every' in cadence) return cadence.every;
  const next = CronExpressionParser.parse(cadence.pattern, { currentDate: now, tz: 'UTC' }).next().getTime();
  return next - slotAt(cadence, now).getTime();
}

export const sameCadence = (a: Cadence, b: Cadence): boolean =>
  'every' in a ? 'every' in b && a.every === b.every : 'pattern' in b && a.pattern === b.pattern;
