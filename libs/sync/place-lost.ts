import { Failure } from '#kernel';

/**
 * The platform does not know the place any more: its page tokens live for seconds, or are bound to what changed. Made by
 * a platform's `classify`. The engine begins what it reads there (this parent, this span) anew from its first page, a few
 * times in one attempt; at the first page already it is a plain failure. Rows that come twice change nothing.
 */
export class PlaceLost extends Failure {
  constructor(message: string, more: { detail?: string } = {}) {
    super('transient', message, more);
  }
}

/** Also where the door said since which call it was. */
export function isPlaceLost(thrown: unknown): boolean {
  for (let one = thrown; one instanceof Error; one = one.cause) if (one instanceof PlaceLost) return true;
  return false;
}
