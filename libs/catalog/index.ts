/**
 * catalog: every platform by name. The only file that knows how many there are; adding one is a line here, dropping
 * one is taking that line away.
 */
import { Failure } from '#kernel';
import { shopify } from '#connectors/shopify';
import type { Platform, Stream } from '#sync';
import { nearest } from './nearest.js';

export const platforms: readonly Platform[] = [shopify];

/** The platform of that name; a Failure that lists the known ones where there is none. */
export function platformOf(name: string): Platform {
  const found = platforms.find((platform) => platform.name === name);
  if (found) return found;
  throw unknown('platform', name, platforms);
}

/** The stream of that name (`shopify.orders`); a Failure that lists the known ones where there is none. */
export function streamOf(name: string): Stream {
  const streams = platforms.flatMap((platform) => platform.streams);
  const found = streams.find((stream) => stream.name === name);
  if (found) return found;
  throw unknown('stream', name, streams);
}

function unknown(what: string, name: string, known: readonly { readonly name: string }[]): Failure {
  const names = known.map((each) => each.name).sort();
  const meant = nearest(name, names);
  return new Failure(
    'config',
    `unknown ${what} ${JSON.stringify(name)}; known: ${names.join(', ')}` +
      (meant ? `; did you mean ${meant}?` : ''),
  );
}

export { streamsDoc } from './streams-doc.js';
