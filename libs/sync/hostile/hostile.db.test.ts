import { minutes } from '#kernel';
import { findCheckpoint, type ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { fakePlatform, FakeShop, manyThings, thing, type Thing } from '../../../tests/fake-platform.js';
import { describeDb } from '../../../tests/postgres.js';
import { deep, odd, unusable } from './testing/records.js';

describeDb('a platform whose only purpose is to hurt', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform(), shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.things = [];
    shop.requests.length = 0;
    shop.script = () => undefined;
    shop.sorted = true;
    db.clock.now = NOW;
  });

  /** As from the wire: through JSON text, where `__proto__` is a key like any other. */
  const answer = (body: unknown) => shop.reply(200, JSON.parse(JSON.stringify(body)));
  const run = async () => db.finish(await db.queue(connection));
  const finishInSlices = async () => {
    const asked = await db.queue(connection);
    for (let slices = 0; slices < 300; slices++) {
      const { to } = await db.attempt(asked, { engine: { sliceMs: 0 } });
      if (to !== 'later') break;
    }
    return db.find(asked);
  };
  const rows = async () =>
    (
      await db.engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 and deleted_at is null order by 1',
        [connection.id],
      )
    ).map((row) => row.id);
  const ids = () => (shop.things as Thing[]).map((one) => one.id).sort();
  const open = async () =>
    (
      await db.engine.warehouse.query<{ n: string }>(
        `select count(*) as n from quarantine where connection_id = $1 and state = 'open'`,
        [connection.id],
      )
    )[0]?.n;

  it.each(unusable)('sends a record with %s: it is kept aside, its neighbour lands', async (_, record) => {
    shop.script = () => shop.reply(200, { things: [record, { ...thing(2), rest: null }], next: null });
    expect(await run()).toMatchObject({ state: 'succeeded', records: 2, quarantined: 1, inserted: 2 });
    expect(await rows()).toEqual(['t0002']);
    expect(await open()).toBe('1');
    // And it does so again: nothing is doubled.
    expect(await run()).toMatchObject({ state: 'succeeded', same: 2 });
    expect(await open()).toBe('1');
  });

  it.each(odd)('sends a record with %s: it lands', async (_, record) => {
    shop.script = () => answer({ things: [record], next: null });
    expect(await run()).toMatchObject({ state: 'succeeded', inserted: 2, quarantined: 0 });
    expect(await rows()).toEqual([record.id]);
    expect(await run()).toMatchObject({ state: 'succeeded', same: 2 });
  });

  it('poisons no prototype', async () => {
    const poison = JSON.parse(
      `{"id":"t1","updatedAt":"2026-11-01T00:00:00Z","name":"n","qty":1,"price":"1","gone":false,"parts":[],"rest":null,
        "__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`,
    ) as object;
    shop.script = () => shop.reply(200, { things: [poison, { ...poison, id: null }], next: null });
    expect(await run()).toMatchObject({ state: 'succeeded', inserted: 1, quarantined: 1 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('answers nothing for a page: it is tried again', async () => {
    shop.script = () => shop.reply(200, null);
    const asked = await db.queue(connection);
    expect(await db.attempt(asked)).toMatchObject({ to: 'retry' });
    expect(await db.find(asked)).toMatchObject({ failure: expect.stringContaining('with nothing in it') });
  });

  it.each([
    ['a text', 'sorry'],
    ['a list', []],
    ['no list of records', { things: null, next: null }],
    ['an object for the list', { things: { 0: {} }, next: null }],
  ])('answers %s for a page: the run fails as a bug, nothing moves', async (_, body) => {
    shop.script = () => shop.reply(200, body);
    expect(await run()).toMatchObject({ state: 'failed', failureKind: 'bug', pages: 0 });
  });

  it('answers a page of HTML under 200: it is tried again', async () => {
    shop.script = () => shop.reply(200, '<!DOCTYPE html><html><body>one moment</body></html>');
    expect(await db.attempt(await db.queue(connection))).toMatchObject({ to: 'retry' });
  });

  it.each([
    ['a number', 7],
    ['a list', [1, [2]]],
    ['an empty text', ''],
    ['zero bytes', { after: 'a\0b' }],
    ['100 kB', 'x'.repeat(100_000)],
    ['false', false],
  ])('gives %s for a place: it is handed back as it came', async (_, place) => {
    const asked: unknown[] = [];
    shop.script = ({ query }) => {
      asked.push(query?.['place'] === undefined ? null : JSON.parse(String(query['place'])));
      return shop.reply(200, {
        things: [{ ...thing(asked.length), rest: null }],
        next: asked.length === 1 ? place : null,
      });
    };
    expect(await run()).toMatchObject({ state: 'succeeded', pages: 2 });
    expect(asked).toEqual([null, place]);
  });

  it('sends a thousand times what was asked for: it lands whole', async () => {
    const many = manyThings(4000).map((one) => ({ ...one, rest: null }));
    shop.script = () => shop.reply(200, { things: many, next: null });
    expect(await run()).toMatchObject({ state: 'succeeded', pages: 1, inserted: 8000 });
  });

  it('sends the same records on every page, in several versions: the newest stays', async () => {
    const versions = [3, 1, 2].map((n) => ({
      ...thing(n, { id: 'same', name: `version ${n}`, parts: [`p${n}`] }),
      rest: null,
    }));
    let page = 0;
    shop.script = () => {
      const at = page++;
      return shop.reply(200, {
        things: [versions[at], versions[0]],
        next: at < 2 ? { after: String(at) } : null,
      });
    };
    expect(await run()).toMatchObject({ state: 'succeeded', pages: 3, inserted: 2 });
    expect(
      await db.engine.warehouse.query('select name from test_things where connection_id = $1', [
        connection.id,
      ]),
    ).toEqual([{ name: 'version 3' }]);
    expect(
      await db.engine.warehouse.query(
        'select source_id as id from test_parts where connection_id = $1 and deleted_at is null',
        [connection.id],
      ),
    ).toEqual([{ id: 'p3' }]);
  });

  it.each<[string, (page: number) => unknown]>([
    ['the same records under ever new names', () => [1, 2].map((n) => ({ ...thing(n), rest: null }))],
    ['nothing under ever new names', (page) => (page === 1 ? [{ ...thing(1), rest: null }] : [])],
  ])(
    'gives pages without end, %s: the run stops and says so',
    async (_, things) => {
      let n = 0;
      shop.script = () => shop.reply(200, { things: things(++n), next: { after: String(n) } });
      // In slices of one page, which forget the places of the slice before.
      expect(await finishInSlices()).toMatchObject({
        state: 'failed',
        failureKind: 'bug',
        failure: expect.stringMatching(/goes round in circles/),
        pages: 256,
      });
    },
    60_000,
  );

  it('gives pages in a circle longer than a time slice: the run stops and says so', async () => {
    let n = 0;
    shop.script = () =>
      shop.reply(200, { things: [{ ...thing(++n % 3), rest: null }], next: { after: String(n % 3) } });
    expect(await finishInSlices()).toMatchObject({ failureKind: 'bug', pages: 256, records: 256 });
  }, 60_000);

  it('makes up new records without end: they are believed up to a million pages', async () => {
    let n = 0;
    shop.script = () =>
      shop.reply(200, { things: [{ ...thing(++n), rest: null }], next: { after: String(n) } });
    const asked = await db.queue(connection);
    await db.engine.warehouse.query(
      'with r as (update runs set pages = $2, records = $2 where id = $1 returning 1) select from r',
      [asked.id, 999_998],
    );
    expect(await db.finish(asked)).toMatchObject({ failureKind: 'bug', pages: 1_000_000 });
  });

  it('sends a nested list without end: its record is kept aside, its neighbour lands', async () => {
    shop.script = ({ url }, n) =>
      url.includes('/parts/')
        ? shop.reply(200, { parts: [], rest: n })
        : shop.reply(200, {
            things: [
              { ...thing(1), rest: 0 },
              { ...thing(2), rest: null },
            ],
            next: null,
          });
    expect(await run()).toMatchObject({ state: 'succeeded', quarantined: 1, inserted: 2 });
    expect(await rows()).toEqual(['t0002']);
  });

  it('sends empty pages that go on: they are read to the end', async () => {
    shop.things = manyThings(2);
    let n = 0;
    shop.script = (request) =>
      ++n < 4 ? shop.reply(200, { things: [], next: { after: `${' '.repeat(n)}` } }) : shop.serve(request);
    expect(await run()).toMatchObject({ state: 'succeeded', pages: 4, records: 2 });
  });

  it('has clocks that go back: nothing is lost, and the checkpoint does not follow', async () => {
    shop.things = manyThings(6);
    await run();
    const before = await findCheckpoint(db.engine.warehouse, connection.id, 'fake.things');
    // An hour back by the platform's clock: edits are older than what was read.
    shop.things = manyThings(6).map((one, i) =>
      i < 5 ? one : { ...one, updatedAt: thing(-60).updatedAt, name: 'late' },
    );
    await run();
    const after = await findCheckpoint(db.engine.warehouse, connection.id, 'fake.things');
    expect(after?.cursorAt).toEqual(before?.cursorAt);
    db.clock.now = new Date(NOW.getTime() - minutes(600));
    shop.things = manyThings(8);
    expect(await run()).toMatchObject({ state: 'succeeded' });
    expect(await rows()).toEqual(ids());
    expect(
      (await findCheckpoint(db.engine.warehouse, connection.id, 'fake.things'))?.cursorAt.toISOString(),
    ).toBe(thing(8).updatedAt);
  });

  it('keeps what it sent aside, to be looked at, cut off only where it has no bottom', async () => {
    shop.script = () =>
      shop.reply(200, {
        things: [
          { id: 'a', ...(deep(50) as object) },
          { id: 'b', ...(deep(5000) as object) },
        ],
        next: null,
      });
    await run();
    const kept = await db.engine.warehouse.query<{ payload: object }>(
      'select payload from quarantine where connection_id = $1 order by record_key',
      [connection.id],
    );
    expect(kept[0]?.payload).toEqual({ id: 'a', ...(deep(50) as object) });
    expect(JSON.stringify(kept[1]?.payload)).toContain('nested deeper than is kept');
  });
});
