import { CronExpressionParser, type CronExpression } from 'cron-parser';
import { Failure, type Duration } from '#kernel';

/** How often a stream runs: every so many milliseconds on the grid of the epoch, or by a cron pattern in UTC. */
export type Cadence = { readonly every: Duration } | { readonly pattern: string };

/** The newest slot that is due at `now`: the same for every scheduler that asks, whatever it remembers. */
export function slotAt(cadence: Cadence, now: Date): Date {
  if ('every' in cadence) {
    // Also refuses what is no number at all.
    if (!(cadence.every >= 1000))
      throw new Failure('config', `a cadence of at least a second is needed, not ${cadence.every} ms`);
    return new Date(Math.floor(now.getTime() / cadence.every) * cadence.every);
  }
  // `prev` is strictly before its start: one millisecond later makes a slot due in its own instant.
  return cron(cadence.pattern, new Date(now.getTime() + 1))
    .prev()
    .toDate();
}

/** The span between this slot and the next. */
export function spanAt(cadence: Cadence, now: Date): Duration {
  if ('every' in cadence) return cadence.every;
  return cron(cadence.pattern, now).next().getTime() - slotAt(cadence, now).getTime();
}

function cron(pattern: string, currentDate: Date): CronExpression {
  try {
    return CronExpressionParser.parse(pattern, { currentDate, tz: 'UTC' });
  } catch (cause) {
    throw new Failure('config', `not a cron pattern: ${JSON.stringify(pattern)}`, { cause });
  }
}

export const sameCadence = (a: Cadence, b: Cadence): boolean =>
  'every' in a ? 'every' in b && a.every === b.every : 'pattern' in b && a.pattern === b.pattern;
