import type { Place } from '#sync';
import { NO_PARENT } from '#sync';
import { nextOf, requestOf, type NumberedList } from './numbered.js';
import { orders } from './streams/orders.js';
import { receiving } from './streams/receiving.js';
import { returns } from './streams/returns.js';

const settings = { apiVersion: '2026-01', environment: 'production' as const };
const to = new Date('2026-11-21T10:00:00Z');
const since = { from: new Date('2026-11-20T10:00:00.500Z'), to };
const everything = { from: null, to };

const LIST: NumberedList = {
  path: '/things',
  operation: 'things',
  page: 'Page',
  passes: () => [{ Pass: 'one' }, { Pass: 'two' }],
};

/** A list that changes while it is read: which records each call sees, by what it asks for. */
function walk(
  window: typeof since | typeof everything,
  serve: (query: Record<string, unknown>) => { records: unknown[]; pages: number | null },
) {
  const seen: unknown[] = [];
  const asked: string[] = [];
  let place: Place | null = null;
  do {
    const query = requestOf(LIST)({ window, place, size: 2, settings, parent: NO_PARENT }).query!;
    asked.push(`${query['Pass'] ?? 'all'} ${query['Page']}`);
    const { records, pages } = serve(query);
    seen.push(...records);
    const headers: Record<string, string> = pages === null ? {} : { 'total-pages': String(pages) };
    place = nextOf(LIST)({ place, size: 2, window, headers, records });
  } while (place !== null);
  return { seen, asked };
}

const pageOf = <T>(list: readonly T[], page: number): T[] => list.slice((page - 1) * 2, page * 2);
const pages = (list: readonly unknown[]): number => Math.max(1, Math.ceil(list.length / 2));

describe('a list that is read by page number', () => {
  it('is read forwards where it is all there is: it only grows at its end', () => {
    const list = [1, 2, 3];
    const { seen, asked } = walk(everything, ({ Page }) => {
      const records = pageOf(list, Page as number);
      if (Page === 1) list.push(4, 5);
      return { records, pages: pages(list) };
    });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(asked).toEqual(['all 1', 'all 2', 'all 3']);
  });

  it('is read backwards where records leave it, so that none is skipped', () => {
    let list = [1, 2, 3, 4, 5, 6, 7];
    const { seen, asked } = walk(since, ({ Pass, Page }) => {
      if (Pass === 'two') return { records: [8], pages: 1 };
      const records = pageOf(list, Page as number);
      // Each call, the first record changes and leaves the list: those behind it move up.
      list = list.slice(1);
      return { records, pages: Page === 1 ? 4 : pages(list) };
    });
    // 3 and 4 changed before their page came: they are in the next window. The others are all here.
    for (const still of [5, 6, 7]) expect(seen).toContain(still);
    expect(asked).toEqual(['one 1', 'one 4', 'one 3', 'one 2', 'one 1', 'two 1']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'misses no record that stays, whichever leaves before call %i',
    (call) => {
      const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];
      for (const leaver of all) {
        let list = all;
        let calls = 0;
        const { seen } = walk(since, ({ Pass, Page }) => {
          if (++calls === call) list = all.filter((n) => n !== leaver);
          return Pass === 'two'
            ? { records: [], pages: 1 }
            : { records: pageOf(list, Page as number), pages: pages(list) };
        });
        for (const n of all) if (n !== leaver) expect(seen).toContain(n);
      }
    },
  );

  it('ends with a short page where ShipBob does not tell how many there are', () => {
    const list = [1, 2, 3, 4];
    const { seen } = walk(everything, ({ Page }) => ({ records: pageOf(list, Page as number), pages: null }));
    expect(seen).toEqual(list);
  });
});

describe('what is asked', () => {
  const request = (
    stream: typeof orders,
    window: typeof since | typeof everything,
    place: Place | null = null,
  ) => stream.request({ window, place, size: 250, settings });

  it('of orders is what changed by either clock, the oldest first', () => {
    expect(request(orders, since)).toEqual({
      path: '/2026-01/order',
      query: {
        SortOrder: 'Oldest',
        LastUpdateStartDate: '2026-11-20T10:00:00.499Z',
        LastUpdateEndDate: '2026-11-21T10:00:00.001Z',
        Page: 1,
        Limit: 250,
      },
      operation: 'orders',
    });
    const place = orders.next({
      body: [],
      place: null,
      size: 250,
      window: since,
      headers: { 'total-pages': '1' },
      records: [],
    });
    expect(request(orders, since, place).query).toMatchObject({
      LastTrackingUpdateStartDate: '2026-11-20T10:00:00.499Z',
      Page: 1,
    });
  });

  it('of everything has no filter', () => {
    expect(request(orders, everything).query).toEqual({ SortOrder: 'Oldest', Page: 1, Limit: 250 });
    expect(request(returns, everything).query).toEqual({ SortOrder: 'Asc', Cursor: 1, Limit: 250 });
    expect(request(receiving, everything).query).toEqual({ Page: 1, Limit: 250 });
  });

  it.each([
    ['returns', returns, ['StartDate', 'Status', 'CompletedStartDate']],
    ['receiving', receiving, ['InsertStartDate', 'Statuses', 'CompletedStartDate']],
  ] as const)('of %s is what is new, what is open and what was done', (_, stream, filters) => {
    let place: Place | null = null;
    for (const filter of filters) {
      expect(request(stream, since, place).query).toHaveProperty(filter);
      place = stream.next({
        body: {},
        place,
        size: 250,
        window: since,
        headers: { 'total-pages': '1' },
        records: [],
      });
    }
    expect(place).toBeNull();
  });
});
