import { minutes } from '#kernel';
import { findCheckpoint, LeaseLost, type ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import {
  fakePlatform,
  FakeShop,
  fakeStream,
  manyThings,
  thing,
  type Thing,
} from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';

const streams = [
  fakeStream('fake.things'),
  fakeStream('fake.heap', { order: 'unordered' }),
  fakeStream('fake.list', null),
  fakeStream('fake.late', { startAt: new Date('2026-11-01T00:03:00.000Z') }),
  {
    ...fakeStream('fake.few'),
    records: () => [],
    listedAt: (body: unknown) => (body as { things: Thing[] }).things.map((one) => new Date(one.updatedAt)),
  },
];

describeDb('a run', () => {
  const shop = new FakeShop();
  const platform = fakePlatform({ streams });
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(platform, shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.things = [];
    shop.requests.length = 0;
    shop.script = () => undefined;
    shop.sorted = true;
    for (const name of Object.keys(shop.headers)) delete shop.headers[name];
    db.clock.now = NOW;
  });

  const stored = async (): Promise<Thing['id'][]> =>
    (
      await db.engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 order by 1',
        [connection.id],
      )
    ).map((row) => row.id);
  const ids = () => (shop.things as Thing[]).map((one) => one.id).sort();
  const checkpoint = async (stream = 'fake.things') =>
    (await findCheckpoint(db.engine.warehouse, connection.id, stream))?.cursorAt.toISOString() ?? null;

  it('reads every page and tells exactly what it did', async () => {
    shop.things = manyThings(10);
    const run = await db.finish(await db.queue(connection));
    expect(run).toMatchObject({
      state: 'succeeded',
      pages: 3,
      calls: 3,
      records: 10,
      inserted: 20,
      changed: 0,
      same: 0,
      gone: 0,
      quarantined: 0,
      attempt: 1,
      place: null,
    });
    expect(await stored()).toEqual(ids());
  });

  it('of an empty stream makes one call, and moves nothing', async () => {
    expect(await db.finish(await db.queue(connection))).toMatchObject({
      state: 'succeeded',
      pages: 1,
      calls: 1,
    });
    expect(await checkpoint()).toBeNull();
  });

  it('of a list of which nothing makes a record moves on by what is listed, never past the window', async () => {
    shop.things = [...manyThings(10), thing(99, { updatedAt: '2999-01-01T00:00:00.000Z' })];
    expect(await db.finish(await db.queue(connection, { stream: 'fake.few' }))).toMatchObject({
      state: 'succeeded',
      records: 0,
    });
    expect(await checkpoint('fake.few')).toBe((shop.things as Thing[])[9]!.updatedAt);
  });

  it('makes no call too many when the last page is exactly full', async () => {
    shop.things = manyThings(8);
    expect(await db.finish(await db.queue(connection))).toMatchObject({ pages: 2, calls: 2 });
  });

  it('that is repeated changes nothing', async () => {
    shop.things = manyThings(10);
    await db.finish(await db.queue(connection));
    const again = await db.finish(await db.queue(connection, { kind: 'refresh' }));
    expect(again).toMatchObject({ inserted: 0, changed: 0, same: 20, gone: 0 });
  });

  it('reads nested lists to their end and counts their calls', async () => {
    shop.things = [thing(1, { parts: ['a'], more: ['b', 'c', 'd'] })];
    const run = await db.finish(await db.queue(connection));
    expect(run).toMatchObject({ state: 'succeeded', calls: 3, inserted: 5 });
    shop.things = [thing(1, { updatedAt: thing(2).updatedAt, parts: ['a'], more: ['c'] })];
    expect(await db.finish(await db.queue(connection))).toMatchObject({ gone: 2, changed: 3 });
  });

  it('asks with the settings as the platform reads them, its defaults filled in', async () => {
    await db.finish(await db.queue(connection));
    expect(new URL(shop.requests[0]!.url).pathname).toBe('/eu/fake.things');
  });

  describe('window', () => {
    const window = () => ({ from: shop.pages[0]?.from, to: shop.pages[0]?.to });

    it('is from the beginning to now where there is no checkpoint', async () => {
      await db.finish(await db.queue(connection));
      expect(window()).toEqual({ from: undefined, to: NOW.toISOString() });
    });

    it('starts at the stream’s own start', async () => {
      await db.finish(await db.queue(connection, { stream: 'fake.late' }));
      expect(window().from).toBe('2026-11-01T00:03:00.000Z');
    });

    it('steps back from the checkpoint, not from now, however long nobody ran', async () => {
      shop.things = manyThings(3);
      await db.finish(await db.queue(connection));
      expect(await checkpoint()).toBe(thing(3).updatedAt);
      shop.requests.length = 0;
      db.clock.now = new Date(NOW.getTime() + minutes(90 * 24 * 60));
      await db.finish(await db.queue(connection));
      expect(window()).toEqual({ from: thing(-2).updatedAt, to: db.clock.now.toISOString() });
    });

    it('steps back as far as was configured', async () => {
      shop.things = manyThings(3);
      await db.finish(await db.queue(connection));
      shop.requests.length = 0;
      await db.finish(await db.queue(connection), { engine: { lookbackOf: () => minutes(1) } });
      expect(window().from).toBe(thing(2).updatedAt);
    });

    it('stays as the first attempt fixed it', async () => {
      shop.things = manyThings(10);
      const run = await db.queue(connection);
      await db.attempt(run, { engine: { sliceMs: 0 } });
      db.clock.now = new Date(NOW.getTime() + minutes(60));
      await db.finish(run);
      expect(new Set(shop.pages.map(({ to }) => to))).toEqual(new Set([NOW.toISOString()]));
      expect(new Set(shop.pages.map(({ from }) => from))).toEqual(new Set([undefined]));
    });

    it('of a backfill is what was asked for', async () => {
      const span = {
        windowFrom: new Date('2026-11-01T00:02:00Z'),
        windowTo: new Date('2026-11-01T00:05:00Z'),
      };
      await db.finish(await db.queue(connection, { kind: 'backfill', ...span }));
      expect(window()).toEqual({ from: '2026-11-01T00:02:00.000Z', to: '2026-11-01T00:05:00.000Z' });
    });

    it('of a refresh is everything', async () => {
      shop.things = manyThings(3);
      await db.finish(await db.queue(connection));
      shop.requests.length = 0;
      await db.finish(await db.queue(connection, { kind: 'refresh' }));
      expect(window().from).toBeUndefined();
    });

    it('of a stream without a cursor is everything, each time', async () => {
      shop.things = manyThings(3);
      for (const _ of [1, 2]) await db.finish(await db.queue(connection, { stream: 'fake.list' }));
      expect(shop.pages.map(({ from }) => from)).toEqual([undefined, undefined]);
      expect(await checkpoint('fake.list')).toBeNull();
    });
  });

  describe('checkpoint', () => {
    it('moves page by page where pages come in order', async () => {
      shop.things = manyThings(10);
      await db.attempt(await db.queue(connection), { engine: { sliceMs: 0 } });
      expect(await checkpoint()).toBe(thing(4).updatedAt);
    });

    it('moves only at the end where they do not', async () => {
      shop.things = manyThings(10);
      const run = await db.queue(connection, { stream: 'fake.heap' });
      await db.attempt(run, { engine: { sliceMs: 0 } });
      expect(await checkpoint('fake.heap')).toBeNull();
      await db.finish(run);
      expect(await checkpoint('fake.heap')).toBe(thing(10).updatedAt);
    });

    it('never passes the run’s own start', async () => {
      shop.things = [thing(1), thing(2, { updatedAt: '2027-01-01T00:00:00.000Z' })];
      await db.finish(await db.queue(connection));
      expect((await checkpoint())! <= NOW.toISOString()).toBe(true);
      expect(await stored()).toEqual(ids());
    });

    it('is not led past unread pages by a record from the future', async () => {
      // Page one holds it, since the platform sorts otherwise than it says.
      shop.sorted = false;
      shop.things = [thing(1, { updatedAt: '2027-01-01T00:00:00.000Z' }), ...manyThings(9, 2)];
      const run = await db.queue(connection);
      await db.attempt(run, { engine: { sliceMs: 0 } });
      expect(await checkpoint()).toBe(thing(4).updatedAt);
    });

    it('never moves backwards', async () => {
      shop.things = manyThings(10);
      await db.finish(await db.queue(connection));
      shop.things = manyThings(2);
      await db.finish(await db.queue(connection, { kind: 'refresh' }));
      expect(await checkpoint()).toBe(thing(10).updatedAt);
    });

    it('stays where it is through a backfill and a dry run', async () => {
      shop.things = manyThings(3);
      const span = { windowFrom: new Date('2026-11-01T00:00:00Z'), windowTo: NOW };
      await db.finish(await db.queue(connection, { kind: 'backfill', ...span }));
      expect(await checkpoint()).toBeNull();
      expect(await stored()).toEqual(ids());
      connection = await db.connect();
      const dry = await db.finish(await db.queue(connection, { dry: true }));
      expect(dry).toMatchObject({ state: 'succeeded', records: 3, inserted: 0 });
      expect(await checkpoint()).toBeNull();
      expect(await stored()).toEqual([]);
    });
  });

  it('compares every column in a refresh, and so heals what somebody changed by hand', async () => {
    shop.things = manyThings(2);
    await db.finish(await db.queue(connection));
    await db.engine.warehouse.query(`update test_things set qty = 99 where connection_id = $1`, [
      connection.id,
    ]);
    expect(await db.finish(await db.queue(connection))).toMatchObject({ changed: 0 });
    expect(await db.finish(await db.queue(connection, { kind: 'refresh' }))).toMatchObject({ changed: 2 });
  });

  describe('that is killed', () => {
    /** Dies after its n-th page was committed, by the means given; then another worker goes on. */
    const kill = async (n: number, die: (stop: AbortController) => void): Promise<void> => {
      shop.things = manyThings(14);
      const run = await db.queue(connection);
      const stop = new AbortController();
      let committed = 0;
      await db
        .attempt(run, {
          signal: stop.signal,
          progress: async () => {
            if (++committed === n) die(stop);
          },
        })
        .catch(() => undefined);
      const before = shop.pages.length;
      db.clock.now = new Date(NOW.getTime() + minutes(5));
      const ended = await db.finish(run);
      expect(ended).toMatchObject({
        state: 'succeeded',
        records: 14,
        inserted: 28,
        pages: 4,
        quarantined: 0,
      });
      expect(await stored()).toEqual(ids());
      // 14 records are four pages: none is asked for twice, but the one that was under way.
      expect(shop.pages.length - before).toBeLessThanOrEqual(4 - n + 1);
      expect(shop.pages.length).toBeLessThanOrEqual(5);
    };

    it.each([1, 2, 3])('after page %i by a stop, loses and doubles nothing', (n) =>
      kill(n, (stop) => stop.abort(new Error('stopping'))),
    );

    it('while a page is under way, reads it again', async () => {
      shop.things = manyThings(14);
      const run = await db.queue(connection);
      const stop = new AbortController();
      shop.script = (_, n) => {
        if (n === 3) stop.abort(new Error('stopping'));
        return undefined;
      };
      await db.attempt(run, { signal: stop.signal });
      shop.script = () => undefined;
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded', records: 14, inserted: 28, pages: 4 });
    });

    it('goes back to the queue, its attempt not counted', async () => {
      shop.things = manyThings(14);
      const run = await db.queue(connection);
      const stop = new AbortController();
      const move = await db.attempt(run, {
        signal: stop.signal,
        progress: async () => stop.abort(new Error('stopping')),
      });
      expect(move.to).toBe('later');
      expect(await db.find(run)).toMatchObject({ state: 'queued', attempt: 0, reason: 'its worker stopped' });
    });

    it('without a word is taken over when its lease is dead, and its late page is refused', async () => {
      shop.things = manyThings(10);
      const run = await db.queue(connection);
      let taken = false;
      shop.script = async (request, n) => {
        if (n !== 2 || taken) return shop.serve(request);
        taken = true;
        // While the first worker waits for its second page, a second one does the whole run.
        db.clock.now = new Date(NOW.getTime() + minutes(2));
        expect(await db.finish(run, { engine: { worker: 'worker 2' } })).toMatchObject({
          state: 'succeeded',
          attempt: 2,
        });
        return shop.serve(request);
      };
      expect(await db.attempt(run)).toEqual({ to: 'done', result: { lost: true } });
      expect(await db.find(run)).toMatchObject({ state: 'succeeded', records: 10, inserted: 20, pages: 3 });
      expect(db.logged.join()).toContain(new LeaseLost(run.id).message);
    });
  });

  describe('time slice', () => {
    it('ends after a page, gives the worker back and goes on from the place', async () => {
      shop.things = manyThings(10);
      const run = await db.queue(connection);
      const move = await db.attempt(run, { engine: { sliceMs: 0 } });
      expect(move).toMatchObject({ to: 'later', at: new Date(NOW.getTime() + 50) });
      expect(await db.find(run)).toMatchObject({
        state: 'queued',
        pages: 1,
        attempt: 0,
        reason: 'its time slice was over',
      });
      const ended = await db.finish(run, { engine: { sliceMs: 0 } });
      expect(ended).toMatchObject({ state: 'succeeded', pages: 3, records: 10, inserted: 20, attempt: 1 });
      expect(shop.pages).toHaveLength(3);
    });
  });

  describe('page size', () => {
    it('is halved until the platform takes it, and kept', async () => {
      shop.things = manyThings(6);
      shop.script = ({ query }) => (Number(query?.['size']) > 1 ? shop.reply(413, 'too large') : undefined);
      const run = await db.finish(await db.queue(connection));
      expect(shop.pages.map(({ size }) => size)).toEqual([4, 2, 1, 1, 1, 1, 1, 1]);
      expect(run).toMatchObject({ state: 'succeeded', calls: 8, pages: 6, pageSize: 1 });
    });

    it('that is refused even at its least fails the run', async () => {
      shop.things = manyThings(6);
      shop.script = () => shop.reply(413, 'too large');
      expect(await db.finish(await db.queue(connection))).toMatchObject({
        state: 'failed',
        failureKind: 'refused',
        failure: expect.stringContaining('even a page of 1 is too large') as string,
        calls: 3,
      });
    });

    it('is doubled where there is room, up to the stream’s largest', async () => {
      shop.things = manyThings(60);
      shop.headers['x-room'] = 'yes';
      await db.finish(await db.queue(connection));
      expect(shop.pages.map(({ size }) => size)).toEqual([4, 8, 16, 16, 16]);
    });
  });
});
