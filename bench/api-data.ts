import type { Warehouse } from '#warehouse';

export interface Size {
  readonly orders: number;
  readonly runs: number;
}

/** Connections of a workspace, and one of another workspace that nothing may be slowed by. */
const CONNECTIONS = 8;

/** An installation that has been in use for two months and is at work now, made by Postgres itself. */
export async function fill(warehouse: Warehouse, { orders, runs }: Size): Promise<void> {
  const statements = [
    `insert into connections (id, workspace_id, platform, name, credentials)
     select 'conn_' || i, 'default', 'shopify', 'shop ' || i, 'sealed' from generate_series(0, ${CONNECTIONS - 1}) i`,
    `insert into runs (id, connection_id, stream, kind, trigger, state, attempt, pages, calls, records, inserted, changed,
       same, busy_ms, queued_at, started_at, finished_at, failure_kind, failure, fingerprint)
     select 'run_' || i, 'conn_' || i % ${CONNECTIONS},
       (array['shopify.orders', 'shopify.customers', 'shopify.products'])[1 + i / ${CONNECTIONS} % 3], 'incremental', 'schedule',
       case when bad then 'failed' else 'succeeded' end, 1, 3, 4, 700, 10, 5, 685, 9000, at, at, at + interval '9 seconds',
       case when bad then (array['refused', 'transient', 'bug'])[1 + i % 3] end, case when bad then 'the platform answered 500' end,
       case when bad then lpad(to_hex(i % 500), 16, '0') end
     from (select i, i % 20 = 0 as bad, now() - i * interval '26 seconds' as at from generate_series(1, ${runs}) i) r`,
    `insert into run_calls (run_id, at, operation, method, path, status, ms, tries)
     select 'run_' || 1 + i % ${runs}, now() - i * interval '5 seconds', 'orders', 'POST', '/admin/api/graphql.json', 200, 180, 1
     from generate_series(1, ${runs * 2}) i`,
    `insert into run_logs (run_id, level, message)
     select 'run_' || i, 'info', 'reads from its checkpoint' from generate_series(1, ${runs}) i`,
    `insert into orders (connection_id, source_id, order_id, source, purchase_date, status, customer_id, email, total, currency,
       test, financial_status, tracking_number, source_updated_at, run_id, payload_hash)
     select 'conn_' || i % ${CONNECTIONS}, i::text, '#' || i, 'shopify', now() - i * interval '5 seconds', 'open', (i % 100000)::text,
       'customer' || i % 100000 || '@example.org', (i % 9000 / 100.0)::numeric(12, 2), 'GBP', false, 'paid', 'track' || i, now(),
       'run_1', 'hash'
     from generate_series(1, ${orders}) i`,
    // Every twentieth order holds the one thing that sells best.
    `insert into order_items (connection_id, source_id, parent_source_id, order_id, source, sku, title, qty, price, currency,
       run_id, payload_hash)
     select 'conn_' || i % ${CONNECTIONS}, 'line' || i, i::text, '#' || i, 'shopify',
       case when i % 20 = 0 then 'SKU-BEST' else 'SKU-' || i % 5000 end, 'Thing', 1, 4.50, 'GBP', 'run_1', 'hash'
     from generate_series(1, ${orders}) i`,
    `insert into failures (workspace_id, fingerprint, kind, platform, stream, message, first_seen_at, last_seen_at, count, example)
     select 'default', lpad(to_hex(i), 16, '0'), 'refused', 'shopify', 'shopify.orders', 'answered #', now() - interval '9 days',
       now() - i * interval '3 minutes', 20, '{"connectionId":"conn_0","run":"run_20","message":"answered 500"}'
     from generate_series(0, 499) i`,
    `insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason, fingerprint, last_seen_at)
     select 'conn_' || i % ${CONNECTIONS}, 'shopify.orders', 'gid://' || i, 'run_1', 1, '{"id": 1}', 'expected a number',
       lpad(to_hex(i % 500), 16, '0'), now() - i * interval '1 minute' from generate_series(1, 10000) i`,
    `insert into audit_log (workspace_id, at, actor, action, subject, outcome)
     select 'default', now() - i * interval '1 minute', 'ann', 'run.retry', 'run_' || i, 'done' from generate_series(1, 100000) i`,
    `insert into quota_usage (connection_id, minute, limit_name, operation, lane, spender, calls, used)
     select 'conn_' || i % ${CONNECTIONS}, date_trunc('minute', now()) - (i / ${CONNECTIONS}) * interval '1 minute', 'graphql', 'orders',
       'live', 'shopify.orders', 10, 400 from generate_series(1, 100000) i`,
    `insert into checkpoints (connection_id, stream, cursor_at, run_id)
     select 'conn_' || i, 'shopify.orders', now(), 'run_1' from generate_series(0, ${CONNECTIONS - 1}) i`,
    `insert into runs (id, connection_id, stream, kind, trigger, state, attempt, worker, queued_at, started_at, lease_until)
     select 'run_open_' || i, 'conn_' || i % ${CONNECTIONS}, (array['shopify.orders', 'shopify.customers', 'shopify.products'])[1 + i / ${CONNECTIONS}],
       'incremental', 'schedule', case when i < ${CONNECTIONS} then 'running' else 'queued' end, 1,
       case when i < ${CONNECTIONS} then 'bench-1' end, now() - interval '20 seconds',
       case when i < ${CONNECTIONS} then now() - interval '10 seconds' end,
       case when i < ${CONNECTIONS} then now() + interval '1 minute' end
     from generate_series(0, ${CONNECTIONS * 3 - 1}) i`,
    `insert into heartbeats (process, part, platforms, slots, leads, started_at, seen_at)
     select 'bench-1', part, '{shopify}', 8, part = 'scheduler', now(), now() from unnest(array['worker', 'scheduler']) part`,
    'vacuum analyze',
  ];
  for (const statement of statements) await warehouse.query(statement);
}
