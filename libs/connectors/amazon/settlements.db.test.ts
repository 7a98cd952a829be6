import { createSender, type Sender } from '#http';
import { days, later, minutes } from '#kernel';
import type { ConnectionRow, RunRow } from '#warehouse';
import { openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { amazon } from './platform.js';
import { nearby } from './testing/nearby.js';
import { CREDENTIALS, serveAmazon, SETTINGS } from './testing/served.js';

const STREAM = 'amazon.settlements';

describeDb('settlements, from the list to the last line', () => {
  let db: TestEngine;
  let served: Awaited<ReturnType<typeof serveAmazon>>;
  let connection: ConnectionRow;
  let sender: Sender;
  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(nearby(amazon, days(80)), sender);
  });
  afterAll(async () => {
    sender.close();
    await db.close();
  });
  beforeEach(async () => {
    served = await serveAmazon(60, () => db.clock.now.getTime());
    connection = await db.connect({
      settings: SETTINGS,
      credentials: CREDENTIALS,
      baseUrl: served.baseUrl,
      sandbox: true,
    });
  });
  afterEach(() => served.close());

  const run = async (kind: RunRow['kind'] = 'incremental'): Promise<RunRow> => {
    db.clock.now = later(db.clock.now, minutes(1));
    return db.finish(await db.queue(connection, { stream: STREAM, kind }));
  };
  const sums = async (): Promise<{ settlements: number; lines: number; net: string; amount: string }> => {
    const [found] = await db.engine.warehouse.query<{
      settlements: number;
      lines: number;
      net: string;
      amount: string;
    }>(
      `select count(*)::int as settlements, sum(net)::text as net,
         (select count(*)::int from settlement_lines l where l.connection_id = $1 and l.deleted_at is null) as lines,
         (select sum(amount)::text from settlement_lines l where l.connection_id = $1 and l.deleted_at is null) as amount
       from settlements where connection_id = $1 and deleted_at is null`,
      [connection.id],
    );
    return found!;
  };
  const truth = () => {
    const { settlements, settlement_lines: lines } = served.truth().streams[STREAM]!.tables;
    return { settlements: settlements!.rows, lines: lines!.rows };
  };

  it('brings every line once, also of a settlement that is reported twice, and reads no document again', async () => {
    expect(await run()).toMatchObject({ state: 'succeeded', failure: null });
    const first = await sums();
    expect(first).toMatchObject(truth());
    expect(Number(first.amount)).toBe(Number(first.net));
    const again = await run();
    // The list alone.
    expect(again).toMatchObject({ state: 'succeeded', calls: 1, records: 0, inserted: 0 });
    expect(await sums()).toEqual(first);
    const whole = await run('refresh');
    expect(whole).toMatchObject({ state: 'succeeded', inserted: 0, changed: 0, gone: 0 });
    expect(whole.calls).toBeGreaterThan(3);
  });

  it('is red where a document does not add up, stores nothing of it and all of the others, and lands when it does', async () => {
    served.turn({ corrupt: { stream: 'settlements', count: 1 } });
    const red = await run();
    expect(red.state).toBe('failed');
    expect(red.failure).toMatch(/1 of \d+ documents could not be used/);
    const [kept] = await db.engine.warehouse.query<{ reason: string }>(
      `select reason from quarantine where connection_id = $1 and state = 'open'`,
      [connection.id],
    );
    expect(kept!.reason).toMatch(/settlement \d+ does not add up: its \d+ lines come to .*, its total is/);
    const { settlements } = truth();
    expect((await sums()).settlements).toBe(settlements - 1);
    served.turn({ corrupt: null });
    expect(await run()).toMatchObject({ state: 'succeeded' });
    expect(await sums()).toMatchObject(truth());
  });

  it('ties, order by order, to what Amazon booked in the same period', async () => {
    // By then the last entry that came late has come.
    db.clock.now = later(db.clock.now, days(3));
    expect(await run()).toMatchObject({ state: 'succeeded' });
    const booked = await db.finish(await db.queue(connection, { stream: 'amazon.transactions' }));
    expect(booked).toMatchObject({ state: 'succeeded' });
    const orders = await db.engine.warehouse.query<{ settled: string | null; booked: string | null }>(
      `select settled::text, booked::text from (
         select order_id, settlement_id, sum(amount) as settled from settlement_lines
         where connection_id = $1 and order_id is not null group by 1, 2) l
       full join (
         select order_id, settlement_id, sum(total) as booked from amazon_transactions
         where connection_id = $1 and order_id is not null and status <> 'DEFERRED_RELEASED'
           and settlement_id in (select settlement_id from settlements where connection_id = $1)
         group by 1, 2) t using (order_id, settlement_id)`,
      [connection.id],
    );
    expect(orders.length).toBeGreaterThan(5);
    expect(orders.filter(({ settled, booked: sum }) => Number(settled) !== Number(sum))).toEqual([]);
  });
});
