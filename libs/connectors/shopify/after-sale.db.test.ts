import { createSender } from '#http';
import { later, minutes } from '#kernel';
import { snakeCase } from '#warehouse/tables';
import { findCheckpoint, type ConnectionRow, type NewRun, type RunRow } from '#warehouse';
import { DEMO_STATIC_CREDENTIALS, startSandbox } from '../../../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { shopify } from './platform.js';

const STREAMS = ['shopify.fulfillments', 'shopify.refunds', 'shopify.transactions'] as const;
type Row = Record<string, unknown>;

describeDb('what comes of a shop’s orders', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let db: TestEngine;
  let connection: ConnectionRow;
  const sender = createSender({});
  beforeAll(async () => {
    db = await openTestEngine(shopify, sender);
    sandbox = await startSandbox({
      orders: 230,
      now: () => db.clock.now.getTime(),
      plan: { maximumAvailable: 1_000_000, restoreRate: 1_000_000 },
    });
    connection = await db.connect({
      credentials: DEMO_STATIC_CREDENTIALS,
      baseUrl: `${sandbox.url}/shopify/demo`,
      sandbox: true,
    });
    for (const stream of ['shopify.orders', ...STREAMS])
      expect(await read(stream)).toMatchObject({ state: 'succeeded', quarantined: 0 });
  }, 120_000);
  afterAll(async () => {
    await db.close();
    sender.close();
    await sandbox.close();
  });
  beforeEach(() => {
    db.clock.now = later(db.clock.now, minutes(30));
  });

  const read = async (stream: string, run: Partial<NewRun> = {}): Promise<RunRow> =>
    db.finish(await db.queue(connection, { stream, ...run }));
  const query = <R = Row>(sql: string): Promise<R[]> => db.engine.warehouse.query<R>(sql);
  const edit = (request: object): string[] =>
    (sandbox.edit(request) as { ids: string[] }).ids.map((id) => id.slice(id.lastIndexOf('/') + 1));

  /** Rows as the sandbox's own store has them, columns as it names them. */
  function truthRows(table: string): Record<string, Row> {
    return sandbox.simulators.get('shopify')!.rows('demo')[table] as Record<string, Row>;
  }

  /** Every row that is here and not gone, cell by cell against the shop's own. */
  async function expectRows(stream: string): Promise<void> {
    const { into, children } = shopify.streams.find(({ name }) => name === stream)!;
    for (const table of [into, ...children.map((child) => child.into)]) {
      const numbers = Object.entries(table.columns).flatMap(([name, { sql }]) =>
        sql === 'numeric' ? [snakeCase(name)] : [],
      );
      const here = await query<Row & { source_id: string }>(
        `select * from "${table.name}" where deleted_at is null`,
      );
      const there = truthRows(table.name);
      expect(here.map((row) => row.source_id).sort()).toEqual(Object.keys(there).sort());
      const told = (row: Row): Row =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            numbers.includes(name) && value !== null ? Number(value).toFixed(4) : asInstant(value),
          ]),
        );
      for (const row of here) {
        const truth = told(there[row.source_id]!);
        expect(told(Object.fromEntries(Object.keys(truth).map((name) => [name, row[name]])))).toEqual(truth);
      }
    }
  }

  it.each(STREAMS)('%s: every row and every cell is as the shop has it', async (stream) => {
    await expectRows(stream);
    expect(await read(stream)).toMatchObject({ inserted: 0, changed: 0, gone: 0 });
  });

  it('of the shop has the oddities that matter', async () => {
    const [told] = await query(
      `select (select max(n) from (select count(*) as n from shopify_transactions group by order_source_id) o) as payments,
              (select count(*) > 0 from order_shipments where parcel = 2) as two_numbers,
              (select count(*) > 0 from order_shipments where status = 'CANCELLED') as called_off,
              (select count(*) > 0 from order_shipments where tracking_number is null) as untracked,
              (select max(n) from (select count(*) as n from shopify_refund_lines group by parent_source_id) l) as lines`,
    );
    // More payments than come with their order, and more items than come with their refund.
    expect(Number(told!['payments'])).toBeGreaterThan(20);
    expect(Number(told!['lines'])).toBeGreaterThan(8);
    expect(told).toMatchObject({ two_numbers: true, called_off: true, untracked: true });
  });

  it('adds up: a refund to its lines, and to the payments that it was made by', async () => {
    expect(
      await query(
        `select r.source_id from shopify_refunds r
         left join (
           select parent_source_id, connection_id, sum(case kind when 'adjustment' then -amount else amount end) as amount
           from shopify_refund_lines group by 1, 2
         ) l on l.connection_id = r.connection_id and l.parent_source_id = r.source_id
         left join lateral (
           select sum(t.amount) as amount from shopify_transactions t
           where t.connection_id = r.connection_id and t.kind = 'REFUND' and r.transaction_ids ? t.source_id
         ) p on true
         where coalesce(l.amount, 0) <> r.total or coalesce(p.amount, 0) <> r.total`,
      ),
    ).toEqual([]);
  });

  it('adds up to what the sandbox’s truth says', async () => {
    const { streams } = sandbox.truth();
    const sums = (stream: string, table: string): Record<string, Record<string, string>> =>
      (streams[stream]!.tables as Record<string, Record<string, Record<string, string>>>)[table]!;
    const [told] = await query<Record<string, string>>(
      `select (select trim_scale(sum(total)) from shopify_refunds) as refunded, trim_scale(sum(amount)) as amount,
         trim_scale(sum(fee)) as fee, trim_scale(sum(case kind when 'REFUND' then -amount else amount end)
           filter (where status = 'SUCCESS' and kind <> 'AUTHORIZATION')) as received
       from shopify_transactions`,
    );
    const { sum_amount, sum_fee, sum_received } = sums('shopify.transactions', 'shopify_transactions');
    const { sum_total } = sums('shopify.refunds', 'shopify_refunds');
    const inPounds = (sum: Record<string, string> | undefined): number => Number(sum!['GBP']);
    expect({
      refunded: Number(told!['refunded']),
      amount: Number(told!['amount']),
      fee: Number(told!['fee']),
      received: Number(told!['received']),
    }).toEqual({
      refunded: inPounds(sum_total),
      amount: inPounds(sum_amount),
      fee: inPounds(sum_fee),
      received: inPounds(sum_received),
    });
    expect(inPounds(sum_fee)).toBeGreaterThan(0);
  });

  it('follows parcels: sent, tracked anew, delivered, called off', async () => {
    for (const op of ['ship', 'track', 'deliver', 'unship']) {
      const ids = edit({ op, count: 40 });
      expect(ids.length).toBeGreaterThan(0);
      const run = await read('shopify.fulfillments');
      expect(run).toMatchObject({ state: 'succeeded', quarantined: 0 });
      expect(op === 'ship' ? run.inserted : run.changed).toBeGreaterThan(0);
      db.clock.now = later(db.clock.now, minutes(30));
      if (op === 'track') continue;
      await expectRows('shopify.fulfillments');
    }
  });

  it('is whole where an order has more parcels than come with it', async () => {
    const [one] = await query<{ id: string }>(
      `select order_source_id as id from order_shipments where status = 'SUCCESS' order by 1 limit 1`,
    );
    for (let sent = 0; sent < 7; sent++) for (const op of ['unship', 'ship']) edit({ op, id: one!.id });
    // Each edit is a second after the last.
    db.clock.now = later(db.clock.now, minutes(1));
    await read('shopify.fulfillments');
    const [told] = await query(
      `select count(*) as n from order_shipments where order_source_id = '${one!.id}' and deleted_at is null`,
    );
    expect(Number(told!['n'])).toBeGreaterThan(7);
    await expectRows('shopify.fulfillments');
  });

  it('finds a number that changed without a word from the order’s clock by night, and one that was taken off', async () => {
    const [id] = await query<{ id: string }>(
      `select order_source_id as id from order_shipments where parcel = 2 and deleted_at is null limit 1`,
    );
    edit({ op: 'track', id: id!.id, quiet: true });
    expect(await read('shopify.fulfillments')).toMatchObject({ changed: 0 });
    const night = await read('shopify.fulfillments', { kind: 'reconcile' });
    expect(night).toMatchObject({ state: 'succeeded', drift: { older: 1, gone: 1, missing: 0 } });
    await expectRows('shopify.fulfillments');
  });

  it('is not missed where only the parcels’ own clocks moved since the last order was read', async () => {
    const [bare] = await query<{ id: string }>(
      `select source_id as id from orders o where not exists (
         select from order_shipments s where s.order_source_id = o.source_id) limit 1`,
    );
    edit({ op: 'touch', id: bare!.id });
    await read('shopify.fulfillments');
    db.clock.now = later(db.clock.now, minutes(30));
    edit({ op: 'track', count: 70, quiet: true });
    const night = await read('shopify.fulfillments', { kind: 'reconcile' });
    expect(night.drift!.older).toBeGreaterThan(3);
    expect(await read('shopify.fulfillments')).toMatchObject({ state: 'succeeded', records: 0 });
    await expectRows('shopify.fulfillments');
  });

  it('goes with its order', async () => {
    edit({ op: 'delete', count: 20 });
    for (const stream of STREAMS) {
      const night = await read(stream, { kind: 'reconcile' });
      expect(night).toMatchObject({ state: 'succeeded', drift: { missing: 0, older: 0 } });
      expect(night.drift!.gone).toBeGreaterThan(0);
      await expectRows(stream);
      expect(await read(stream, { kind: 'refresh' })).toMatchObject({ inserted: 0, changed: 0, gone: 0 });
    }
  });

  it('stays where Shopify merely hides its order from the app', async () => {
    const held = async () => (await query('select 1 from order_shipments where deleted_at is null')).length;
    const before = await held();
    sandbox.turn({ scopes: ['read_orders', 'read_customers', 'read_products'] });
    const run = await read('shopify.fulfillments', { kind: 'refresh' });
    expect(run).toMatchObject({ state: 'succeeded', gone: 0, verdict: 'uncounted' });
    expect(run.records).toBeLessThan(before);
    expect(await held()).toBe(before);
    sandbox.turn({ scopes: ['read_orders', 'read_all_orders', 'read_customers', 'read_products'] });
  });

  it('is asked for from the last order read, not from the last refund', async () => {
    edit({ op: 'touch', count: 60 });
    await read('shopify.refunds');
    const { cursorAt } = (await findCheckpoint(db.engine.warehouse, connection.id, 'shopify.refunds'))!;
    expect(cursorAt).toEqual(db.clock.now);
    expect(NOW < cursorAt).toBe(true);
  });
});

/** As the sandbox writes instants, whoever holds them. */
const asInstant = (value: unknown): unknown =>
  value instanceof Date ? `${value.toISOString().slice(0, 19)}Z` : value;
