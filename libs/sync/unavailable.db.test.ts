import { freshness, listStreamStates, type ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { bankPlatform, bankStream, entries, FakeBank } from '../../tests/fake-bank.js';
import { describeDb } from '../../tests/postgres.js';
import { whyUnavailable } from './unavailable.js';

describeDb('a stream that the account does not have', () => {
  const bank = new FakeBank();
  const streams = [bankStream('fake.entries'), bankStream('fake.list', null, { each: undefined })];
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(bankPlatform(streams), bank);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    bank.accounts = ['a'];
    bank.entries = entries('a', 3);
    bank.script = () => undefined;
  });
  const lacking = () => {
    bank.script = ({ url }) => (url.endsWith('/accounts') ? bank.reply(451) : undefined);
  };
  const row = async () =>
    (await freshness(db.engine.warehouse)).find((one) => one.connectionId === connection.id);

  it('ends cancelled with the reason, alarms nobody, and leaves what is here', async () => {
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'succeeded', inserted: 3 });
    lacking();
    const run = await db.queue(connection);
    expect(await db.attempt(run)).toEqual({
      to: 'done',
      result: { unavailable: '451: the plan has no bank accounts' },
    });
    expect(await db.find(run)).toMatchObject({
      state: 'cancelled',
      reason: 'unavailable: 451: the plan has no bank accounts',
      failure: null,
      failureKind: null,
      attempt: 1,
    });
    expect(whyUnavailable(await db.find(run))).toBe('451: the plan has no bank accounts');
    expect(whyUnavailable({ state: 'cancelled', reason: 'cancelled by hand' })).toBeNull();
    expect(await row()).toMatchObject({
      unavailable: true,
      notice: 'unavailable: 451: the plan has no bank accounts',
      lastFailure: null,
    });
    const failures = await db.engine.warehouse.query(`select 1 from failures where stream = 'fake.entries'`);
    expect(failures).toEqual([]);
    expect(await db.finish(await db.queue(connection, { stream: 'fake.list' }))).toMatchObject({
      state: 'succeeded',
    });
  });

  it('is available again with the first run that succeeds', async () => {
    lacking();
    await db.attempt(await db.queue(connection));
    const [state] = (await listStreamStates(db.engine.warehouse)).filter(
      (one) => one.connectionId === connection.id,
    );
    expect(state).toMatchObject({ unavailable: '451: the plan has no bank accounts', unavailableAt: NOW });
    bank.script = () => undefined;
    expect(await db.finish(await db.queue(connection))).toMatchObject({ state: 'succeeded', inserted: 3 });
    expect(await row()).toMatchObject({ unavailable: false, notice: null });
  });
});
