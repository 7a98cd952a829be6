import type { Bad } from '#warehouse';
import { askInSize } from './ask.js';
import type { PageQuery, PageRead, Place } from './call-spec.js';
import type { Door } from './door.js';
import type { Stream } from './define.js';
import { mapRecords, partsOf, type MappedRecords, type RecordsAsk } from './map-records.js';
import { readDocument } from './read-document.js';
import { withBeside } from './read-beside.js';

/** One page, read, followed up, parsed and mapped: all that is left is to commit it. */
export interface ReadPage extends MappedRecords {
  readonly next: Place | null;
  /** The newest cursor value among the good records and `listedAt`; one from the future would lead past pages not yet read. */
  readonly newest: Date | null;
  /** The document it is, for streams of those. */
  readonly document: string | null;
  /** How many records the call asked for in the end. */
  readonly size: number;
}

export type PageAsk = RecordsAsk & PageQuery<unknown>;

/** The reply around the records, however it came. */
interface Body {
  readonly body: unknown;
  readonly headers: PageRead['headers'];
  readonly size: number;
  readonly roomy: boolean;
}

export async function readPage(door: Door, ask: PageAsk): Promise<ReadPage> {
  const { stream, window, parent, place, settings } = ask;
  if (stream.download) {
    const document = await readDocument(door, ask, stream.download);
    return 'bad' in document
      ? unusable(stream, document.bad, ask)
      : pageOf(door, ask, { ...document, size: ask.size, roomy: false });
  }
  const asked = await askInSize(door, ask, {
    size: ask.size,
    min: stream.size.min,
    body: stream.body,
    request: (n) => stream.request({ window, parent, place, size: n, settings }),
    what: (n) => `a page of ${n}`,
  });
  return pageOf(door, ask, asked);
}

async function pageOf(door: Door, ask: PageAsk, { body, headers, size, roomy }: Body): Promise<ReadPage> {
  const { stream, window, parent, place } = ask;
  const page: PageRead = { window, parent, place, size, headers };
  const records = await withBeside(door, ask, stream.records(body, page));
  const mapped = await mapRecords(door, ask, records);
  const document = stream.download ? parent.id : null;
  let newest: Date | null = null;
  for (const cursor of [...mapped.cursors, ...stream.listedAt(body)])
    if (cursor <= window.to && (!newest || cursor > newest)) newest = cursor;
  return {
    ...mapped,
    // What was wrong with the document as a whole, once, is over.
    landed: document === null ? mapped.landed : [...mapped.landed, document],
    document,
    next: document === null ? stream.next({ ...page, body, records }) : null,
    newest,
    size: roomy ? Math.min(stream.size.max, size * 2) : size,
  };
}

/** A document that is none: its neighbours are read all the same. */
const unusable = (stream: Stream, bad: Bad, { parent, size }: PageAsk): ReadPage => ({
  ...partsOf(stream, []),
  bad: [bad],
  landed: [],
  cursors: [],
  records: 1,
  document: parent.id,
  next: null,
  newest: null,
  size,
});
