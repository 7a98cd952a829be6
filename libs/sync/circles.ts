import { Failure } from '#kernel';
import { rowsHeld, type Counts, type RunRow } from '#warehouse';
import type { Stream } from './define.js';
import type { Engine } from './engine.js';

/*
 * A list that never ends is told from a long one. The same place twice within one attempt is noticed at once; a
 * platform that names each page anew, or whose circle is longer than a time slice, is noticed here, by what its pages
 * brought. Asked at powers of two, so that a long list pays for it a handful of times.
 */

/** Shorter lists may do as they please. */
const FROM_PAGES = 256;
/** Each record of a list that was read so often is an old acquaintance. A list moves while it is read, and some are read twice. */
const TIMES_EACH = 10;
/** Pages to one record: filters leave some pages empty, never so many. */
const PAGES_EACH = 100;
/** A platform that makes up a new record each time stops being believed here: a quarter of a billion records. */
const MOST_PAGES = 1_000_000;

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/** Throws where the pages read so far show that the list goes round in circles. */
export async function notInCircles(
  { warehouse }: Pick<Engine, 'warehouse'>,
  { name, into, each, onto }: Pick<Stream, 'name' | 'into' | 'each' | 'onto'>,
  run: Pick<RunRow, 'connectionId' | 'dry'>,
  { pages, records }: Pick<Counts, 'pages' | 'records'>,
): Promise<void> {
  const stop = (what: string): Failure =>
    new Failure(
      'bug',
      `${name}: ${what}: its list goes round in circles or has no end; stopped. Every page before this is committed`,
    );
  if (pages >= MOST_PAGES) throw stop(`the platform gave ${pages} pages and still names a next one`);
  if (pages < FROM_PAGES || !isPowerOfTwo(pages)) return;
  // Of many parents most may have nothing.
  if (each === undefined && records * PAGES_EACH < pages)
    throw stop(`${pages} pages brought ${records} records`);
  // A dry run holds nothing to compare with, and columns on other rows are no rows of one's own.
  if (run.dry || onto.length > 0) return;
  const held = await rowsHeld(warehouse, { into, connectionId: run.connectionId, stream: name });
  if (records > TIMES_EACH * held)
    throw stop(`${pages} pages brought ${records} records, of which ${held} are different ones`);
}
