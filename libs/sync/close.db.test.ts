import { hours, later, minutes } from '#kernel';
import {
  acceptRun,
  findCheckpoint,
  requeueRun,
  type ConnectionRow,
  type NewRun,
  type RunRow,
} from '#warehouse';
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

const { sums: _, ...census } = fakeCensus;
const streams = [
  fakeStream('fake.things'),
  fakeStream('fake.counted', {}, { census }),
  fakeStream('fake.list', null),
  fakeStream('fake.heap', { order: 'unordered' }),
  { ...fakeStream('fake.part', {}, { census }), part: true },
  fakeStream('fake.late', { startAt: new Date(thing(5).updatedAt) }),
];

describeDb('the close of a run', () => {
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
    shop.sorted = true;
    shop.counts = truth;
    db.clock.now = NOW;
  });

  /** A run, a minute after the last one. */
  const read = async (
    run: Partial<NewRun> = {},
    more?: Parameters<TestEngine['finish']>[1],
  ): Promise<RunRow> => {
    db.clock.now = later(db.clock.now, minutes(1));
    return db.finish(await db.queue(connection, run), more);
  };
  const accept = (run: RunRow) => acceptRun(db.engine.warehouse, run.id, { by: 'ann', now: db.clock.now });
  const live = async (table = 'test_things'): Promise<string[]> =>
    (
      await db.engine.warehouse.query<{ id: string }>(
        `select source_id as id from ${table} where connection_id = $1 and deleted_at is null order by 1`,
        [connection.id],
      )
    ).map(({ id }) => id);
  const ids = () => (shop.things as Thing[]).map(({ id }) => id).sort();
  const without = (...gone: string[]): void => {
    shop.things = (shop.things as Thing[]).filter(({ id }) => !gone.includes(id));
  };
  const touch = (id: string, at: Date): void => {
    (shop.things as Thing[]).find((one) => one.id === id)!.updatedAt = at.toISOString();
  };
  const seen = () =>
    db.engine.warehouse.query(
      'select 1 from run_seen s join runs r on r.id = s.run_id where r.connection_id = $1',
      [connection.id],
    );

  describe('that brought nothing', () => {
    const empty = async (): Promise<void> => {
      shop.script = ({ query }) =>
        query?.['to'] === undefined ? undefined : shop.reply(200, { things: [], next: null });
    };

    it.each(['fake.things', 'fake.counted', 'fake.list', 'fake.heap'])(
      'is red for %s where a full read finds none of the rows that are here',
      async (stream) => {
        await read({ stream });
        await empty();
        shop.counts = () => ({ count: 0, sum: null });
        const run = await read({ stream, kind: 'refresh' });
        expect(run).toMatchObject({ state: 'failed', failureKind: 'bug', verdict: 'differs', gone: 0 });
        expect(run.failure).toMatch(/^suspiciously empty: the source served no record, 10 rows/);
        expect(await live()).toHaveLength(10);
      },
    );

    it('is red where rows of its own window are here', async () => {
      await read();
      await empty();
      const run = await read();
      expect(run.failure).toMatch(/^suspiciously empty: the source served no record, 6 rows/);
      shop.script = () => undefined;
      expect(await read()).toMatchObject({ state: 'succeeded', records: 6 });
    });

    it('is red where the history says otherwise', async () => {
      // Ten an hour; the lookback is short, so that no row of the window is here.
      const engine = { lookbackOf: () => 0 };
      const base = new Date('2026-11-20T00:00:00.000Z');
      shop.things = [];
      for (let hour = 0; hour < 5; hour++) {
        for (let i = 0; i < 10; i++)
          shop.things.push(
            thing(hour * 10 + i, { updatedAt: later(base, hours(hour) + minutes(5 * i)).toISOString() }),
          );
        db.clock.now = later(base, hours(hour) + minutes(58));
        expect(await read({}, { engine })).toMatchObject({ state: 'succeeded' });
      }
      await empty();
      db.clock.now = later(base, hours(5) + minutes(58));
      expect((await read({}, { engine })).failure).toMatch(
        /^suspiciously empty: the source served no record, by the last 5 runs about 1\d were to be expected/,
      );
    });

    it('is no wonder where little ever comes, or the newest record alone was deleted', async () => {
      shop.things = [thing(1)];
      await read();
      for (let i = 0; i < 3; i++) await read();
      without('t0001');
      expect(await read()).toMatchObject({ state: 'succeeded', records: 0 });
    });

    it('is no wonder in a stream that never had a record', async () => {
      shop.things = [];
      expect(await read({ kind: 'refresh' })).toMatchObject({ state: 'succeeded' });
      expect(await read()).toMatchObject({ state: 'succeeded' });
    });

    it('can be accepted: the run counts, nothing is lost, and empty is normal from then on', async () => {
      await read({ stream: 'fake.list' });
      shop.things = [];
      const red = await read({ stream: 'fake.list' });
      expect(red.state).toBe('failed');
      const accepted = await accept(red);
      expect(accepted).toMatchObject({
        state: 'succeeded',
        acceptedBy: 'ann',
        acceptedAt: db.clock.now,
        failure: null,
        reason: 'accepted by ann',
      });
      expect(await live()).toHaveLength(10);
      expect(
        await db.engine.warehouse.query('select actor, action, outcome from audit_log where subject = $1', [
          `run ${red.id}`,
        ]),
      ).toEqual([{ actor: 'ann', action: 'accept', outcome: red.verdictReason }]);
      // The next full read says the same, is believed, and marks what the source no longer has.
      expect(await read({ stream: 'fake.list' })).toMatchObject({ state: 'succeeded', gone: 20 });
      expect(await live()).toEqual([]);
      await expect(accept(red)).rejects.toThrow(/is succeeded: only a failed run whose counts differ/);
    });
  });

  it('that the platform’s count spoke against can be accepted: its checkpoint moves to what it read', async () => {
    shop.counts = (count) => ({ count: count + 5, sum: null });
    const red = await read({ stream: 'fake.counted' });
    expect(red.state).toBe('failed');
    await accept(red);
    const checkpoint = await findCheckpoint(db.engine.warehouse, connection.id, 'fake.counted');
    expect(checkpoint?.cursorAt.toISOString()).toBe(thing(10).updatedAt);
    expect(checkpoint?.provenAt).toEqual(checkpoint?.cursorAt);
    shop.counts = truth;
    expect(await read({ stream: 'fake.counted' })).toMatchObject({ state: 'succeeded', verdict: 'matched' });
  });

  it('cannot be accepted where it failed for another reason', async () => {
    shop.script = () => shop.reply(404);
    const red = await read();
    await expect(accept(red)).rejects.toThrow(/failed for another reason than its counts/);
    shop.script = () => undefined;
    shop.counts = (count) => ({ count: count + 5, sum: null });
    const counted = await read({ stream: 'fake.counted' });
    expect(counted.verdict).toBe('differs');
    await requeueRun(db.engine.warehouse, counted.id, db.clock.now);
    shop.script = () => shop.reply(401);
    expect(await db.finish(counted)).toMatchObject({ state: 'failed', verdict: null });
    await expect(accept(counted)).rejects.toThrow(/failed for another reason than its counts/);
    await expect(accept({ ...red, id: 'nobody' })).rejects.toThrow(/there is no run nobody/);
  });

  describe('that read everything', () => {
    it.each(['fake.things', 'fake.counted', 'fake.list', 'fake.heap'])(
      'of %s marks gone what was not served, with its children, and brings back what returns',
      async (stream) => {
        await read({ stream });
        const lost = (shop.things as Thing[]).slice(2, 4);
        without('t0003', 't0004');
        expect(await read({ stream, kind: 'refresh' })).toMatchObject({
          state: 'succeeded',
          gone: 4,
          inserted: 0,
          changed: 0,
        });
        expect(await live()).toEqual(ids());
        expect(await live('test_parts')).toHaveLength(8);
        expect(await seen()).toEqual([]);
        shop.things.push(...lost);
        expect(await read({ stream, kind: 'refresh' })).toMatchObject({
          state: 'succeeded',
          changed: 4,
          gone: 0,
        });
        expect(await live()).toEqual(ids());
      },
    );

    it('writes nothing to rows that are as they were', async () => {
      await read();
      const rows = () =>
        db.engine.warehouse.query(
          'select source_id, xmin::text, synced_at from test_things where connection_id = $1 order by 1',
          [connection.id],
        );
      const before = await rows();
      expect(await read({ kind: 'refresh' })).toMatchObject({ same: 20, calls: 3 });
      expect(await rows()).toEqual(before);
    });

    it.each(['fake.things', 'fake.counted', 'fake.heap'])(
      'of %s leaves what was edited while it read',
      async (stream) => {
        await read({ stream });
        shop.sorted = stream !== 'fake.heap';
        without('t0005');
        let pages = 0;
        const run = await read(
          { stream, kind: 'refresh' },
          {
            progress: async () => {
              db.clock.now = later(db.clock.now, 1000);
              // What is read last moves behind the window's end, again and again.
              if (++pages === 1) touch('t0010', later(db.clock.now, 500));
              if (pages === 3) touch('t0010', later(db.clock.now, 500));
              if (pages === 3) touch('t0009', later(db.clock.now, 600));
            },
          },
        );
        expect(run).toMatchObject({ state: 'succeeded', gone: 2 });
        expect(await live()).toEqual(ids());
      },
    );

    it('leaves what another run wrote meanwhile', async () => {
      await read();
      const refresh = await db.queue(connection, { kind: 'refresh' });
      await db.attempt(refresh, { engine: { sliceMs: 0 } });
      // A live run between two slices of the refresh brings a record that shows up late, behind the refresh's reading.
      shop.things.push(thing(1, { id: 'late', updatedAt: thing(9).updatedAt, parts: [] }));
      expect(await read()).toMatchObject({ state: 'succeeded', inserted: 1 });
      shop.script = (request) => {
        const reply = shop.serve(request);
        const body = reply.body as { things: Thing[] };
        return { ...reply, body: { ...body, things: body.things.filter(({ id }) => id !== 'late') } };
      };
      expect(await db.finish(refresh)).toMatchObject({ state: 'succeeded', gone: 0 });
      expect(await live()).toContain('late');
    });

    it.each([1, 2, 3, 4])('and was killed after page %i, does the same', async (n) => {
      await read();
      without('t0002', 't0007');
      db.clock.now = later(db.clock.now, minutes(1));
      const run = await db.queue(connection, { kind: 'refresh' });
      const stop = new AbortController();
      let pages = 0;
      await db.attempt(run, {
        signal: stop.signal,
        progress: async () => {
          if (++pages === n) stop.abort(new Error('stopping'));
        },
      });
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded', gone: 4 });
      expect(await live()).toEqual(ids());
    });

    it('marks nothing where a record could not be read: it may be any of those', async () => {
      await read();
      without('t0003');
      (shop.things as Record<string, unknown>[])[4]!['qty'] = 'many';
      expect(await read({ kind: 'refresh' })).toMatchObject({ state: 'succeeded', quarantined: 1, gone: 0 });
      expect(await live()).toHaveLength(10);
    });

    it('marks nothing before the beginning it reads from', async () => {
      await read({ stream: 'fake.late', kind: 'backfill', windowTo: NOW });
      expect(await live()).toHaveLength(10);
      without('t0009');
      expect(await read({ stream: 'fake.late', kind: 'refresh' })).toMatchObject({
        state: 'succeeded',
        gone: 2,
      });
      expect(await live()).toHaveLength(9);
    });

    it('marks nothing in a table that another stream fills with more', async () => {
      await read();
      shop.things = manyThings(3);
      expect(await read({ stream: 'fake.part', kind: 'refresh' })).toMatchObject({
        state: 'succeeded',
        verdict: 'matched',
        gone: 0,
        sourceCount: '3',
        ourCount: '3',
      });
      expect(await live()).toHaveLength(10);
      shop.counts = (count) => ({ count: count + 1, sum: null });
      expect(await read({ stream: 'fake.part', kind: 'refresh' })).toMatchObject({ state: 'failed' });
      shop.things = [];
      shop.counts = truth;
      expect(await read({ stream: 'fake.part', kind: 'refresh' })).toMatchObject({ state: 'succeeded' });
    });

    it('is red where most rows are missing and nobody counted, until that is accepted', async () => {
      shop.things = manyThings(30);
      await read({ stream: 'fake.list' });
      shop.things = manyThings(4);
      const red = await read({ stream: 'fake.list' });
      expect(red.failure).toMatch(/^suspiciously empty: the source served 4 of the 30 rows that are here/);
      expect(await live()).toHaveLength(30);
      await accept(red);
      expect(await read({ stream: 'fake.list' })).toMatchObject({ state: 'succeeded', gone: 52 });
      expect(await live()).toEqual(ids());
    });

    it('believes the platform’s count where most rows are gone', async () => {
      shop.things = manyThings(30);
      await read({ stream: 'fake.counted' });
      shop.things = manyThings(4);
      expect(await read({ stream: 'fake.counted', kind: 'refresh' })).toMatchObject({
        state: 'succeeded',
        verdict: 'matched',
        gone: 52,
        sourceCount: '4',
        ourCount: '4',
      });
    });

    it('marks nothing when the platform counts more than it served', async () => {
      await read({ stream: 'fake.counted' });
      shop.script = (request) => {
        const reply = shop.serve(request);
        const body = reply.body as { things?: Thing[] };
        return body.things
          ? { ...reply, body: { ...body, things: body.things.filter(({ id }) => id !== 't0006') } }
          : reply;
      };
      expect(await read({ stream: 'fake.counted', kind: 'refresh' })).toMatchObject({
        state: 'failed',
        gone: 0,
      });
      expect(await live()).toHaveLength(10);
    });
  });

  describe('late arrivals', () => {
    const late = () =>
      db.engine.warehouse.query(
        `select day::text, records, beyond_lookback as beyond, max_ms as "maxMs", histogram from late_arrivals
         where connection_id = $1`,
        [connection.id],
      );

    it('are counted by day, with how late they came', async () => {
      await read();
      expect(await late()).toEqual([]);
      shop.things.push(...[7, 8].map((n) => thing(n, { id: `late ${n}`, parts: [] })), thing(12));
      await read();
      await read();
      const lag = NOW.getTime() + minutes(2) - Date.parse(thing(7).updatedAt);
      expect(await late()).toEqual([
        {
          day: '2026-11-21',
          records: 2,
          beyond: 0,
          maxMs: String(lag),
          histogram: [0, 0, 0, 0, 0, 0, 2],
        },
      ]);
    });

    it('beyond the lookback are told by what reads everything', async () => {
      await read();
      shop.things.push(thing(1, { id: 'very late', parts: [] }));
      expect(await read()).toMatchObject({ inserted: 0 });
      expect(await read({ kind: 'refresh' })).toMatchObject({ inserted: 1 });
      expect(await late()).toMatchObject([{ records: 1, beyond: 1 }]);
    });
  });
});
