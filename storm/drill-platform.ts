import { PageDepth } from '#sync';
import { fakeListing } from '../tests/fake-listing.js';
import { fakeCensus, fakePlatform, fakeStream } from '../tests/fake-platform.js';
import type { Patch } from './test-build.js';

const { sums: _, ...census } = fakeCensus;

/** Pages of four, or more where the shop says there is room; a slice of this stream may take three of them. */
const DEEPEST = 3;

/** How deep into its query a place stands is kept beside it, for a stream that is allowed no deeper. */
function depthOf(place: unknown): number {
  return typeof place === 'object' && place !== null && 'depth' in place ? Number(place.depth) : 0;
}

const deep = fakeStream(
  'fake.deep',
  {},
  {
    next: ({ body, place }) => {
      const { next } = body as { next: object | null };
      if (next === null) return null;
      const depth = depthOf(place) + 1;
      if (depth >= DEEPEST) throw new PageDepth(`no more than ${DEEPEST} pages of one query are shown`);
      return { ...next, depth };
    },
  },
);

/** Streams of every shape that the engine knows and no real platform has yet. */
export const drillPlatform = fakePlatform({
  streams: [
    { ...fakeStream('fake.ascending'), listing: fakeListing },
    fakeStream('fake.counted', {}, { census }),
    fakeStream('fake.unordered', { order: 'unordered' }),
    fakeStream('fake.whole', null),
    deep,
  ],
});

/** The product with these streams among its own. */
export const DRILL_PATCHES: readonly Patch[] = [
  {
    file: 'libs/catalog/platforms.js',
    find: 'export const platforms = [',
    put: "import { drillPlatform } from '../../storm/drill-platform.js';\nexport const platforms = [drillPlatform, ",
  },
];
