import { z } from 'zod';
import { beside, type Place, type Stream } from '#sync';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream, manyThings } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';

const idsOf = (records: readonly unknown[]): string[] => records.map((one) => (one as { id: string }).id);

/** Prices stand in a list of their own, two to a page. */
const prices = beside({
  request: ({ records, place }) =>
    records.length === 0
      ? null
      : {
          path: '/prices',
          query: { ids: idsOf(records).join(','), from: (place as number | null) ?? 0 },
          operation: 'prices',
        },
  body: z.object({ prices: z.record(z.string(), z.string()), next: z.number().nullable() }),
  next: ({ body }) => body.next as Place | null,
  merge: (records, body) =>
    records.map((one) => {
      const price = body.prices[(one as { id: string }).id];
      return price === undefined ? one : { ...(one as object), price };
    }),
});

const stream: Stream = { ...fakeStream('fake.things'), beside: prices };

describeDb('a list beside a page', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform({ streams: [stream] }), shop);
  });
  afterAll(() => db.close());
  beforeEach(() => {
    shop.things = manyThings(6);
    shop.requests.length = 0;
    shop.script = (request) => {
      if (!request.url.endsWith('/prices')) return undefined;
      const ids = String(request.query?.['ids']).split(',');
      const from = Number(request.query?.['from']);
      const some = ids.slice(from, from + 2);
      return shop.reply(200, {
        prices: Object.fromEntries(some.map((id) => [id, '99.10'])),
        next: from + 2 < ids.length ? from + 2 : null,
      });
    };
  });

  const run = async (connection: { id: string }) => db.finish(await db.queue(connection));

  it('is asked once for all records of a page, to its end, and completes them', async () => {
    const connection = await db.connect();
    // Pages of four and two, and for those two calls and one.
    expect(await run(connection)).toMatchObject({ state: 'succeeded', records: 6, pages: 2, calls: 5 });
    const rows = await db.engine.warehouse.query<{ price: string }>(
      'select distinct price::text from test_things where connection_id = $1',
      [connection.id],
    );
    expect(rows).toEqual([{ price: '99.10' }]);
  });

  it('is a part of the record: the quarantine keeps what it said', async () => {
    const connection = await db.connect();
    shop.things = manyThings(1).map((one) => ({ ...one, qty: 'many' }));
    expect(await run(connection)).toMatchObject({ state: 'succeeded', quarantined: 1 });
    const kept = await db.engine.warehouse.query<{ price: string }>(
      `select payload->>'price' as price from quarantine where connection_id = $1`,
      [connection.id],
    );
    expect(kept).toEqual([{ price: '99.10' }]);
  });

  it('is not asked where a page holds nothing, and stops the run where it goes in circles', async () => {
    shop.things = [];
    expect(await run(await db.connect())).toMatchObject({ state: 'succeeded', calls: 1 });
    shop.things = manyThings(3);
    shop.script = (request) =>
      request.url.endsWith('/prices') ? shop.reply(200, { prices: {}, next: 7 }) : undefined;
    expect(await run(await db.connect())).toMatchObject({
      state: 'failed',
      failureKind: 'bug',
      failure: expect.stringContaining('same place twice beside a page') as string,
    });
  });
});
