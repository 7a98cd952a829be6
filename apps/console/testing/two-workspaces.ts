import { randomBytes } from 'node:crypto';
import type { Warehouse } from '#warehouse';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const number = (): string => String(100_000_000 + randomBytes(3).readUIntBE(0, 3));

/** One of everything that a workspace can own, by the ids that paths name. */
export interface Things {
  readonly connection: string;
  readonly run: string;
  readonly backfill: string;
  readonly bulk: string;
  readonly fingerprint: string;
  readonly record: string;
  readonly user: string;
  readonly token: string;
  readonly invitation: string;
  readonly deed: string;
  readonly order: string;
}

/** Ids that look like any other and belong to nothing. */
export const nothing = (): Things => ({
  connection: `conn_${hex(6)}`,
  run: hex(16),
  backfill: `backfill_${hex(6)}`,
  bulk: `bulk_${hex(6)}`,
  fingerprint: hex(8),
  record: number(),
  user: `user_${hex(6)}`,
  token: `token_${hex(6)}`,
  invitation: `inv_${hex(6)}`,
  deed: number(),
  order: hex(4),
});

/**
 * Makes one of everything in the workspace. Whatever people wrote or platforms sent holds the `mark`, so that a reply in
 * which it should not be tells on itself.
 */
export async function makeThings(
  warehouse: Warehouse,
  { workspace, mark, now }: { workspace: string; mark: string; now: Date },
): Promise<Things> {
  const ids = nothing();
  const name = `${mark} ${hex(4)}`;
  const sql = (text: string, ...values: unknown[]): Promise<{ id: string }[]> =>
    warehouse.query(text, values);
  await sql(
    `insert into connections (id, workspace_id, platform, name, settings, credentials)
     values ($1, $2, 'shopify', $3, jsonb_build_object('shop', $4::text), 'planted-sealed-credentials')`,
    ids.connection,
    workspace,
    name,
    mark,
  );
  await sql(
    `insert into failures (workspace_id, fingerprint, kind, platform, stream, message, first_seen_at, last_seen_at, count, example)
     values ($1, $2, 'refused', 'shopify', 'shopify.orders', $3, $4, $4, 1,
       jsonb_build_object('connectionId', $5::text, 'run', $6::text, 'message', $3::text))`,
    workspace,
    ids.fingerprint,
    name,
    now,
    ids.connection,
    ids.run,
  );
  await sql(
    `insert into bulk_actions (id, workspace_id, action, filter, total, requested_by, created_at)
     values ($1, $2, 'retry', '{}', 1, $3, $4)`,
    ids.bulk,
    workspace,
    name,
    now,
  );
  await sql(
    `insert into backfills (id, connection_id, stream, window_from, window_to, slice, parallel, requested_by, created_at)
     values ($1, $2, 'shopify.orders', $3::timestamptz - interval '9 days', $3::timestamptz - interval '2 days', 'week', 1, $4, $3)`,
    ids.backfill,
    ids.connection,
    now,
    name,
  );
  await sql(
    `insert into runs (id, connection_id, stream, kind, trigger, state, failure_kind, failure, fingerprint, queued_at,
       started_at, finished_at)
     values ($1, $2, 'shopify.orders', 'incremental', 'manual', 'failed', 'refused', $3, $4, $5, $5, $5)`,
    ids.run,
    ids.connection,
    name,
    ids.fingerprint,
    now,
  );
  await sql(
    `insert into run_logs (run_id, at, level, message) values ($1, $2, 'error', $3)`,
    ids.run,
    now,
    name,
  );
  await sql(
    `insert into checkpoints (connection_id, stream, cursor_at, run_id) values ($1, 'shopify.orders', $2, $3)`,
    ids.connection,
    now,
    ids.run,
  );
  const [record] = await sql(
    `insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason, fingerprint)
     values ($1, 'shopify.orders', $2, $3, 1, jsonb_build_object('id', $4::text), $4, $5) returning id::text`,
    ids.connection,
    ids.order,
    ids.run,
    name,
    ids.fingerprint,
  );
  await sql(
    `insert into orders (connection_id, source_id, order_id, source, purchase_date, status, email, total, currency, test, run_id,
       payload_hash)
     values ($1, $2, '#7001', 'shopify', $3, 'open', $4, 1.10, 'GBP', false, $5, 'h')`,
    ids.connection,
    ids.order,
    now,
    name,
    ids.run,
  );
  await sql(
    `insert into users (id, workspace_id, name, password_hash, role) values ($1, $2, $3, 'none', 'viewer')`,
    ids.user,
    workspace,
    name,
  );
  await sql(
    `insert into api_tokens (id, workspace_id, user_id, name, token_hash, role, created_at, expires_at)
     values ($1, $2, $3, $4, $1, 'viewer', $5, $5::timestamptz + interval '1 day')`,
    ids.token,
    workspace,
    ids.user,
    name,
    now,
  );
  await sql(
    `insert into invitations (id, workspace_id, code_hash, role, created_by, created_at, expires_at)
     values ($1, $2, $1, 'viewer', $3, $4, $4::timestamptz + interval '1 day')`,
    ids.invitation,
    workspace,
    name,
    now,
  );
  await sql(
    `insert into alerts (workspace_id, key, severity, title, detail, connection_id, first_at, last_at)
     values ($1, $2, 'warning', $2, $2, $3, $4, $4)`,
    workspace,
    name,
    ids.connection,
    now,
  );
  const [deed] = await sql(
    `insert into audit_log (workspace_id, at, actor, action, route, subject, outcome, undo)
     values ($1, $2, $3, 'connection.resume', 'POST /connections/{id}/resume', $3, 'done', jsonb_build_object('id', $4::text))
     returning id::text`,
    workspace,
    now,
    name,
    ids.connection,
  );
  return { ...ids, record: record!.id, deed: deed!.id };
}
