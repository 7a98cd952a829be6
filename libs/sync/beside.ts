import type { z } from 'zod';
import type { CallSpec, Place } from './call-spec.js';

/** A page's records as the wire holds them, and which part of the list beside them is asked for. */
interface BesideQuery<Settings> {
  readonly records: readonly unknown[];
  readonly place: Place | null;
  readonly settings: Settings;
}

/**
 * More of a whole page's records, which the platform keeps in another list: asked once for all of them, by their ids,
 * where `follow` would ask for each. What is added is a part of the record from then on: the quarantine keeps it too.
 */
export interface Beside {
  readonly body: z.ZodType;
  /** Null where there is nothing to ask. */
  request(query: BesideQuery<unknown>): CallSpec | null;
  /** The records with what the reply says of them; what it leaves out stays as it was. */
  merge(records: readonly unknown[], body: unknown): readonly unknown[];
  /** The next place of the list beside, or null. The same place twice is a bug and stops the run. */
  next(page: {
    readonly body: unknown;
    readonly records: readonly unknown[];
    readonly place: Place | null;
  }): Place | null;
}

/** Checks the pieces against each other; lists of one page need no `next`. */
export function beside<Settings, B extends z.ZodType>(spec: {
  readonly request: (query: BesideQuery<Settings>) => CallSpec | null;
  readonly body: B;
  readonly merge: (records: readonly unknown[], body: z.output<B>) => readonly unknown[];
  readonly next?: (page: {
    readonly body: z.output<B>;
    readonly records: readonly unknown[];
    readonly place: Place | null;
  }) => Place | null;
}): Beside {
  return { next: () => null, ...spec } as unknown as Beside;
}
