import type { Limiter } from '#http';
import { hours, later, minutes } from '#kernel';
import { claimRun, type ConnectionRow, type NewRun, type RunRow } from '#warehouse';
import { freeLimiter, NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import {
  fakePlatform,
  FakeShop,
  fakeStream,
  manyThings,
  thing,
  type Thing,
} from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { fakeListing, listedStream, openListDoor, type ListDoor } from '../../tests/fake-listing.js';

const platform = fakePlatform({ streams: [listedStream] });
const NONE = { missing: 0, older: 0, gone: 0, awaited: 0 };

describeDb('a comparison of ids', () => {
  let db: TestEngine;
  let connection: ConnectionRow;
  let list: ListDoor;
  const shop = new FakeShop();
  beforeAll(async () => {
    db = await openTestEngine(platform, shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    db.clock.now = NOW;
    db.logged.length = 0;
    shop.things = manyThings(10);
    shop.requests.length = 0;
    list = openListDoor(shop);
    connection = await db.connect();
  });

  const live = async (): Promise<RunRow> => db.finish(await db.queue(connection));
  const compare = async (more: Partial<NewRun> = {}): Promise<RunRow> =>
    db.finish(await db.queue(connection, { kind: 'reconcile', ...more }));
  const sql = <R>(text: string): Promise<R[]> => db.engine.warehouse.query<R>(text, [connection.id]);
  const rows = () =>
    sql<{ id: string; at: Date; name: string; gone: boolean }>(
      `select source_id as id, source_updated_at as at, name, deleted_at is not null as gone from test_things
       where connection_id = $1 order by 1`,
    );
  const here = async () =>
    (await rows()).filter(({ gone }) => !gone).map(({ id, at, name }) => ({ id, at, name }));
  const there = () =>
    (shop.things as Thing[])
      .filter(({ gone }) => !gone)
      .map(({ id, updatedAt, name }) => ({ id, at: new Date(updatedAt), name }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  const partsHere = async () =>
    (
      await sql<{ id: string }>(
        `select source_id as id from test_parts where connection_id = $1 and deleted_at is null order by 1`,
      )
    ).map(({ id }) => id);
  const checkpoint = async () =>
    (
      await sql<{ at: Date; run_id: string }>(
        `select cursor_at as at, run_id from checkpoints where connection_id = $1`,
      )
    )[0];
  const edit = (n: number, more: Partial<Thing> = {}): void => {
    const at = new Date(Date.parse((shop.things[n - 1] as Thing).updatedAt) + 1000).toISOString();
    shop.things[n - 1] = thing(n, { updatedAt: at, name: `edited ${n}`, ...more });
  };

  it('finds nothing where nothing differs, asks for no record and writes no row', async () => {
    await live();
    const before = await sql(`select * from test_things where connection_id = $1 order by source_id`);
    shop.requests.length = 0;
    expect(await compare()).toMatchObject({
      state: 'succeeded',
      drift: NONE,
      pages: 3,
      calls: 3,
      records: 0,
      same: 0,
    });
    expect(list.fetches).toEqual([]);
    expect(await sql(`select * from test_things where connection_id = $1 order by source_id`)).toEqual(
      before,
    );
  });

  it('fetches what is missing and older, marks what is gone, and leaves the checkpoint', async () => {
    await live();
    const before = await checkpoint();
    await sql(`delete from test_things where connection_id = $1 and source_id in ('t0002', 't0005')`);
    edit(3, { parts: ['t3/2'] });
    shop.things = shop.things.filter(({ id }) => id !== 't0007' && id !== 't0010');
    const run = await compare();
    expect(run).toMatchObject({
      state: 'succeeded',
      drift: { missing: 2, older: 1, gone: 2, awaited: 0 },
      records: 3,
      quarantined: 0,
      // Two things with a part each, and the part that the edit took away.
      gone: 5,
    });
    expect(await here()).toEqual(there());
    expect(await partsHere()).toEqual(['t1/1', 't2/1', 't3/2', 't4/1', 't5/1', 't6/1', 't8/1', 't9/1']);
    expect(await checkpoint()).toEqual(before);
    expect(await compare()).toMatchObject({ drift: NONE });
    expect(
      await sql(`select 1 from run_seen s join runs r on r.id = s.run_id where r.connection_id = $1`),
    ).toEqual([]);
    expect(
      await sql(
        `select message from run_logs l join runs r on r.id = l.run_id where r.connection_id = $1 and message like 'compared%' order by l.id`,
      ),
    ).toEqual([
      { message: 'compared with the platform’s list: 2 missing, 1 older, 2 gone' },
      { message: 'compared with the platform’s list: no drift' },
    ]);
    expect(await db.engine.metrics.registry.metrics()).toMatch(
      /stratus_drift_total\{stream="fake.things",what="older"\} 1\n/,
    );
  });

  it('tells what the next live run would have brought anyway', async () => {
    await live();
    shop.things.push(thing(11));
    edit(10, { updatedAt: thing(12).updatedAt });
    await sql(`delete from test_things where connection_id = $1 and source_id = 't0001'`);
    expect((await compare()).drift).toEqual({ missing: 2, older: 1, gone: 0, awaited: 2 });
    expect(await here()).toEqual(there());
  });

  it('brings back what was marked gone, and leaves alone what is gone on both sides', async () => {
    shop.things = [...manyThings(4), thing(20, { gone: true })];
    await live();
    const [lost] = shop.things.splice(1, 1);
    expect((await compare()).drift).toEqual({ ...NONE, gone: 1 });
    expect(await partsHere()).toEqual(['t1/1', 't3/1', 't4/1']);
    shop.things.push(lost!);
    expect((await compare()).drift).toEqual({ ...NONE, missing: 1 });
    expect(await here()).toEqual(there());
    expect(await partsHere()).toContain('t2/1');
    list.tellsGone = true;
    list.fetches.length = 0;
    expect((await compare()).drift).toEqual(NONE);
    expect(list.fetches).toEqual([]);
  });

  it('spends what live reads leave', async () => {
    const asked: unknown[] = [];
    const limiter: Limiter = {
      ...freeLimiter,
      acquire: async ({ lane, spender }) => {
        asked.push([lane, spender]);
        return { release: async () => undefined };
      },
    };
    await db.finish(await db.queue(connection, { kind: 'reconcile' }), { engine: { limiter } });
    expect(asked).toHaveLength(8);
    expect(new Set(asked.map(String))).toEqual(new Set(['backfill,fake.things']));
  });

  it('reads a fetched record to its end', async () => {
    shop.things = [thing(1, { parts: ['a'], more: ['b', 'c', 'd'] })];
    expect(await compare()).toMatchObject({ state: 'succeeded', drift: { ...NONE, missing: 1 } });
    expect(await partsHere()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('marks nothing gone that can still be fetched, and takes its newer version', async () => {
    await live();
    edit(4);
    list.hidden = new Set(['t0004', 't0006']);
    expect((await compare()).drift).toEqual({ ...NONE, older: 1 });
    expect(list.fetches).toEqual([['t0004', 't0006']]);
    expect(await here()).toEqual(there());
  });

  it('makes nothing of a record that is listed and cannot be fetched', async () => {
    await live();
    edit(4);
    list.lost = new Set(['t0004']);
    expect(await compare()).toMatchObject({ state: 'succeeded', drift: NONE });
    expect(await here()).toHaveLength(10);
  });

  it('asks nothing about rows that others wrote meanwhile', async () => {
    await live();
    const run = await db.queue(connection, { kind: 'reconcile' });
    await db.attempt(run, { engine: { sliceMs: 0 } });
    shop.things.push(thing(0, { id: 'a0000', updatedAt: thing(20).updatedAt }));
    await live();
    expect(await db.finish(run)).toMatchObject({ drift: NONE });
    expect(list.fetches).toEqual([]);
    expect(await here()).toEqual(there());
  });

  it('goes on where it stood, however often it yields or dies', async () => {
    await live();
    await sql(`delete from test_things where connection_id = $1 and source_id < 't0009'`);
    shop.things = shop.things.filter(({ id }) => id !== 't0010');
    shop.requests.length = 0;
    const run = await db.queue(connection, { kind: 'reconcile' });
    // Once in the list, once between its records, once among the rows that were not listed.
    for (const [door, nth] of [
      ['/by-id', 2],
      ['/ids', 2],
      ['/by-id', 4],
    ] as const) {
      const dying = new AbortController();
      let met = 0;
      list.before = ({ url }) => {
        if (new URL(url).pathname === door && ++met === nth) dying.abort(new Error('killed'));
        return undefined;
      };
      await db.attempt(run, { signal: dying.signal });
    }
    list.before = () => undefined;
    const ended = await db.finish(run, { engine: { sliceMs: 0 } });
    expect(ended).toMatchObject({ state: 'succeeded', pages: 3, records: 8 });
    expect(ended.drift).toEqual({ missing: 8, older: 0, gone: 1, awaited: 3 });
    expect(await here()).toEqual(there());
    expect(ended.calls).toBe(shop.requests.length);
  });

  it('yields between the records of one page, and fetches none of them twice', async () => {
    const run = await db.queue(connection, { kind: 'reconcile' });
    list.lost = new Set(['t0002']);
    await db.finish(run, { engine: { sliceMs: 0 } });
    expect(list.fetches.flat().sort()).toEqual(there().map(({ id }) => id));
  });

  it('does not fetch what lies in the quarantine night after night', async () => {
    await live();
    edit(4, { price: 'none' });
    expect(await compare()).toMatchObject({ state: 'succeeded', drift: NONE, quarantined: 1 });
    expect(await compare()).toMatchObject({ state: 'succeeded', drift: NONE, quarantined: 0 });
    expect(list.fetches).toEqual([['t0004']]);
    expect(await here()).toHaveLength(10);
    // A newer version may be sound; the test's rows are stamped by the database's own clock.
    edit(4, { updatedAt: later(new Date(), hours(1)).toISOString() });
    expect(await compare()).toMatchObject({ drift: { ...NONE, older: 1, awaited: 1 } });
    expect(await sql(`select state from quarantine where connection_id = $1`)).toEqual([{ state: 'landed' }]);
    expect(await here()).toEqual(there());
  });

  it('stops where fetched records fail by the dozen', async () => {
    shop.things = manyThings(40).map((one) => ({ ...one, price: 'none' }));
    const run = await compare();
    expect(run).toMatchObject({ state: 'failed', failureKind: 'bug' });
    expect(run.failure).toContain('the API changed');
    expect(list.fetches.length).toBeLessThan(4);
    expect(await here()).toEqual([]);
  });

  it.each([
    ['nothing', 0, 3],
    ['far too little', 60, 100],
  ])('is red and marks nothing where the platform lists %s', async (_, listed, held) => {
    shop.things = manyThings(held);
    await live();
    shop.things = shop.things.slice(0, listed);
    const run = await compare();
    expect(run).toMatchObject({ state: 'failed', failureKind: 'refused', drift: NONE });
    expect(run.failure).toContain('suspiciously short');
    expect(run.failure).toContain(`lists ${listed} records and ${held - listed} of the ${held} here`);
    expect(await here()).toHaveLength(held);
    expect(await compare({ acceptedBy: 'ada' })).toMatchObject({
      state: 'succeeded',
      acceptedBy: 'ada',
      drift: { ...NONE, gone: held - listed },
    });
    expect(await here()).toEqual(there());
  });

  it('finds a platform with nothing on it as it is', async () => {
    shop.things = [];
    expect(await compare()).toMatchObject({ state: 'succeeded', drift: NONE });
  });

  it('marks nothing gone where the platform hides a part, and says so', async () => {
    await live();
    shop.things = shop.things.slice(0, 4);
    await sql(`delete from test_things where connection_id = $1 and source_id = 't0001'`);
    list.whole = false;
    expect(await compare()).toMatchObject({ state: 'succeeded', drift: { ...NONE, missing: 1 } });
    expect(await here()).toHaveLength(10);
    expect(db.logged.join()).toContain('a part of its records only');
  });

  it('stops instead of reading a list in circles', async () => {
    const circling = { ...fakeListing, next: () => 't0001' };
    const run = await db.finish(await db.queue(connection, { kind: 'reconcile' }), {
      platform: fakePlatform({ streams: [{ ...listedStream, listing: circling }] }),
    });
    expect(run).toMatchObject({ state: 'failed', failureKind: 'bug' });
    expect(run.failure).toContain('in circles');
  });

  it('asks for less where a call is too large for the platform', async () => {
    list.before = ({ url, query }) =>
      url.includes('/by-id') && String(query?.['ids']).includes(' ') ? shop.reply(413) : undefined;
    expect(await compare()).toMatchObject({ state: 'succeeded', drift: { ...NONE, missing: 10 } });
    expect(list.fetches).toHaveLength(10);
  });

  it('says that a stream without a list cannot be compared', async () => {
    const run = await db.finish(await db.queue(connection, { kind: 'reconcile' }), {
      platform: fakePlatform({ streams: [fakeStream('fake.things')] }),
    });
    expect(run).toMatchObject({ state: 'failed', failureKind: 'config' });
    expect(run.failure).toContain('npx stratus run fake.things --full');
  });

  it('runs beside the live run of its stream, and alone of its kind', async () => {
    const claim = { worker: 'w', leaseMs: minutes(1), now: NOW };
    const [one, two] = [
      await db.queue(connection, { kind: 'reconcile' }),
      await db.queue(connection, { kind: 'reconcile' }),
    ];
    expect(await claimRun(db.engine.warehouse, one.id, claim)).toMatchObject({ run: { state: 'running' } });
    expect(await claimRun(db.engine.warehouse, two.id, claim)).toMatchObject({ refused: 'held' });
    expect(await live()).toMatchObject({ state: 'succeeded' });
  });

  it('writes nothing once another worker has the run', async () => {
    await live();
    shop.things = shop.things.slice(1);
    const run = await db.queue(connection, { kind: 'reconcile' });
    list.before = ({ url }) => {
      if (url.includes('/by-id')) db.clock.now = later(db.clock.now, minutes(5));
      return undefined;
    };
    const stolen = db.attempt(run, {
      progress: async () => {
        await db.engine.warehouse.query(`update runs set lease = lease + 1 where id = $1`, [run.id]);
      },
    });
    expect(await stolen).toEqual({ to: 'done', result: { lost: true } });
    expect(await here()).toHaveLength(10);
  });

  it('begins anew when its list was forgotten before it was retried', async () => {
    await live();
    shop.things = [];
    const failed = await compare();
    expect(failed.place).not.toBeNull();
    shop.things = manyThings(10);
    expect(await compare()).toMatchObject({ state: 'succeeded' });
    expect(await db.find(failed)).toMatchObject({ state: 'failed' });
  });
});
