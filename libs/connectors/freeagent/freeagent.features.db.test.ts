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

  it('answers the analysts’ queries', async () => {
    for (const stream of freeagent.streams) await read(stream.name.slice('freeagent.'.length));
    expect(
      await one(`select count(*)::int as months, sum(n)::int as invoices from (
        select date_trunc('month', dated_on) as month, count(*) as n, sum(total_value::numeric) from freeagent_invoices
        where connection_id = $1 and status = 'Paid' and dated_on >= '2024-01-01' group by 1) months`),
    ).toMatchObject({ invoices: expect.any(Number), months: expect.any(Number) });
    const flows = await one<{ net: string; balance: string }>(`
      select sum(fbt.amount)::text as net, (select sum(current_balance)::text from freeagent_bank_accounts where connection_id = $1) as balance
      from freeagent_bank_transactions fbt
      join freeagent_bank_accounts fba on fba.bank_account_id = fbt.bank_account_id and fba.connection_id = fbt.connection_id
      where fbt.connection_id = $1`);
    expect(flows.net).toBe(flows.balance);
    expect(
      await one(`select fc.nominal_code as code, count(fb.bill_id)::int as bills
        from freeagent_bills fb
        join freeagent_bank_transaction_explanations fbte on fbte.bill_id = fb.bill_id and fbte.connection_id = fb.connection_id
        join freeagent_categories fc on fc.category_id = fbte.category_id and fc.connection_id = fb.connection_id
        where fb.connection_id = $1 and fb.status = 'Paid' group by 1`),
    ).toMatchObject({ code: '796' });
    expect(
      await one(`select case when current_date - due_on <= 30 then 'new' else 'old' end as bucket, sum(due_value)::text as due
        from freeagent_invoices where connection_id = $1 and due_value > 0 group by 1`),
    ).toMatchObject({ due: expect.stringMatching(/^\d+\.\d+$/) });
  });
});
