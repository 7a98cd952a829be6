import { later, minutes } from '#kernel';
import type { ConnectionRow, NewRun, RunRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import {
  fakeCensus,
  fakePlatform,
  FakeShop,
  fakeStream,
  manyThings,
  type Thing,
} from '../../tests/fake-platform.js';
import { fakeListing, openListDoor } from '../../tests/fake-listing.js';
import { describeDb } from '../../tests/postgres.js';

const { sums: _, ...census } = fakeCensus;
const streams = [
  fakeStream('fake.things'),
  fakeStream('fake.counted', {}, { census }),
  fakeStream('fake.list', null),
  fakeStream('fake.heap', { order: 'unordered' }),
  { ...fakeStream('fake.listed'), listing: fakeListing },
];

describeDb('a run whose worker dies when all is read and closed, and its end is not written', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform({ streams }), shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.things = manyThings(30);
    shop.script = () => undefined;
    shop.bounded = true;
    db.clock.now = NOW;
  });

  const read = async (run: Partial<NewRun>): Promise<RunRow> => db.finish(await db.queue(connection, run));
  /** Reads to the close, dies before the run's row says so, and goes on elsewhere. */
  const readTwice = async (run: Partial<NewRun>): Promise<RunRow> => {
    db.clock.now = later(db.clock.now, minutes(1));
    const queued = await db.queue(connection, run);
    const dying = {
      ...db.engine.metrics,
      run: () => {
        throw new Error('died');
      },
    };
    await expect(db.attempt(queued, { engine: { metrics: dying } })).rejects.toThrow('died');
    expect((await db.find(queued)).state).toBe('running');
    db.clock.now = later(db.clock.now, minutes(2));
    return db.finish(queued);
  };
  const live = async (): Promise<string[]> =>
    (
      await db.engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 and deleted_at is null order by 1',
        [connection.id],
      )
    ).map(({ id }) => id);
  const ids = () => (shop.things as Thing[]).map(({ id }) => id).sort();
  const notes = () =>
    db.engine.warehouse.query(
      'select from run_seen s join runs r on r.id = s.run_id where r.connection_id = $1',
      [connection.id],
    );

  it.each(['fake.things', 'fake.list', 'fake.heap'])(
    'marks gone what is gone and nothing else: %s',
    async (stream) => {
      await read({ stream });
      shop.things = (shop.things as Thing[]).filter(({ id }) => id !== 't0007');
      expect(await readTwice({ stream, kind: 'refresh' })).toMatchObject({ state: 'succeeded', gone: 2 });
      expect(await live()).toEqual(ids());
      expect(await notes()).toEqual([]);
    },
  );

  it('still knows what it was served when it had to read twice', async () => {
    await read({ stream: 'fake.counted' });
    await db.engine.warehouse.query(
      `delete from test_things where connection_id = $1 and source_id > 't0027'`,
      [connection.id],
    );
    const [, ...rest] = [...shop.things];
    let isLate = true;
    // The first reading is not served the newest records.
    shop.script = (request) => {
      if (new URL(request.url).pathname.endsWith('/count')) isLate = false;
      if (!isLate || request.query?.['to'] === undefined) return undefined;
      const all = shop.things;
      shop.things = rest.slice(0, 26);
      const reply = shop.serve(request);
      shop.things = all;
      return reply;
    };
    const run = await db.queue(connection, { stream: 'fake.counted' });
    const first = await db.attempt(run);
    expect(first).toMatchObject({ to: 'retry' });
    expect(await db.find(run)).toMatchObject({ reading: 'again' });
    const dying = {
      ...db.engine.metrics,
      run: () => {
        throw new Error('died');
      },
    };
    db.clock.now = later(db.clock.now, minutes(1));
    await expect(db.attempt(run, { engine: { metrics: dying } })).rejects.toThrow('died');
    db.clock.now = later(db.clock.now, minutes(2));
    expect(await db.finish(run)).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    expect(await live()).toEqual(ids());
    expect(await notes()).toEqual([]);
  });

  it('asks for no row that a comparison has seen in the list', async () => {
    const door = openListDoor(shop);
    await read({ stream: 'fake.listed' });
    expect(await readTwice({ stream: 'fake.listed', kind: 'reconcile' })).toMatchObject({
      state: 'succeeded',
      records: 0,
    });
    expect(door.fetches).toEqual([]);
    expect(await notes()).toEqual([]);
  });
});
