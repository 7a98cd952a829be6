import type { Warehouse } from '#warehouse';

/** A console that has been in use for a day: enough of everything that every page has something to show. */
export async function liveIn(warehouse: Warehouse): Promise<void> {
  for (const statement of STATEMENTS) await warehouse.query(statement);
}

const CAUSE = '1f2e3d4c5b6a7980';
/** Of a name and a payload that a careless page would run. */
const SCRIPT = `<img src=x onerror="window.planted=1"><script>window.planted=2</script>`;

const STATEMENTS = [
  `insert into connections (id, workspace_id, platform, name, status, status_reason, credentials) values
     ('conn_2', 'default', 'shipbob', 'warehouse', 'active', null, 'sealed'),
     ('conn_3', 'default', 'freeagent', 'books ${SCRIPT}', 'reconnect', 'FreeAgent took the refresh token back: sign in there again', 'sealed')`,
  `insert into runs (id, connection_id, stream, kind, trigger, state, attempt, worker, pages, calls, records, inserted, changed,
     same, busy_ms, queued_at, started_at, finished_at)
   select 'run_well' || i, 'conn_1', (array['shopify.orders', 'shopify.customers', 'shopify.products'])[1 + i % 3],
     'incremental', case when i % 7 = 0 then 'manual' else 'schedule' end, 'succeeded', 1, 'worker-1', 5, 6, 1250, 23, 4,
     1223, 45200, t, t, t + interval '45 seconds'
   from (select i, now() - i * interval '9 minutes' as t from generate_series(1, 150) i) runs`,
  `insert into runs (id, connection_id, stream, kind, trigger, state, attempt, queued_at, started_at, finished_at,
     failure_kind, failure, fingerprint)
   select 'run_bad' || i, 'conn_2', 'shipbob.orders', 'incremental', 'schedule', 'failed', 1, t, t, t, 'refused',
     'shipbob.orders on warehouse: ShipBob answered 403; check that the token may read orders', '${CAUSE}'
   from (select i, now() - i * interval '40 minutes' as t from generate_series(1, 3) i) runs`,
  `insert into runs (id, connection_id, stream, kind, trigger, state, attempt, worker, lease, lease_until, pages, calls, records,
     inserted, window_from, window_to, cursor_at, queued_at, started_at)
   values ('run_busy', 'conn_1', 'shopify.orders', 'refresh', 'manual', 'running', 1, 'worker-1', 1, now() + interval '1 hour',
     12, 13, 3000, 2990, now() - interval '10 days', now(), now() - interval '4 days', now() - interval '2 minutes',
     now() - interval '2 minutes')`,
  `insert into run_logs (run_id, level, message) values
     ('run_bad1', 'info', 'reads from 2026-02-01'), ('run_bad1', 'error', 'ShipBob answered 403 ${SCRIPT}')`,
  `insert into run_calls (run_id, at, operation, method, path, status, failure, ms, tries) values
     ('run_bad1', now(), 'orders', 'GET', '/2026-07/order?${SCRIPT}', 403, 'refused', 181, 1)`,
  `insert into run_attempts (run_id, lease, worker, started_at, ended_at, ended, failure_kind, said) values
     ('run_bad1', 1, 'worker-1', now() - interval '1 minute', now(), 'failed', 'refused', 'ShipBob answered 403')`,
  `insert into checkpoints (connection_id, stream, cursor_at, run_id) values
     ('conn_1', 'shopify.orders', now() - interval '4 days', 'run_well3'),
     ('conn_1', 'shopify.customers', now() - interval '12 minutes', 'run_well1')`,
  `insert into failures (workspace_id, fingerprint, kind, platform, stream, operation, message, first_seen_at, last_seen_at,
     count, example) values
     ('default', '${CAUSE}', 'refused', 'shipbob', 'shipbob.orders', 'orders', 'ShipBob answered #; check that the token may read orders',
      now() - interval '5 hours', now() - interval '40 minutes', 3,
      '{"connectionId":"conn_2","run":"run_bad1","message":"ShipBob answered 403; check that the token may read orders"}'),
     ('default', 'aaaabbbbccccdddd', 'record', 'shopify', 'shopify.customers', null, 'numberOfOrders: expected a number',
      now() - interval '2 days', now() - interval '1 hour', 2,
      '{"connectionId":"conn_1","run":"run_well1","record":"gid://1","message":"numberOfOrders: expected a number"}')`,
  `insert into failure_hours (workspace_id, fingerprint, hour, count)
   select 'default', '${CAUSE}', date_trunc('hour', now() - i * interval '1 hour', 'UTC'), 1 + i % 3 from generate_series(0, 4) i`,
  `insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason, fingerprint)
   values ('conn_1', 'shopify.customers', 'gid://shopify/Customer/7', 'run_well1', 2,
     '{"id":"gid://shopify/Customer/7","displayName":"${SCRIPT.replaceAll('"', '\\"')}","numberOfOrders":"many"}',
     'numberOfOrders: expected a number, got "many"', 'aaaabbbbccccdddd')`,
  `insert into alerts (workspace_id, key, severity, title, detail, connection_id, first_at, last_at) values
     ('default', 'reconnect/conn_3', 'critical', 'books must be connected again',
      'FreeAgent took the refresh token back. Open the connection and sign in there again. ${SCRIPT}', 'conn_3', now() - interval '3 hours', now())`,
  `insert into backfills (id, connection_id, stream, window_from, window_to, slice, parallel, requested_by, created_at)
   values ('backfill_1', 'conn_1', 'shopify.orders', now() - interval '60 days', now() - interval '30 days', 'week', 2, 'operator ${SCRIPT}',
     now() - interval '20 minutes')`,
  `insert into runs (id, connection_id, stream, kind, trigger, state, attempt, backfill_id, slice, window_from, window_to, records,
     pages, queued_at, started_at, finished_at)
   select 'run_slice' || i, 'conn_1', 'shopify.orders', 'backfill', 'manual', case when i < 3 then 'succeeded' else 'queued' end,
     1, 'backfill_1', i, now() - interval '60 days' + (5 - i) * interval '6 days', now() - interval '60 days' + (6 - i) * interval '6 days',
     case when i < 3 then 400 else 0 end, case when i < 3 then 2 else 0 end, now() - interval '20 minutes',
     case when i < 3 then now() - interval '19 minutes' end, case when i < 3 then now() - interval '18 minutes' end
   from generate_series(1, 5) i`,
  `insert into shopify_customers (connection_id, source_id, customer_id, display_name, email, run_id, payload_hash)
   values ('conn_1', '7', '7', '${SCRIPT}', 'ada@example.org', 'run_well1', 'h')`,
  `insert into orders (connection_id, source_id, order_id, source, purchase_date, status, customer_id, email, total, currency, test,
     financial_status, run_id, payload_hash)
   select 'conn_1', i::text, '#' || 1000 + i, 'shopify', now() - i * interval '7 minutes', 'open', '7', 'ada@example.org',
     (i * 1.37)::numeric(12, 2), 'GBP', false, 'paid', 'run_well1', 'h' from generate_series(1, 10000) i`,
  `insert into order_items (connection_id, source_id, parent_source_id, order_id, source, sku, title, qty, price, currency, run_id, payload_hash)
   values ('conn_1', 'item-1', '1', '#1001', 'shopify', 'TEA-01', 'Tea ${SCRIPT}', 2, 4.50, 'GBP', 'run_well1', 'h')`,
  `insert into audit_log (workspace_id, actor, action, subject, outcome, before, after)
   select 'default', 'admin', 'connection.pause', 'books ${SCRIPT}', 'done', '{"status":"active"}', '{"status":"paused"}' from generate_series(1, 60)`,
  `update failures set note = '${SCRIPT}', assigned_to = '${SCRIPT}' where fingerprint = '${CAUSE}'`,
  `update runs set reason = '${SCRIPT}' where id in ('run_busy', 'run_slice3')`,
  `insert into users (id, workspace_id, name, password_hash, role) values ('user_script', 'default', '${SCRIPT}', 'none', 'viewer')`,
  `insert into api_tokens (id, workspace_id, user_id, name, token_hash, role, created_at, expires_at)
   select 'token_script', 'default', id, '${SCRIPT}', 'none', 'viewer', now(), now() + interval '1 day' from users where name = 'admin'`,
  'analyze',
];
