import { listing, wireId, type Listing } from '#sync';
import { z } from 'zod';
import type { NumberedList } from './numbered.js';
import type { ShipBobSettings } from './settings.js';

/** Ids to a call: a query of some five hundred characters. */
const AT_ONCE = 50;

const Id = z.object({ id: wireId });

interface Listable {
  readonly list: NumberedList;
  /** What a list of ids is called. */
  readonly ids: 'IDs' | 'Ids';
  readonly body: z.ZodType;
  readonly records: (body: unknown) => readonly unknown[];
  /** How new a record on the wire is. */
  readonly version: (payload: unknown) => Date | null;
}

/** The whole list, the oldest first, by its ids and how new they are; and its records by id. */
export const idListing = ({ list, ids, body, records, version }: Listable): Listing =>
  listing<ShipBobSettings, z.ZodType, z.ZodType>({
    size: { start: 250, min: 1, max: 250 },
    request: ({ place, size, settings }) => ({
      path: `/${settings.apiVersion}${list.path}`,
      query: { ...list.always, [list.page]: (place as number | null) ?? 1, Limit: size },
      operation: list.operation,
    }),
    body,
    entries: (read) =>
      records(read).flatMap((payload) => {
        const found = Id.safeParse(payload);
        return found.success ? [{ id: found.data.id, version: version(payload) }] : [];
      }),
    next: ({ body: read, place, size }) =>
      records(read).length < size ? null : ((place as number | null) ?? 1) + 1,
    fetch: {
      max: AT_ONCE,
      request: ({ ids: wanted, settings }) => ({
        path: `/${settings.apiVersion}${list.path}`,
        query: { ...list.always, [ids]: wanted.join(','), [list.page]: 1, Limit: AT_ONCE },
        operation: list.operation,
      }),
      body,
      records: (read) =>
        records(read).flatMap((payload) => {
          const found = Id.safeParse(payload);
          return found.success ? [{ id: found.data.id, payload }] : [];
        }),
    },
  });
