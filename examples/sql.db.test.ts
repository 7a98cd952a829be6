import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import pg from 'pg';
import { describeDb, testDatabase, type TestDatabase } from '../tests/postgres.js';

const FOLDER = fileURLToPath(new URL('./sql/', import.meta.url));

/** Two orders of one customer, one of another, one that is no turnover; one SKU twice in the first. */
const ORDERS = [
  { source_id: '1', order_id: '#1001', purchase_date: '2026-11-01T09:00Z', customer_id: '7', total: '30.00', current_total: '20.00' },
  { source_id: '2', order_id: '#1002', purchase_date: '2026-11-01T23:59Z', customer_id: '7', total: '0.10', current_total: '0.10' },
  { source_id: '3', order_id: '#1003', purchase_date: '2026-11-02T00:00Z', customer_id: '8', total: '0.20', current_total: '0.20' },
  { source_id: '4', order_id: '#1004', purchase_date: '2026-11-02T10:00Z', customer_id: '8', total: '99', current_total: '99', test: true },
]; // oxfmt-ignore

const LINES = [
  { source_id: '11', parent_source_id: '1', order_id: '#1001', sku: 'MUG', qty: 2, price: '5.00' },
  { source_id: '12', parent_source_id: '1', order_id: '#1001', sku: 'MUG', qty: 1, price: '4.50' },
  { source_id: '13', parent_source_id: '1', order_id: '#1001', sku: 'CAP', qty: 1, price: '15.50' },
  { source_id: '21', parent_source_id: '2', order_id: '#1002', sku: 'MUG', qty: 1, price: '0.10' },
];

/** What each file answers, as text: a numeric is never a float on its way to the eye. */
const ANSWERS: Readonly<Record<string, readonly Record<string, string | null>[]>> = {
  'sales-per-day.sql': [
    {
      day: '2026-11-02',
      shop: 'demo',
      currency: 'GBP',
      orders: '1',
      sold: '0.20',
      left_after_refunds: '0.20',
    },
    {
      day: '2026-11-01',
      shop: 'demo',
      currency: 'GBP',
      orders: '2',
      sold: '30.10',
      left_after_refunds: '20.10',
    },
  ],
  'repeat-customers.sql': [
    {
      customer_id: '7',
      display_name: 'Ada Example',
      orders: '2',
      first_order: '2026-11-01',
      latest_order: '2026-11-01',
      spent: '20.10',
      currency: 'GBP',
    },
  ],
  'same-sku-twice.sql': [
    { order_id: '#1001', sku: 'MUG', lines: '2', units: '3', gross: '14.50', currency: 'GBP' },
  ],
  'failures-by-cause.sql': [
    {
      connection: 'demo',
      stream: 'shopify.orders',
      kind: 'refused',
      runs: '2',
      latest: expect.any(String) as unknown as string,
      latest_run: 'run_new',
      said: 'a scope is missing',
    },
  ],
  'quarantine-by-reason.sql': [
    {
      connection: 'demo',
      stream: 'shopify.orders',
      reason: 'name: absent',
      records: '2',
      since: expect.any(String) as unknown as string,
      one_payload: '{"id": "b"}',
    },
  ],
};

describeDb('the example queries', () => {
  let database: TestDatabase;
  let client: pg.Client;

  const insert = (table: string, rows: readonly object[]): Promise<unknown> =>
    client.query(
      `insert into ${table} select (jsonb_populate_record(null::${table}, $2::jsonb || row)).*
       from jsonb_array_elements($1::jsonb) as row`,
      [
        JSON.stringify(rows),
        JSON.stringify({
          connection_id: 'conn_1',
          source: 'shopify',
          currency: 'GBP',
          test: false,
          run_id: 'run_new',
          payload_hash: '-',
          first_seen_at: '2026-11-03T00:00Z',
          synced_at: '2026-11-03T00:00Z',
          created_at: '2026-11-03T00:00Z',
        }),
      ],
    );

  beforeAll(async () => {
    database = await testDatabase();
    client = new pg.Client({
      connectionString: database.url,
      options: '-c TimeZone=UTC',
      types: { getTypeParser: () => (text: string) => text },
    });
    await client.connect();
    await client.query(`insert into connections (id, workspace_id, platform, name, credentials)
      values ('conn_1', 'default', 'shopify', 'demo', 'sealed')`);
    await insert('orders', ORDERS);
    await insert('order_items', LINES);
    await insert('shopify_customers', [{ source_id: '7', customer_id: '7', display_name: 'Ada Example' }]);
    await client.query(`insert into runs (id, connection_id, stream, kind, trigger, state, failure_kind, failure, finished_at)
      select id, 'conn_1', 'shopify.orders', 'incremental', 'manual', 'failed', 'refused', 'a scope is missing', now() - ago
      from (values ('run_old', interval '1 day'), ('run_new', interval '1 hour'), ('run_gone', interval '8 days')) as r(id, ago)`);
    await client.query(`insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason, state, last_seen_at)
      select 'conn_1', 'shopify.orders', key, 'run_new', 1, jsonb_build_object('id', key), 'name: absent', state, at::timestamptz
      from (values ('a', 'open', '2026-11-01'), ('b', 'open', '2026-11-02'), ('c', 'landed', '2026-11-03')) as q(key, state, at)`);
  });
  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });

  it('are all known here', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(ANSWERS).sort());
  });

  it.each(Object.entries(ANSWERS))('%s answers', async (file, expected) => {
    const query = readFileSync(join(FOLDER, file), 'utf8');
    // As `stratus sql "$(cat …)"` sends it: one statement, which no option can be mistaken for.
    expect(query).not.toMatch(/^-|;/);
    expect((await client.query(query)).rows).toEqual(expected);
  });
});
