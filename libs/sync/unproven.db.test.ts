import type { Stream } from '#sync';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream, manyThings, type Thing } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';

/** Its quantity is the number of its parts. */
const stream: Stream = {
  ...fakeStream('fake.things'),
  proof: (record) => {
    const { qty, parts } = record as Thing;
    return qty === parts.length ? null : `${qty} parts were told, ${parts.length} are here`;
  },
};

describeDb('a record that does not add up', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform({ streams: [stream] }), shop);
  });
  afterAll(() => db.close());

  const wrong = (id: string): Thing => {
    const [thing] = manyThings(1);
    return { ...thing!, id, qty: 3, parts: [`${id}/1`, `${id}/2`] };
  };
  const right = (): Thing[] => manyThings(6).map((one) => ({ ...one, qty: one.parts.length }));

  it('is kept out and makes the run red, in every run that meets it; the others land', async () => {
    const connection = await db.connect();
    const rows = () =>
      db.engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1',
        [connection.id],
      );
    const run = async (kind: 'incremental' | 'refresh' = 'refresh') =>
      db.finish(await db.queue(connection, { kind }));
    shop.things = [...right(), wrong('odd')];
    for (const kind of ['incremental', 'refresh'] as const) {
      const red = await run(kind);
      expect(red).toMatchObject({ state: 'failed', failureKind: 'bug', quarantined: 1 });
      expect(red.failure).toContain(
        '1 records do not add up, the first is odd (3 parts were told, 2 are here); they are kept out',
      );
      expect(await rows()).toHaveLength(6);
    }
    shop.things = [...right(), { ...wrong('odd'), qty: 2 }];
    expect(await run()).toMatchObject({ state: 'succeeded', inserted: 3, quarantined: 0 });
    expect(await rows()).toHaveLength(7);
  });

  it('that somebody put aside makes no run red', async () => {
    const connection = await db.connect();
    shop.things = [...right(), wrong('odd')];
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'failed' });
    await db.engine.warehouse.query(
      `update quarantine set state = 'ignored' where connection_id = $1 and state = 'open'`,
      [connection.id],
    );
    expect(await db.finish(await db.queue(connection, { kind: 'refresh' }))).toMatchObject({
      state: 'succeeded',
      quarantined: 1,
    });
  });

  it('is no matter of one that does not parse: its run stays green', async () => {
    const connection = await db.connect();
    shop.things = [...right(), { ...wrong('odd'), price: 'much' }];
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'succeeded', quarantined: 1 });
  });
});
