import { later, minutes } from '#kernel';
import { findCheckpoint, type ConnectionRow, type RunRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import {
  fakeCensus,
  fakePlatform,
  FakeShop,
  fakeStream,
  manyThings,
  thing,
  type Thing,
} from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';

const { sums: _, ...bare } = fakeCensus;
const streams = [
  fakeStream('fake.things', {}, { census: bare }),
  fakeStream('fake.sums', {}, { census: fakeCensus }),
  fakeStream('fake.plain'),
  fakeStream('fake.coarse', { grain: minutes(1) }, { census: bare }),
];

describeDb('the census of a run', () => {
  const shop = new FakeShop();
  const platform = fakePlatform({ streams });
  const truth = shop.counts;
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(platform, shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.things = manyThings(10);
    shop.requests.length = 0;
    shop.script = () => undefined;
    shop.bounded = true;
    shop.counts = truth;
    db.clock.now = NOW;
  });

  const read = async (run: Parameters<TestEngine['queue']>[1] = {}): Promise<RunRow> =>
    db.finish(await db.queue(connection, run));
  const asked = (): number => shop.requests.filter(({ url }) => url.endsWith('/count')).length;
  const checkpoint = async () =>
    (await findCheckpoint(db.engine.warehouse, connection.id, 'fake.things'))?.cursorAt.toISOString() ?? null;
  /** Does something to the shop after so many pages. */
  const afterPage = (n: number, change: () => void): Parameters<TestEngine['finish']>[1] => {
    let pages = 0;
    return {
      progress: async () => {
        if (++pages === n) change();
      },
    };
  };
  const touch = (id: string, at: Date): void => {
    (shop.things as Thing[]).find((one) => one.id === id)!.updatedAt = at.toISOString();
  };
  const without = (id: string): void => {
    shop.things = (shop.things as Thing[]).filter((one) => one.id !== id);
  };

  it('is one call, and says that everything is here', async () => {
    expect(await read()).toMatchObject({
      state: 'succeeded',
      calls: 4,
      verdict: 'matched',
      sourceCount: '10',
      ourCount: '10',
    });
    expect(asked()).toBe(1);
    expect(await checkpoint()).toBe(thing(10).updatedAt);
  });

  it('is not asked for where the platform cannot count, nor by a dry run', async () => {
    expect(await read({ stream: 'fake.plain' })).toMatchObject({ verdict: null, sourceCount: null });
    expect(await read({ dry: true })).toMatchObject({ state: 'succeeded', verdict: null });
    expect(asked()).toBe(0);
  });

  it('cuts both ends of the window to the platform’s clock', async () => {
    db.clock.now = new Date('2026-11-21T10:00:59.999Z');
    shop.things = [thing(1, { updatedAt: '2026-11-21T10:00:00.000Z' })];
    await read({ stream: 'fake.coarse' });
    expect(shop.requests.at(-1)?.query).toEqual({ since: undefined, until: '2026-11-21T10:00:00.000Z' });
    db.clock.now = later(db.clock.now, minutes(10));
    expect(await read({ stream: 'fake.coarse' })).toMatchObject({ verdict: 'matched', ourCount: '1' });
    expect(shop.requests.at(-1)?.query).toMatchObject({ since: '2026-11-21T09:55:00.000Z' });
  });

  it('counts a record in the quarantine as here, and once', async () => {
    await read();
    (shop.things as Record<string, unknown>[])[4]!['qty'] = 'many';
    expect(await read({ kind: 'backfill', windowTo: NOW })).toMatchObject({
      state: 'succeeded',
      verdict: 'matched',
      verdictReason: null,
      quarantined: 1,
      sourceCount: '10',
      ourCount: '10',
    });
    shop.things = [...manyThings(2, 20), { ...thing(22), qty: 'many' }];
    const other = (connection = await db.connect());
    expect(await read()).toMatchObject({ verdict: 'matched', sourceCount: '3', ourCount: '3' });
    const [bad] = await db.engine.warehouse.query<{ version: Date }>(
      'select version from quarantine where connection_id = $1',
      [other.id],
    );
    expect(bad?.version.toISOString()).toBe(thing(22).updatedAt);
  });

  describe('that finds fewer here than there', () => {
    it('reads the window again, and is content when it was a glitch', async () => {
      let hidden = true;
      shop.script = (request) => {
        if (!hidden || request.query?.['to'] === undefined) return undefined;
        const reply = shop.serve(request);
        const body = reply.body as { things: Thing[] };
        return { ...reply, body: { ...body, things: body.things.filter(({ id }) => id !== 't0006') } };
      };
      const run = await db.queue(connection);
      expect(await db.attempt(run)).toMatchObject({ to: 'retry' });
      expect(await db.find(run)).toMatchObject({
        state: 'queued',
        reading: 'again',
        verdict: 'differs',
        failureKind: 'transient',
      });
      hidden = false;
      expect(await db.finish(run)).toMatchObject({
        state: 'succeeded',
        verdict: 'matched',
        sourceCount: '10',
        ourCount: '10',
        calls: 8,
      });
      expect(await db.engine.warehouse.query('select * from run_seen where run_id = $1', [run.id])).toEqual(
        [],
      );
    });

    it('ends red where it stays so, and the checkpoint does not pass what was proven', async () => {
      await read();
      shop.things.push(...manyThings(10, 11));
      const proven = await checkpoint();
      shop.counts = (count) => ({ count: count + 20, sum: null });
      const run = await read();
      expect(run).toMatchObject({
        state: 'failed',
        failureKind: 'bug',
        verdict: 'differs',
        attempt: 2,
        sourceCount: '36',
        ourCount: '16',
      });
      expect(run.failure).toMatch(/the platform counts 36 records from .*, 16 are here: 20 are missing;/);
      expect(run.failure).toContain(`npx stratus accept ${run.id}`);
      expect(await checkpoint()).toBe(proven);
      // The next one finds the same at once, without reading it all twice.
      shop.requests.length = 0;
      expect(await read()).toMatchObject({ state: 'failed', attempt: 1 });
      expect(asked()).toBe(1);
      shop.counts = truth;
      expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched', sourceCount: '16' });
      expect(await checkpoint()).toBe(thing(20).updatedAt);
    });

    it('takes back the checkpoint of a first run whole', async () => {
      shop.counts = (count) => ({ count: count + 1, sum: null });
      expect(await read()).toMatchObject({ state: 'failed' });
      expect(await checkpoint()).toBeNull();
    });

    it('notices a list that serves less than is counted, though older versions are here', async () => {
      await read();
      shop.script = (request) => {
        const reply = shop.serve(request);
        if (request.query?.['to'] === undefined) return reply;
        const body = reply.body as { things: Thing[] };
        return { ...reply, body: { ...body, things: body.things.filter(({ id }) => id !== 't0006') } };
      };
      const run = await read({ kind: 'backfill', windowTo: NOW });
      expect(run).toMatchObject({ state: 'failed', verdict: 'differs' });
      expect(run.failure).toContain('served 9 of them: 1 are missing or not in their newest version');
    });

    it('counts what a run read that ended otherwise, too', async () => {
      const hide = (request: { query?: Readonly<Record<string, unknown>> | undefined }, n: number) => {
        if (n === 3) return shop.reply(404, 'gone');
        const reply = shop.serve(request as Parameters<FakeShop['serve']>[0]);
        if (request.query?.['to'] === undefined) return reply;
        const body = reply.body as { things: Thing[] };
        return { ...reply, body: { ...body, things: body.things.filter(({ id }) => id !== 't0002') } };
      };
      shop.script = hide;
      expect(await read()).toMatchObject({ state: 'failed', verdict: null });
      expect(await checkpoint()).toBe(thing(8).updatedAt);
      shop.script = () => undefined;
      const run = await db.queue(connection);
      await db.attempt(run);
      // Read from the checkpoint on, counted from the beginning: the gap behind the checkpoint shows, and is read.
      expect((await db.find(run)).verdictReason).toMatch(
        /counts 10 records up to .*, 9 are here: 1 are missing/,
      );
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded', verdict: 'matched', ourCount: '10' });
    });
  });

  describe('that finds fewer there than here', () => {
    it('is content with records that changed while it read', async () => {
      const run = await db.finish(
        await db.queue(connection),
        afterPage(1, () => {
          touch('t0001', later(NOW, 1000));
          touch('t0009', later(NOW, 2000));
        }),
      );
      expect(run).toMatchObject({
        state: 'succeeded',
        verdict: 'matched',
        sourceCount: '8',
        ourCount: '9',
        verdictReason: expect.stringContaining('2 have changed since and left the window') as string,
      });
      expect(asked()).toBe(2);
    });

    it('is content with records deleted while it read, having read the window again', async () => {
      const run = await db.finish(
        await db.queue(connection),
        afterPage(2, () => without('t0001')),
      );
      expect(run).toMatchObject({
        state: 'succeeded',
        verdict: 'matched',
        sourceCount: '9',
        ourCount: '10',
        verdictReason: expect.stringContaining('served them all; 1 more are here') as string,
      });
    });

    it('is content with rows the platform no longer serves, without reading anything twice', async () => {
      await read();
      without('t0004');
      shop.requests.length = 0;
      expect(await read({ kind: 'backfill', windowTo: NOW })).toMatchObject({
        state: 'succeeded',
        verdict: 'matched',
        calls: 4,
      });
    });

    it('ends red where the platform serves more than it counts', async () => {
      shop.counts = (count) => ({ count: Math.max(0, count - 3), sum: null });
      const run = await read();
      expect(run).toMatchObject({ state: 'failed', verdict: 'differs', sourceCount: '7', ourCount: '10' });
      expect(run.failure).toContain('10 are here and 10 were served, while 0 changed since');
      expect(await checkpoint()).toBeNull();
    });
  });

  it('compares sums where the counts agree', async () => {
    shop.counts = (count, sum) => ({ count, sum });
    expect(await read({ stream: 'fake.sums' })).toMatchObject({
      verdict: 'matched',
      sourceSum: '60',
      ourSum: '60.00',
    });
    shop.counts = (count) => ({ count, sum: '61' });
    connection = await db.connect();
    const run = await read({ stream: 'fake.sums' });
    expect(run).toMatchObject({ state: 'failed', verdict: 'differs', sourceSum: '61' });
    expect(run.failure).toContain('they add up to 61 there and to 60.00 here');
  });

  it.each([
    ['gives no exact count', () => shop.reply(200, { count: null, sum: null }), 'gives no exact count'],
    ['refuses to count', () => shop.reply(404, 'no such thing'), 'the count was refused: '],
    ['answers in a shape of its own', () => shop.reply(200, { total: 10 }), 'not built as expected'],
  ])('of a platform that %s is open, and says so', async (_name, reply, reason) => {
    shop.script = ({ url }) => (url.endsWith('/count') ? reply() : undefined);
    expect(await read()).toMatchObject({
      state: 'succeeded',
      verdict: 'uncounted',
      sourceCount: null,
      ourCount: '10',
      verdictReason: expect.stringContaining(reason) as string,
    });
  });

  it('that meets a passing failure is taken again, without reading anything twice', async () => {
    shop.script = ({ url }, n) => (url.endsWith('/count') && n === 4 ? shop.reply(503, 'soon') : undefined);
    expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched', pages: 3, records: 10 });
    expect(shop.pages).toHaveLength(3);
  });

  it('is taken once after a stop between the last page and the count', async () => {
    const run = await db.queue(connection);
    const stop = new AbortController();
    await db.attempt(run, {
      signal: stop.signal,
      ...afterPage(3, () => stop.abort(new Error('stopping'))),
    });
    expect(await db.find(run)).toMatchObject({ state: 'queued', pages: 3, verdict: null });
    expect(await db.finish(run)).toMatchObject({ state: 'succeeded', verdict: 'matched', pages: 3 });
    expect(shop.pages).toHaveLength(3);
  });

  it('of a backfill of many slices is one call for all of them', async () => {
    await db.engine.warehouse.query(
      `insert into backfills (id, connection_id, stream, window_from, window_to, slice, parallel, requested_by)
       values ('b1', $1, 'fake.things', $2, $3, 'day', 2, 'a test')`,
      [connection.id, thing(1).updatedAt, thing(10).updatedAt],
    );
    const slices = [];
    for (let i = 0; i < 5; i++)
      slices.push(
        await db.queue(connection, {
          kind: 'backfill',
          backfillId: 'b1',
          slice: i,
          windowFrom: new Date(thing(2 * i + 1).updatedAt),
          windowTo: new Date(thing(2 * i + 2).updatedAt),
        }),
      );
    const ended = [];
    for (const slice of slices) ended.push(await db.finish(slice));
    expect(ended.map(({ state, verdict }) => [state, verdict])).toEqual([
      ['succeeded', null],
      ['succeeded', null],
      ['succeeded', null],
      ['succeeded', null],
      ['succeeded', 'matched'],
    ]);
    expect(ended.at(-1)).toMatchObject({ sourceCount: '10', ourCount: '10' });
    expect(asked()).toBe(1);
  });
});
