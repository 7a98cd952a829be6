/** catalog: every platform and stream by name. Nothing below it knows how many there are. */
import { Failure, nearest } from '#kernel';
import type { Platform, Stream } from '#sync';
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
  // `orders` alone is as good a hint as `shopify.orders`.
  const short = new Map(names.map((each) => [each.slice(each.indexOf('.') + 1), each]));
  const meant = nearest(name, names, 1 / 3) ?? short.get(nearest(name, [...short.keys()], 1 / 3) ?? '');
  return new Failure(
    'config',
    `unknown ${what} ${JSON.stringify(name)}; known: ${names.join(', ')}` +
      (meant ? `; did you mean ${meant}?` : ''),
  );
}

export { platforms };
export { streamsDoc } from './streams-doc.js';
