import { askInSize } from './ask.js';
import type { PageQuery, PageRead, Place } from './call-spec.js';
import type { Door } from './door.js';
import { mapRecords, type MappedRecords, type RecordsAsk } from './map-records.js';

/** One page, read, followed up, parsed and mapped: all that is left is to commit it. */
export interface ReadPage extends MappedRecords {
  readonly next: Place | null;
  /** The newest cursor value among the good records; one from the future would lead past pages not yet read. */
  readonly newest: Date | null;
  /** How many records the call asked for in the end. */
  readonly size: number;
}

export type PageAsk = RecordsAsk & PageQuery<unknown>;

export async function readPage(door: Door, ask: PageAsk): Promise<ReadPage> {
  const { stream, window, parent, place, settings } = ask;
  const { body, size, roomy, headers } = await askInSize(door, ask, {
    size: ask.size,
    min: stream.size.min,
    body: stream.body,
    request: (n) => stream.request({ window, parent, place, size: n, settings }),
    what: (n) => `a page of ${n}`,
  });
  const page: PageRead = { window, parent, place, size, headers };
  const records = stream.records(body, page);
  const mapped = await mapRecords(door, ask, records);
  let newest: Date | null = null;
  for (const { version } of mapped.main.rows)
    if (version && version <= window.to && (!newest || version > newest)) newest = version;
  return {
    ...mapped,
    next: stream.next({ ...page, body, records }),
    newest,
    size: roomy ? Math.min(stream.size.max, size * 2) : size,
  };
}
