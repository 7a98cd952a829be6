import { later, minutes } from '#kernel';
import { findCheckpoint, type ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { bankPlatform, bankStream, day, entries, entry, FakeBank } from '../../tests/fake-bank.js';
import { describeDb } from '../../tests/postgres.js';
import { among } from './each.js';

const streams = [
  bankStream('fake.entries'),
  bankStream('fake.list', null),
  bankStream('fake.passes', {}, { each: among(() => [{ id: 'b' }, { id: 'a' }, { id: 'b' }]) }),
];

describeDb('a stream that is read once per parent', () => {
  const bank = new FakeBank();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(bankPlatform(streams), bank);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    bank.accounts = ['a', 'b', 'c'];
    bank.entries = [...entries('a', 3), ...entries('c', 5)];
    bank.requests.length = 0;
    bank.script = () => undefined;
    db.clock.now = NOW;
  });

  const run = async (kind: 'incremental' | 'refresh' = 'incremental', stream = 'fake.entries') =>
    db.finish(await db.queue(connection, { kind, stream }));
  const alive = async (): Promise<string[]> =>
    (
      await db.engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 and deleted_at is null order by 1',
        [connection.id],
      )
    ).map(({ id }) => id);
  const checkpoint = async () =>
    (await findCheckpoint(db.engine.warehouse, connection.id, 'fake.entries'))?.cursorAt.toISOString() ??
    null;
  const parentsKept = async () =>
    db.engine.warehouse.query(
      'select from run_parents p join runs r on r.id = p.run_id where r.connection_id = $1',
      [connection.id],
    );

  it('reads each of them to its end, in the order of their list, by what the reply’s headers say', async () => {
    expect(await run()).toMatchObject({ state: 'succeeded', records: 8, inserted: 8, pages: 6, calls: 8 });
    expect(bank.asked).toEqual(['accounts', 'accounts', 'a 1', 'a 2', 'b 1', 'c 1', 'c 2', 'c 3']);
    expect(await alive()).toHaveLength(8);
    expect(await parentsKept()).toEqual([]);
  });

  it('reads parents that are known without a call, each of them once', async () => {
    expect(await run('incremental', 'fake.passes')).toMatchObject({ state: 'succeeded', records: 3 });
    expect(bank.asked).toEqual(['b 1', 'a 1', 'a 2']);
  });

  it('goes on at the parent and the page where it stood, with the parents it began with', async () => {
    const begun = await db.queue(connection);
    for (let slices = 0; slices < 3; slices++) await db.attempt(begun, { engine: { sliceMs: 0 } });
    expect(bank.asked.slice(2)).toEqual(['a 1', 'a 2', 'b 1']);
    bank.accounts = ['z', 'a', 'b', 'c'];
    expect(await db.finish(begun)).toMatchObject({ state: 'succeeded', records: 8, inserted: 8, pages: 6 });
    expect(bank.asked.slice(5)).toEqual(['c 1', 'c 2', 'c 3']);
  });

  const dies = (): never => {
    throw new Error('died');
  };

  it.each(['fake.entries', 'fake.list'])(
    'closes again with the parents it read where its worker died before the end was written: %s',
    async (stream) => {
      await run('incremental', stream);
      bank.entries = bank.entries.filter(({ id }) => id !== entry('a', 1).id);
      const begun = await db.queue(connection, { kind: 'refresh', stream });
      const metrics = { ...db.engine.metrics, run: dies };
      await expect(db.attempt(begun, { engine: { metrics } })).rejects.toThrow('died');
      expect(await db.find(begun)).toMatchObject({ state: 'running' });
      expect(await parentsKept()).toHaveLength(1);
      bank.accounts = [];
      bank.requests.length = 0;
      db.clock.now = later(db.clock.now, minutes(2));
      expect(await db.finish(begun)).toMatchObject({ state: 'succeeded', gone: 1 });
      expect(bank.asked).toEqual([]);
      expect(await alive()).toHaveLength(7);
      expect(await parentsKept()).toEqual([]);
    },
  );

  it('keeps no parents of a run that succeeded, though its worker died with the word that it did', async () => {
    const begun = await db.queue(connection);
    const { logger } = db.engine;
    const info = (_: object, said: string): void => void (said === 'run succeeded' && dies());
    const dying = { ...logger, child: () => ({ ...logger, info }) };
    await expect(db.attempt(begun, { engine: { logger: dying } })).rejects.toThrow('died');
    expect(await db.find(begun)).toMatchObject({ state: 'succeeded' });
    expect(await parentsKept()).toEqual([]);
  });

  it('moves the checkpoint when all of them are read, not before', async () => {
    const begun = await db.queue(connection);
    for (let slices = 0; slices < 5; slices++) await db.attempt(begun, { engine: { sliceMs: 0 } });
    expect(await db.find(begun)).toMatchObject({ state: 'queued', pages: 5 });
    expect(await checkpoint()).toBeNull();
    await db.finish(begun);
    expect(await checkpoint()).toBe(day(5));
  });

  it.each(['fake.entries', 'fake.list'])(
    'marks gone what all of them no longer serve, a parent that is no longer there included: %s',
    async (stream) => {
      await run('incremental', stream);
      bank.accounts = ['a', 'c'];
      bank.entries = [...entries('a', 2), ...entries('c', 4)];
      expect(await run('refresh', stream)).toMatchObject({ state: 'succeeded', gone: 2 });
      expect(await alive()).toEqual(['a001', 'a002', 'c001', 'c002', 'c003', 'c004']);
      bank.accounts = ['c'];
      expect(await run('refresh', stream)).toMatchObject({ state: 'succeeded', gone: 2 });
      expect(await alive()).toEqual(['c001', 'c002', 'c003', 'c004']);
    },
  );

  it('marks nothing gone where one of them could not be read', async () => {
    await run();
    bank.entries = entries('a', 3);
    bank.script = ({ query }) => (query?.['account'] === 'c' ? bank.reply(404) : undefined);
    expect(await run('refresh')).toMatchObject({ state: 'failed', gone: 0 });
    expect(await alive()).toHaveLength(8);
  });

  it('of no parents at all is suspicious where rows are here, else fine', async () => {
    bank.accounts = [];
    expect(await run()).toMatchObject({ state: 'succeeded', pages: 0, records: 0, calls: 1 });
    bank.accounts = ['a'];
    await run();
    bank.accounts = [];
    const empty = await run('refresh');
    expect(empty).toMatchObject({ state: 'failed', gone: 0 });
    expect(empty.failure).toContain('suspiciously empty');
  });

  describe('whose platform forgets a place', () => {
    it('is begun anew there, and nothing is lost or doubled', async () => {
      bank.script = ({ query }, n) => (query?.['page'] === 2 && n === 7 ? bank.reply(410) : undefined);
      bank.accounts = ['c'];
      bank.script = ({ query }, n) => (n === 3 && query?.['page'] === 2 ? bank.reply(410) : undefined);
      expect(await run()).toMatchObject({ state: 'succeeded', inserted: 5, attempt: 1 });
      expect(bank.asked).toEqual(['accounts', 'c 1', 'c 2', 'c 1', 'c 2', 'c 3']);
    });

    it('again and again is tried later', async () => {
      bank.script = ({ query }) => (query?.['page'] === 2 ? bank.reply(410) : undefined);
      bank.accounts = ['c'];
      const begun = await db.queue(connection);
      expect(await db.attempt(begun)).toMatchObject({ to: 'retry' });
      expect(await db.find(begun)).toMatchObject({ failure: expect.stringContaining('forgot') });
    });

    it('at its first page is what the platform says', async () => {
      bank.script = ({ query }) => (query?.['account'] === 'a' ? bank.reply(410) : undefined);
      const begun = await db.queue(connection);
      expect(await db.attempt(begun)).toMatchObject({
        to: 'retry',
        message: expect.stringContaining('expired'),
      });
    });
  });

  it('keeps the bad records of one parent aside and lands the others', async () => {
    bank.entries.push({ ...entry('b', 1), amount: 7 });
    expect(await run()).toMatchObject({ state: 'succeeded', inserted: 8, quarantined: 1 });
  });
});
