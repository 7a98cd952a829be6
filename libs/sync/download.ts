import type { z } from 'zod';
import type { Parent } from './each.js';

/** Where a document lies. */
export interface Address {
  /** Whole, with its signature. */
  readonly url: string;
  /** True for a file that is packed with gzip, whatever its headers say; false by default. */
  readonly gzip?: boolean;
}

/**
 * A stream of documents: each of its parents is a listed one (`each: eachListed`), `request` asks for its address, the
 * engine fetches the file and `parse` makes of its text what the stream's `body` reads. One document is one page.
 *
 * The download carries no credentials, goes to `hosts` only (or to the connection's own base url's host), over https, is
 * not paced, unpacked, read in the charset its `content-type` names, and may hold 64 MB of text. A link that is refused
 * (403, 404, 410: they live for minutes) is asked for again.
 *
 * Each document is read once: when it has landed whole its id is noted in the page's transaction and later incremental
 * runs skip it without a call; a refresh and a backfill read it again. A document with a record in the quarantine is
 * not noted: the run reads the others, ends red, and every run tries it again until it lands or the record is ignored.
 */
export interface Download {
  /** The reply to `request`. */
  readonly reply: z.ZodType;
  readonly hosts: readonly RegExp[];
  address(reply: unknown): Address;
  /** Throws where the text is no such document: that document is red, the others are read. */
  parse(text: string, parent: Parent): unknown;
}

/** Checks a download's pieces against each other. */
export function download<D extends z.ZodType>(spec: {
  readonly reply: D;
  readonly hosts: readonly RegExp[];
  readonly address: (reply: z.output<D>) => Address;
  readonly parse: (text: string, parent: Parent) => unknown;
}): Download {
  return spec as unknown as Download;
}
