import { DEFAULT_WORKSPACE } from './workspace.js';
import type { Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';

/** Something that a person must see to; one open alert per key, however often it is raised. */
export interface NewAlert {
  /** What it is about, the same each time: `reconnect/conn_1`. */
  readonly key: string;
  readonly severity: 'warning' | 'critical';
  readonly title: string;
  /** What was seen, and the next step for the reader. */
  readonly detail: string;
  readonly connectionId?: string;
  readonly stream?: string;
}

export interface AlertRow {
  readonly id: string;
  readonly key: string;
  readonly severity: 'warning' | 'critical';
  readonly title: string;
  readonly detail: string;
  readonly connection: string | null;
  readonly stream: string | null;
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Raises the alert, or renews the open one of the same key; true where it is new. A transaction's own query will do. */
export async function raiseAlert(
  on: { readonly query: Query },
  alert: NewAlert,
  now: Date,
): Promise<boolean> {
  const [row] = await on.query<{ times: number }>(
    `insert into alerts (workspace_id, key, severity, title, detail, connection_id, stream, first_at, last_at)
     values (coalesce((select workspace_id from connections where id = $6), $1), $2, $3, $4, $5, $6, $7, $8, $8)
     on conflict (workspace_id, key) where state = 'open' do update set severity = excluded.severity,
       title = excluded.title, detail = excluded.detail, last_at = excluded.last_at, times = alerts.times + 1
     returning times`,
    [
      DEFAULT_WORKSPACE,
      alert.key,
      alert.severity,
      alert.title,
      alert.detail,
      alert.connectionId ?? null,
      alert.stream ?? null,
      now,
    ],
  );
  return row?.times === 1;
}

/** Ends the open alert of this key; false where there is none. */
export async function resolveAlert(on: { readonly query: Query }, key: string, now: Date): Promise<boolean> {
  const rows = await on.query<{ id: string }>(
    `with ended as (
       update alerts set state = 'resolved', resolved_at = $2 where key = $1 and state = 'open' returning id
     ) select id from ended`,
    [key, now],
  );
  return rows.length > 0;
}

/** Open alerts, the newest first: of one workspace, or of all. What concerns no connection is the default workspace's. */
export const openAlerts = (warehouse: Warehouse, workspace: string | null = null): Promise<AlertRow[]> =>
  warehouse.query<AlertRow>(
    `select a.id, a.key, a.severity, a.title, a.detail, c.name as connection, a.stream, a.times,
       a.first_at as "firstAt", a.last_at as "lastAt"
     from alerts a left join connections c on c.id = a.connection_id
     where ($1::text is null or a.workspace_id = $1) and a.state = 'open' order by a.last_at desc`,
    [workspace],
  );
