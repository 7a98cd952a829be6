import type { z } from 'zod';
import type { CallSpec, PageSize, Place } from './call-spec.js';

/** One line of a platform's list of ids. */
export interface Listed {
  /** As `stream.key` gives it. */
  readonly id: string;
  /** As `stream.cursor.of` gives it; null where the list does not tell. */
  readonly version: Date | null;
  /** The id as the wire spells it, where that differs: the quarantine knows the record by it. */
  readonly wireId?: string;
  /** Listed, but deleted or voided there. */
  readonly gone?: boolean;
}

/** One record asked for by its id. */
export interface Fetched {
  /** As `stream.key` gives it, read before anything else is known of the record. */
  readonly id: string;
  /** As the stream's own pages hold it. */
  readonly payload: unknown;
}

export interface ListingSpec<Settings, B extends z.ZodType, F extends z.ZodType> {
  readonly size: PageSize;
  /** One page of every record there is: ids and versions, as little else as the platform allows. */
  readonly request: (query: { place: Place | null; size: number; settings: Settings }) => CallSpec;
  readonly body: B;
  readonly entries: (body: z.output<B>) => readonly Listed[];
  readonly next: (page: { body: z.output<B>; place: Place | null; size: number }) => Place | null;
  /** False where the platform hides a part of its records from this connection: then nothing is marked gone. */
  readonly whole?: (body: z.output<B>) => boolean;
  /** The stream's own records by id. What is asked for and not answered is not there. */
  readonly fetch: {
    /** How many at once at most. */
    readonly max: number;
    readonly request: (query: { ids: readonly string[]; settings: Settings }) => CallSpec;
    readonly body: F;
    readonly records: (body: z.output<F>) => readonly Fetched[];
  };
}

/** How the ids of a stream are listed and its records fetched by id, as the engine sees it. */
export interface Listing {
  readonly size: PageSize;
  readonly body: z.ZodType;
  request(query: { place: Place | null; size: number; settings: unknown }): CallSpec;
  entries(body: unknown): readonly Listed[];
  next(page: { body: unknown; place: Place | null; size: number }): Place | null;
  whole(body: unknown): boolean;
  readonly fetch: {
    readonly max: number;
    readonly body: z.ZodType;
    request(query: { ids: readonly string[]; settings: unknown }): CallSpec;
    records(body: unknown): readonly Fetched[];
  };
}

/** Checks a listing's pieces against each other; by default the platform hides nothing. */
export function listing<Settings, B extends z.ZodType, F extends z.ZodType>(
  spec: ListingSpec<Settings, B, F>,
): Listing {
  return { whole: () => true, ...spec } as unknown as Listing;
}
