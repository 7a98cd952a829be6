import { cursorOf } from '#sync';
import { DEEPEST, nextById, nextInside, nextPlace, searchById, sinceOf } from './pages.js';

const page = (updatedAt: string, count = 250) => ({
  pageInfo: { hasNextPage: true, endCursor: `after ${updatedAt}` },
  nodes: Array.from({ length: count }, () => ({ updatedAt })),
});

describe('a walk through a list', () => {
  it('begins anew from the last instant before Shopify stops it, and loses its cursor there', () => {
    const deep = { after: 'x', seen: DEEPEST - 500 };
    const place = nextPlace({ list: page('2026-11-20T16:00:00Z'), place: deep, size: 250 });
    expect(place).toEqual({ since: '2026-11-20T16:00:00Z', seen: 0 });
    expect(cursorOf(place)).toBeNull();
    expect(sinceOf(place)).toEqual(new Date('2026-11-20T16:00:00Z'));
  });

  it('never asks past the depth, whatever the page size', () => {
    for (const size of [1, 7, 100, 250]) {
      let place = null as ReturnType<typeof nextPlace>;
      let seen = 0;
      do {
        seen += size;
        place = nextPlace({ list: page('2026-11-20T16:00:00Z', size), place, size });
      } while (cursorOf(place) !== null);
      expect(seen).toBeLessThanOrEqual(DEEPEST);
      expect(seen).toBeGreaterThan(DEEPEST - 3 * 250);
    }
  });

  it('stops where one instant holds more than can be read', () => {
    const place = { after: 'x', seen: DEEPEST - 500, since: '2026-11-20T16:00:00Z' };
    expect(() => nextPlace({ list: page('2026-11-20T16:00:00Z'), place, size: 250 })).toThrow(
      /share the instant/,
    );
  });

  it('keeps the instant it was begun anew from', () => {
    const place = nextPlace({
      list: page('2026-11-20T17:00:00Z', 2),
      place: { since: '2026-11-20T16:00:00Z', seen: 0 },
      size: 2,
    });
    expect(place).toEqual({ after: 'after 2026-11-20T17:00:00Z', seen: 2, since: '2026-11-20T16:00:00Z' });
  });

  it('does not end in silence where a next page has no cursor', () => {
    expect(() => nextInside({ hasNextPage: true, endCursor: null }, 'order 1')).toThrow(/order 1/);
  });
});

describe('a walk by id', () => {
  const ids = (...list: (number | string)[]) => ({
    pageInfo: { hasNextPage: true, endCursor: 'c' },
    nodes: list.map((id) => ({ id: `gid://shopify/InventoryItem/${id}?of=1` })),
  });
  const deep = { after: 'x', seen: DEEPEST - 4 };

  it('begins anew at the last id before Shopify stops it, and goes on from there', () => {
    const anew = nextById({ list: ids(8, 9, 10, '9123372036854775807'), place: deep, size: 4 });
    expect(anew).toEqual({ from: '9123372036854775807', seen: 0 });
    expect(searchById(anew)).toBe('id:>=9123372036854775807');
    const next = nextById({ list: ids(1, 2), place: anew, size: 4 });
    expect(next).toEqual({ after: 'c', seen: 2, from: '9123372036854775807' });
    expect([searchById(next), searchById({ after: 'c', seen: 4 }), searchById(null)]).toEqual([
      'id:>=9123372036854775807',
      null,
      null,
    ]);
  });

  it.each([
    ['goes down', ids(10, 9)],
    ['holds one twice', ids(9, 9)],
    ['holds no ids', ids()],
  ])('loses nothing where the list %s: it is refused', (_, list) => {
    expect(() => nextById({ list, place: deep, size: 4 })).toThrow(/not sorted by id/);
    expect(nextById({ list, place: null, size: 4 })).toMatchObject({ after: 'c' });
  });
});
