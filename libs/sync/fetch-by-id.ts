import type { Fetched, Listing } from './listing.js';
import { askInSize } from './ask.js';
import type { Door } from './door.js';
import { mapRecords, type MappedRecords, type RecordsAsk } from './map-records.js';

/** What one call by ids brought, ready to be committed. */
export interface FetchedRecords extends MappedRecords {
  /** The ids that were asked for: the first ones, as many as one call takes. */
  readonly asked: readonly string[];
  /** Asked for and not answered. */
  readonly absent: readonly string[];
  /** How many one call may ask for from now on. */
  readonly size: number;
}

/** Asks for as many of the ids as one call takes, and maps the records as those of a page are mapped. */
export async function fetchByIds(
  door: Door,
  ask: RecordsAsk,
  { fetch }: Listing,
  ids: readonly string[],
  most: number,
): Promise<FetchedRecords> {
  const wish = Math.min(most, ids.length);
  const { body, size } = await askInSize(door, ask, {
    size: wish,
    min: 1,
    body: fetch.body,
    request: (n) => fetch.request({ ids: ids.slice(0, n), settings: ask.settings }),
    what: (n) => (n === 1 ? 'one record by its id' : `${n} records by their ids`),
  });
  const asked = ids.slice(0, size);
  const wanted = new Set(asked);
  const found = new Map<string, Fetched>();
  for (const one of fetch.records(body)) if (wanted.has(one.id)) found.set(one.id, one);
  const mapped = await mapRecords(
    door,
    ask,
    [...found.values()].map(({ payload }) => payload),
  );
  return { ...mapped, asked, absent: asked.filter((id) => !found.has(id)), size: size < wish ? size : most };
}
