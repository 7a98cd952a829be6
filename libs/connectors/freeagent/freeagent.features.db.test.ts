import { createSender, type Sender } from '#http';
import { days, later, minutes } from '#kernel';
import { DEMO_ACCESS, FreeAgentSimulator } from '#simulators/freeagent';
import { reloadConnection, type ConnectionRow, type NewRun, type RunRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { serveSimulator } from '../../../tests/serve-simulator.js';
import { freeagent } from './platform.js';
import { tradeOf } from './testing/trade.js';

/** A company that does not have everything, and books that change, through the real engine, door and network. */
describeDb('a FreeAgent company', () => {
  let db: TestEngine;
  let sender: Sender;
  let simulator: FreeAgentSimulator;
  let served: Awaited<ReturnType<typeof serveSimulator>>;
  let connection: ConnectionRow;
  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(freeagent, sender);
  });
  afterAll(async () => {
    sender.close();
    await db.close();
  });
  beforeEach(async () => {
    db.clock.now = NOW;
    const now = (): number => db.clock.now.getTime();
    simulator = new FreeAgentSimulator({
      accounts: [{ name: 'demo', trade: () => tradeOf(30, NOW) }],
      anchor: NOW,
      now,
    });
    simulator.knobs('demo', { limits: { perMinute: 100_000, perHour: 100_000 } });
    served = await serveSimulator(simulator, now);
    connection = await db.connect({
      settings: {},
      credentials: { ...DEMO_ACCESS },
      baseUrl: `${served.url}/freeagent/demo`,
      sandbox: true,
    });
  });
  afterEach(() => served.close());

  const read = async (stream: string, run: Partial<NewRun> = {}): Promise<RunRow> => {
    db.clock.now = later(db.clock.now, minutes(1));
    return db.finish(await db.queue(connection, { stream: `freeagent.${stream}`, ...run }));
  };
  const one = async <R>(sql: string): Promise<R> =>
    (await db.engine.warehouse.query<R>(sql, [connection.id]))[0]!;

  it.each([
    [{ level: 5 }, 'bank_accounts', /403/],
    [{ level: 5 }, 'bank_transactions', /403/],
    [{ off: ['bills'] }, 'bills', /404/],
  ])('with %j has no %s: the stream says so, and the rest goes on', async (knob, stream, said) => {
    simulator.knobs('demo', knob);
    const run = await read(stream);
    expect(run.state).toBe('cancelled');
    expect(
      await one(
        'select unavailable as why from streams where connection_id = $1 and unavailable is not null',
      ),
    ).toMatchObject({
      why: expect.stringMatching(said),
    });
    expect(await reloadConnection(db.engine.warehouse, connection.id)).toMatchObject({ status: 'active' });
    expect(await read('invoices')).toMatchObject({ state: 'succeeded' });
    simulator.knobs('demo', { level: 8, off: [] });
    expect(await read(stream)).toMatchObject({ state: 'succeeded' });
  });

  it('has its ledger replaced where entries were booked anew, and it still adds up to nothing', async () => {
    const { records } = simulator.truth('demo').streams['freeagent.transactions']!;
    expect(await read('transactions')).toMatchObject({ state: 'succeeded', inserted: records });
    simulator.edit('demo', { op: 'rebook', stream: 'transactions', count: 5 });
    db.clock.now = later(db.clock.now, days(1));
    expect(await read('transactions')).toMatchObject({
      state: 'succeeded',
      inserted: 5,
      gone: 5,
      changed: 0,
    });
    expect(
      await one(`select count(*)::int as rows, sum(signed_value) = 0 as ties,
        sum(debit_value) = sum(credit_value) as balances
        from freeagent_transactions where connection_id = $1 and deleted_at is null`),
    ).toEqual({ rows: records, ties: true, balances: true });
  });

  it('that gives an empty list while it counts records is red, and nothing is marked gone', async () => {
    await read('bills');
    simulator.knobs('demo', { lie: { stream: 'bills', empty: true } });
    expect(await read('bills', { kind: 'refresh' })).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('and gave 0'),
    });
    simulator.knobs('demo', { lie: null });
    expect(await read('bills', { kind: 'refresh' })).toMatchObject({ state: 'succeeded', gone: 0 });
  });

  it('has what was deleted marked gone by a read of everything', async () => {
    await read('invoices');
    simulator.edit('demo', { op: 'delete', stream: 'invoices', count: 2 });
    expect(await read('invoices')).toMatchObject({ state: 'succeeded', gone: 0 });
    // Each with its one line.
    expect(await read('invoices', { kind: 'refresh' })).toMatchObject({ state: 'succeeded', gone: 4 });
  });
});
