/** catalog: every platform and stream by name. Nothing below it knows how many there are. */
import { Failure } from '#kernel';
import type { Platform, Stream } from '#sync';
import { nearest } from './nearest.js';
import { platforms } from './platforms.js';

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

export { platforms };
export { streamsDoc } from './streams-doc.js';
