import { later, minutes, type Json } from '#kernel';
import {
  abortBulk,
  beginReplay,
  cancelRun,
  dropReplay,
  editQuarantined,
  findBulk,
  findQuarantined,
  freshness,
  listFailures,
  listQuarantine,
  replayable,
  type ConnectionRow,
  type DeskFilter,
  type Replay,
} from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream, manyThings, thing } from '../../tests/fake-platform.js';
import { listedStream, openListDoor } from '../../tests/fake-listing.js';
import { describeDb } from '../../tests/postgres.js';
import { deep } from './hostile/testing/records.js';

/** A mapper that was wrong and is mended: it threw on some names. */
let wrong = true;
const fussy = fakeStream(
  'fake.fussy',
  {},
  {
    map: (record) => {
      const { name, qty, price } = record as { name: string; qty: number; price: string };
      if (wrong && name === 'odd') throw new TypeError("Cannot read properties of null (reading 'x')");
      return { name, qty, price, madeAt: null };
    },
  },
);

describeDb('a replay', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform({ streams: [fakeStream('fake.things'), fussy] }), shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.script = () => undefined;
    shop.requests.length = 0;
    db.clock.now = NOW;
    wrong = true;
  });

  const run = async (stream = 'fake.things') => db.finish(await db.queue(connection, { stream }));
  const records = (state: 'open' | 'landed' = 'open') =>
    listQuarantine(db.engine.warehouse, { state, connectionId: connection.id, limit: 1000 });
  const begin = (filter: DeskFilter = {}): Promise<Replay | null> =>
    beginReplay(db.engine.warehouse, { connectionId: connection.id, ...filter }, 'ann', NOW);
  const replay = async (filter: DeskFilter = {}) => {
    const begun = (await begin(filter))!;
    const runs = [];
    for (const one of begun.runs) runs.push(await db.finish(one));
    return { runs, bulk: await findBulk(db.engine.warehouse, begun.bulkId) };
  };
  const rows = (table = 'test_things') =>
    db.engine.warehouse.query<{ id: string; name: string }>(
      `select source_id as id, name from ${table} where connection_id = $1 and deleted_at is null order by 1`,
      [connection.id],
    );
  const edit = async (payload: Json, key?: string) => {
    const one = (await records()).find(({ recordKey }) => key === undefined || recordKey === key)!;
    await editQuarantined(db.engine.warehouse, { ...one, connection: connection.name }, payload, {
      by: 'ann',
      at: NOW,
    });
    return one.id;
  };
  const wire = (n: number, more: object = {}): Record<string, Json> => ({ ...thing(n), rest: null, ...more });

  it('lands what a mended mapper can use, with its children, and says so everywhere', async () => {
    shop.things = [thing(1, { name: 'odd' }), thing(2), thing(3, { name: 'odd' })];
    await run('fake.fussy');
    expect(await rows()).toHaveLength(1);
    wrong = false;
    expect(await replayable(db.engine.warehouse, { connectionId: connection.id })).toEqual([
      { connectionId: connection.id, connection: connection.name, stream: 'fake.fussy', records: 2, cut: 0 },
    ]);
    const asked = shop.requests.length;
    const { runs, bulk } = await replay({ stream: 'fake.fussy' });
    expect(runs).toMatchObject([
      { state: 'succeeded', kind: 'replay', records: 2, inserted: 4, quarantined: 0, calls: 0 },
    ]);
    expect(bulk).toMatchObject({ action: 'replay', state: 'done', total: 2, done: 2, failed: 0 });
    // No call was needed.
    expect(shop.requests).toHaveLength(asked);
    expect(await rows()).toHaveLength(3);
    expect(await rows('test_parts')).toHaveLength(3);
    expect(await records()).toEqual([]);
    expect(await records('landed')).toHaveLength(2);
    const groups = await listFailures(db.engine.warehouse, {
      states: ['open', 'resolved'],
      stream: 'fake.fussy',
    });
    expect(groups).toMatchObject([{ state: 'resolved', records: 0 }]);
    expect(await begin()).toBeNull();
  });

  it('leaves the checkpoint, and the stream’s last success, where they were', async () => {
    shop.things = [thing(1, { name: 'odd' }), thing(2)];
    await run('fake.fussy');
    const state = () =>
      db.engine.warehouse.query('select stream, cursor_at from checkpoints where connection_id = $1', [
        connection.id,
      ]);
    const freshAt = async () =>
      (await freshness(db.engine.warehouse)).find(({ connectionId }) => connectionId === connection.id)
        ?.lastSuccessAt;
    const [before, at] = [await state(), await freshAt()];
    wrong = false;
    db.clock.now = later(NOW, minutes(60));
    await replay();
    expect(await state()).toEqual(before);
    expect(await freshAt()).toEqual(at);
  });

  it('keeps what still does not parse, with its new reason in its new group', async () => {
    shop.things = [{ ...thing(1), qty: 'many' }, thing(2)];
    await run();
    const id = await edit(wire(1, { qty: 2 ** 31 }));
    const { runs, bulk } = await replay();
    expect(runs).toMatchObject([{ state: 'succeeded', records: 1, quarantined: 1, inserted: 0 }]);
    expect(bulk).toMatchObject({ state: 'done', done: 1, failed: 1 });
    const kept = await findQuarantined(db.engine.warehouse, id);
    expect(kept).toMatchObject({
      state: 'open',
      reason: 'qty: 2147483648 does not fit integer',
      replayRun: null,
    });
    expect(kept.payload).toMatchObject({ qty: 'many' });
    const groups = await listFailures(db.engine.warehouse, { states: ['open'], stream: 'fake.things' });
    expect(groups.find(({ fingerprint }) => fingerprint === kept.fingerprint)).toMatchObject({ records: 1 });
    // Once more changes nothing.
    expect((await replay()).bulk).toMatchObject({ failed: 1 });
  });

  it('takes a person’s edit, which stands as long as the platform sends the same', async () => {
    shop.things = [{ ...thing(1), qty: 'many' }, thing(2)];
    await run();
    const id = await edit(wire(1, { qty: 7 }));
    await replay();
    expect(await rows()).toHaveLength(2);
    expect(await findQuarantined(db.engine.warehouse, id)).toMatchObject({
      state: 'landed',
      editedBy: 'ann',
    });
    await run();
    expect(await findQuarantined(db.engine.warehouse, id)).toMatchObject({ state: 'landed', times: 2 });
    // What it sends now nobody has looked at.
    shop.things = [{ ...thing(1), qty: 'few' }, thing(2)];
    await run();
    expect(await findQuarantined(db.engine.warehouse, id)).toMatchObject({
      state: 'open',
      editedPayload: null,
    });
    expect(
      await db.engine.warehouse.query(
        `select actor, action, subject, outcome from audit_log where subject like '%' || $1`,
        [connection.name],
      ),
    ).toEqual([
      {
        actor: 'ann',
        action: 'quarantine.edit',
        subject: `fake.things t0001 on ${connection.name}`,
        outcome: 'done',
      },
    ]);
  });

  it('refuses an edit of what landed or was sent anew meanwhile', async () => {
    shop.things = [{ ...thing(1), qty: 'many' }];
    await run();
    const [one] = await records();
    await run();
    await expect(
      editQuarantined(db.engine.warehouse, { ...one!, connection: '' }, {}, { by: 'ann', at: NOW }),
    ).rejects.toThrow('was sent anew meanwhile');
  });

  it('never overwrites a newer row with an older payload', async () => {
    shop.things = [{ ...thing(1), qty: 'many' }];
    await run();
    const id = await edit(wire(1, { name: 'older', parts: ['old'] }));
    // Read by another path, a newer version under another raw key.
    await db.engine.warehouse.query('update quarantine set record_key = $2 where id = $1', [id, 'elsewhere']);
    shop.things = [thing(1, { updatedAt: thing(9).updatedAt, name: 'newer' })];
    await run();
    expect((await replay()).runs).toMatchObject([{ state: 'succeeded', inserted: 0, changed: 0 }]);
    expect(await rows()).toEqual([{ id: 't0001', name: 'newer' }]);
    expect(await rows('test_parts')).toEqual([{ id: 't1/1', name: 't1/1' }]);
    expect(await findQuarantined(db.engine.warehouse, id)).toMatchObject({ state: 'landed' });
  });

  it('follows a record’s nested lists', async () => {
    shop.things = [thing(1, { more: ['a', 'b', 'c'] }), thing(2)];
    shop.script = ({ url }) => (url.includes('/parts/') ? shop.reply(200, { parts: 'none' }) : undefined);
    await run();
    shop.script = () => undefined;
    expect((await replay()).runs).toMatchObject([{ state: 'succeeded', calls: 2, inserted: 5 }]);
    expect((await rows('test_parts')).map(({ id }) => id)).toEqual(['a', 'b', 'c', 't1/1', 't2/1']);
  });

  it('is throttled, killed and taken over like any run, and goes on with what is left', async () => {
    shop.things = manyThings(60).map((one) => ({ ...one, qty: 'many' }));
    for (let n = 0; n < 60; n += 3) {
      shop.things = manyThings(3, n + 1).map((one) => ({ ...one, qty: 'many' }));
      await run();
    }
    expect(await records()).toHaveLength(60);
    for (const one of await records())
      await editQuarantined(
        db.engine.warehouse,
        { ...one, connection: '' },
        wire(Number(one.recordKey.slice(1))),
        { by: 'ann', at: NOW },
      );
    const begun = (await begin())!;
    const [replaying] = begun.runs;
    let pages = 0;
    const stop = new AbortController();
    const progress = async () => {
      if (++pages === 1) stop.abort(new Error('the worker stops'));
    };
    expect(await db.attempt(replaying!, { progress, signal: stop.signal })).toMatchObject({ to: 'later' });
    expect(await records()).toHaveLength(10);
    expect(await findBulk(db.engine.warehouse, begun.bulkId)).toMatchObject({ state: 'running', done: 50 });
    expect(await db.finish(replaying!)).toMatchObject({
      state: 'succeeded',
      records: 60,
      pages: 2,
      inserted: 120,
    });
    expect(await findBulk(db.engine.warehouse, begun.bulkId)).toMatchObject({ state: 'done', done: 60 });
    expect(await rows()).toHaveLength(60);
  });

  it('that is called off leaves the rest in the quarantine', async () => {
    shop.things = [{ ...thing(1), qty: 'many' }];
    await run();
    const { bulkId, runs } = (await begin())!;
    const ids = runs.map(({ id }) => id);
    for (const id of ids) await cancelRun(db.engine.warehouse, id, 'called off', NOW);
    await dropReplay(db.engine.warehouse, ids);
    await abortBulk(db.engine.warehouse, bulkId, NOW);
    expect(await findBulk(db.engine.warehouse, bulkId)).toMatchObject({ state: 'aborted', done: 0 });
    expect(await records()).toMatchObject([{ state: 'open', replayRun: null }]);
    expect(await db.finish(runs[0]!)).toMatchObject({ state: 'cancelled', records: 0 });
  });

  it('leaves a record open that was sent anew while it was replayed', async () => {
    shop.things = [thing(1, { more: ['a'] })];
    shop.script = ({ url }) => (url.includes('/parts/') ? shop.reply(200, { parts: 'none' }) : undefined);
    await run();
    shop.script = async ({ url }) => {
      if (url.includes('/parts/'))
        await db.engine.warehouse.query(`update quarantine set times = times + 1 where connection_id = $1`, [
          connection.id,
        ]);
      return undefined as never;
    };
    expect((await replay()).runs).toMatchObject([{ state: 'succeeded' }]);
    expect(await records()).toMatchObject([{ state: 'open', replayRun: null }]);
  });

  it('does not replay what was not kept whole: without a way to fetch it, it says so', async () => {
    shop.things = [
      { ...thing(1), qty: 'many', ...(deep(300) as object) },
      { ...thing(2), name: 'a\0b', qty: 'many' },
    ];
    await run();
    expect(await replayable(db.engine.warehouse, { connectionId: connection.id })).toMatchObject([
      { records: 2, cut: 2 },
    ]);
    expect((await replay()).bulk).toMatchObject({ failed: 2 });
    expect((await records()).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('could not be kept as it was sent'),
      expect.stringContaining('could not be kept as it was sent'),
    ]);
    await edit(wire(1), 't0001');
    expect((await replay()).bulk).toMatchObject({ failed: 1 });
    expect(await rows()).toHaveLength(1);
  });

  it('fetches by its id what was not kept whole, where the stream can', async () => {
    const platform = fakePlatform({ streams: [listedStream] });
    openListDoor(shop);
    shop.things = [1, 2, 3].map((n) => ({ ...thing(n), qty: 'many', ...(deep(300) as object) }));
    await db.finish(await db.queue(connection), { platform });
    // Mended there, still broken there, and deleted there.
    shop.things = [thing(1), { ...thing(2), qty: 'few' }];
    const begun = (await begin())!;
    expect(await db.finish(begun.runs[0]!, { platform })).toMatchObject({
      state: 'succeeded',
      inserted: 2,
      quarantined: 2,
      calls: 3,
    });
    expect((await rows()).map(({ id }) => id)).toEqual(['t0001']);
    expect(Object.fromEntries((await records()).map(({ recordKey, reason }) => [recordKey, reason]))).toEqual(
      {
        t0002: expect.stringMatching(/^qty: /) as string,
        t0003: expect.stringContaining('the platform does not have it any more') as string,
      },
    );
  });
});
