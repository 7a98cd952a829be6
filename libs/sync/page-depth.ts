import { Failure } from '#kernel';

/**
 * The platform lets nobody page further into one query, and the stream cannot begin anew from where it stands. Thrown
 * by a stream's `next` or made by a platform's `classify`: a slice of a backfill is then split in two, any other run
 * fails with this message.
 */
export class PageDepth extends Failure {
  constructor(message: string) {
    super('refused', message);
  }
}

/** Also where the door said since which call it was. */
export function isPageDepth(thrown: unknown): boolean {
  for (let one = thrown; one instanceof Error; one = one.cause) if (one instanceof PageDepth) return true;
  return false;
}
