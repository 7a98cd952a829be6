import { Failure } from '#kernel';
import type { RunRow } from '#warehouse';

/**
 * This account does not have what the stream reads: a feature that is not in its plan, an access level it lacks. Made by
 * a platform's `classify` (`403` or `404` of that operation) with the reason and what would change it, in words.
 *
 * The run ends `cancelled`, not failed: nobody is alarmed, nothing of the stream changes, its rows and checkpoint stay. The
 * stream is shown as unavailable with the reason and is tried again once a week, or when a person runs it; the first
 * run that succeeds makes it available. Other streams of the connection go on. Of a probe it is a plain failure.
 */
export class Unavailable extends Failure {
  constructor(message: string, more: { detail?: string } = {}) {
    super('refused', message, more);
  }
}

/** Also where the door said since which call it was. */
export function unavailableIn(thrown: unknown): Unavailable | null {
  for (let one = thrown; one instanceof Error; one = one.cause) if (one instanceof Unavailable) return one;
  return null;
}

const WORD = 'unavailable: ';

/** What the row of such a run gives as its reason. */
export const reasonOfUnavailable = (why: string): string => WORD + why;

/** Why the account does not have what the run was to read; null for every other run. */
export const whyUnavailable = ({ state, reason }: Pick<RunRow, 'state' | 'reason'>): string | null =>
  state === 'cancelled' && reason?.startsWith(WORD) ? reason.slice(WORD.length) : null;
