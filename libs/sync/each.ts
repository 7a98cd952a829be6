import type { z } from 'zod';
import type { CallSpec, PageQuery, PageRead, Place } from './call-spec.js';
import type { Json } from '#kernel';

/**
 * One of the things a stream is read of, one after the other: a bank account, a marketplace, a pass with a filter of
 * its own, a listed document. Plain JSON, a few hundred characters: it is kept on the run.
 */
export interface Parent {
  /** The platform's own id of it, never empty; two parents of one id are one. */
  readonly id: string;
  readonly [more: string]: Json | undefined;
}

/** What `parent` is in streams that have none. */
export const NO_PARENT: Parent = { id: '' };

/**
 * A stream that is read once per parent.
 *
 * The parents are found when a run begins, fixed on the run and read in the order they were given: every attempt, and
 * every further reading, reads the same ones. Each page commits with its place, so a run that is killed goes on at the
 * parent and page where it stood. The checkpoint moves at the run's end only (with `maxSpan`: at the end of each span
 * of all parents). A run that reads everything marks rows gone after all parents were read cleanly: also those of a
 * parent that is no longer there. No parents: no call, no record; rows that are here make such a run suspicious.
 */
export interface Each {
  /** Without a call: marketplaces of the settings, or passes over one list by different filters. */
  among?(settings: unknown): readonly Parent[];
  /** By calls, to the list's end. */
  readonly list?: {
    readonly body: z.ZodType;
    request(query: ParentsQuery<unknown>): CallSpec;
    parents(body: unknown): readonly Parent[];
    next(page: ParentsRead<unknown>): Place | null;
  };
}

/** The whole window of the run, never a span of it. */
export type ParentsQuery<Settings> = Omit<PageQuery<Settings>, 'size' | 'parent'>;
type ParentsRead<B> = Omit<PageRead, 'size' | 'parent'> & { readonly body: B };

/** Parents that are known without a call; the order is kept. */
export const among = <Settings>(of: (settings: Settings) => readonly Parent[]): Each =>
  ({ among: of }) as unknown as Each;

/** Parents that the platform lists; the order is the list's. `next` is for lists of several pages. */
export function eachListed<Settings, B extends z.ZodType>(spec: {
  readonly request: (query: ParentsQuery<Settings>) => CallSpec;
  readonly body: B;
  readonly parents: (body: z.output<B>) => readonly Parent[];
  readonly next?: (page: ParentsRead<z.output<B>>) => Place | null;
}): Each {
  return { list: { next: () => null, ...spec } } as unknown as Each;
}
