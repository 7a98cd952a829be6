import { findCheckpoint, type ConnectionRow } from '#warehouse';
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

const fussy = fakeStream(
  'fake.fussy',
  {},
  {
    map: (record) => {
      const { name, qty, price } = record as { name: string; qty: number; price: string };
      if (name === 'throws') throw new TypeError("Cannot read properties of null (reading 'x')");
      return { name, qty, price, madeAt: null };
    },
  },
);

describeDb('records that do not parse', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform({ streams: [fakeStream('fake.things'), fussy] }), shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.requests.length = 0;
    db.clock.now = NOW;
  });

  const quarantined = () =>
    db.engine.warehouse.query<Record<string, unknown>>(
      `select record_key as key, reason, state, times from quarantine where connection_id = $1 order by 1`,
      [connection.id],
    );
  const rows = async () =>
    (
      await db.engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 order by 1',
        [connection.id],
      )
    ).map((row) => row.id);
  const checkpoint = async () =>
    (await findCheckpoint(db.engine.warehouse, connection.id, 'fake.things'))?.cursorAt.toISOString() ?? null;
  const broken = (n: number) => ({ ...thing(n), qty: 'many' });

  it('are kept with their reason while their neighbours land, and the run succeeds', async () => {
    shop.things = [thing(1), broken(2), thing(3)];
    expect(await db.finish(await db.queue(connection))).toMatchObject({
      state: 'succeeded',
      records: 3,
      inserted: 4,
      quarantined: 1,
    });
    expect(await rows()).toEqual(['t0001', 't0003']);
    expect(await quarantined()).toEqual([
      { key: 't0002', reason: expect.stringMatching(/^qty: .*number/) as string, state: 'open', times: 1 },
    ]);
  });

  it('are marked landed when they come back whole', async () => {
    shop.things = [broken(1), thing(2)];
    await db.finish(await db.queue(connection));
    await db.finish(await db.queue(connection));
    expect(await quarantined()).toMatchObject([{ key: 't0001', state: 'open', times: 2 }]);
    shop.things = manyThings(2);
    await db.finish(await db.queue(connection));
    expect(await quarantined()).toMatchObject([{ key: 't0001', state: 'landed' }]);
    expect(await rows()).toEqual(['t0001', 't0002']);
  });

  it.each([
    [4, 10, 'succeeded'],
    [5, 16, 'failed'],
    [5, 10, 'failed'],
  ] as const)('%i of the %i of one page: the run has %s', async (bad, of, state) => {
    shop.headers['x-room'] = 'yes';
    shop.things = manyThings(of).map((one, i) => (i < bad ? { ...one, qty: null } : one));
    const run = await db.queue(connection);
    await db.engine.warehouse.query('update runs set page_size = 16 where id = $1', [run.id]);
    expect(await db.finish(run)).toMatchObject({ state, quarantined: bad });
    expect(await quarantined()).toHaveLength(bad);
    expect(await rows()).toHaveLength(state === 'failed' ? 0 : of - bad);
    delete shop.headers['x-room'];
  });

  it('past a share stop the run where it stands: kept, nothing moved, and read again once mended', async () => {
    shop.things = manyThings(20).map((one, i) => (i >= 8 ? { ...one, price: 'free' } : one));
    const run = await db.queue(connection);
    await db.engine.warehouse.query('update runs set page_size = 8 where id = $1', [run.id]);
    const failed = await db.finish(run);
    expect(failed).toMatchObject({ state: 'failed', failureKind: 'bug', pages: 1, quarantined: 8 });
    expect(failed.failure).toContain('8 of 8 records of one page do not parse');
    expect(failed.failure).toContain('the checkpoint has not moved');
    expect(await checkpoint()).toBe(thing(8).updatedAt);
    expect(failed.place).toEqual({ after: `${thing(8).updatedAt} t0008` });
    shop.things = manyThings(20);
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'succeeded' });
    expect(await rows()).toHaveLength(20);
    expect(new Set((await quarantined()).map(({ state }) => state))).toEqual(new Set(['landed']));
  });

  it('in a nested page spoil their own record only', async () => {
    shop.things = [thing(1, { more: ['a'] }), thing(2)];
    shop.script = ({ url }) => (url.includes('/parts/') ? shop.reply(200, { parts: 'none' }) : undefined);
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'succeeded', quarantined: 1 });
    shop.script = () => undefined;
    expect(await rows()).toEqual(['t0002']);
    expect(await quarantined()).toMatchObject([
      { key: 't0001', reason: expect.stringContaining('parts') as string },
    ]);
  });

  it('because our own mapping throws, spoil their own record only', async () => {
    shop.things = [thing(1, { name: 'throws' }), thing(2)];
    expect(await db.finish(await db.queue(connection, { stream: 'fake.fussy' }))).toMatchObject({
      state: 'succeeded',
      quarantined: 1,
    });
    expect(await rows()).toEqual(['t0002']);
    expect(await quarantined()).toMatchObject([
      { reason: expect.stringContaining('Cannot read properties') as string },
    ]);
  });

  it.each([
    ['a number too large for its column', { qty: 3_000_000_000 }, 'qty: 3000000000 does not fit integer'],
    ['an empty key', { id: '' }, 'key: it is empty'],
    ['a key that no index holds', { id: 'k'.repeat(600) }, 'key: 600 characters where 500 are the most'],
    ['a key that cannot be stored as it is', { id: 'a\0b' }, 'key: it holds what Postgres cannot'],
  ])('as Postgres would take them, %s, spoil their own record only', async (_, more, reason) => {
    shop.things = [thing(1, more), thing(2)];
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'succeeded', quarantined: 1 });
    expect(await rows()).toEqual(['t0002']);
    expect(await quarantined()).toMatchObject([{ reason }]);
  });

  it('or come twice in one page in two versions, leave the newest and its children', async () => {
    const [older, newer] = [
      thing(1, { parts: ['a', 'b'] }),
      thing(1, { updatedAt: thing(5).updatedAt, parts: ['b'] }),
    ];
    shop.things = [newer, older];
    shop.script = (request) => ({
      ...shop.serve(request),
      body: { things: [newer, older].map((one) => ({ ...one, rest: null })), next: null },
    });
    await db.finish(await db.queue(connection));
    shop.script = () => undefined;
    const children = await db.engine.warehouse.query(
      'select source_id as id from test_parts where connection_id = $1 and deleted_at is null',
      [connection.id],
    );
    expect(children).toEqual([{ id: 'b' }]);
  });

  it('or are bad in one of two versions stay in the quarantine though the other lands', async () => {
    const answer = [thing(1), { ...thing(1), updatedAt: thing(5).updatedAt, qty: 'many' }];
    shop.script = () =>
      shop.reply(200, { things: answer.map((one) => ({ ...one, rest: null })), next: null });
    await db.finish(await db.queue(connection));
    shop.script = () => undefined;
    expect(await rows()).toEqual(['t0001']);
    expect(await quarantined()).toMatchObject([{ key: 't0001', state: 'open' }]);
  });

  it('go by the key that their stream reads from the wire', async () => {
    const named = { ...fakeStream('fake.things'), rawKey: (payload: unknown) => (payload as Thing).name };
    const platform = fakePlatform({ streams: [named] });
    shop.things = [broken(1), thing(2), { ...broken(3), name: null }];
    await db.finish(await db.queue(connection), { platform });
    expect(await quarantined()).toMatchObject([
      { key: expect.stringMatching(/^payload:/) as string },
      { key: 'thing 1', state: 'open' },
    ]);
    shop.things = manyThings(3);
    await db.finish(await db.queue(connection), { platform });
    expect(await quarantined()).toMatchObject([{ state: 'open' }, { key: 'thing 1', state: 'landed' }]);
  });

  it('or were spoilt alike are not taken for one record', async () => {
    const spoilt = [7, 'x'.repeat(600), 'a\0b', ''].flatMap((id) => [1, 2].map((n) => ({ ...thing(n), id })));
    for (const some of [spoilt.slice(0, 4), spoilt.slice(4)]) {
      shop.script = () =>
        shop.reply(200, { things: some.map((one) => ({ ...one, rest: null })), next: null });
      expect(await db.finish(await db.queue(connection))).toMatchObject({
        state: 'succeeded',
        quarantined: 4,
      });
    }
    shop.script = () => undefined;
    expect(await quarantined()).toHaveLength(8);
  });

  it('of any length have keys that an index takes', async () => {
    const noise = Array.from({ length: 5000 }, (_, i) =>
      String.fromCharCode(33 + ((i * i * 31 + i) % 94)),
    ).join('');
    shop.things = [thing(1, { id: noise }), thing(2)];
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'succeeded', quarantined: 1 });
    expect(await rows()).toEqual(['t0002']);
  });
});
