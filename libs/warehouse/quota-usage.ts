import { arrayLiteral } from './array-literal.js';
import type { Warehouse } from './warehouse.js';

export interface UsageKey {
  readonly connectionId: string;
  readonly minute: Date;
  readonly limit: string;
  readonly operation: string;
  readonly lane: 'write' | 'live' | 'backfill';
  /** On whose behalf: a stream's name, `probe`, an action's. */
  readonly spender: string;
}

export interface Usage {
  readonly calls: number;
  /** Points, or calls. */
  readonly used: number;
  /** Calls that the platform refused over this limit. */
  readonly refused: number;
  readonly waitedMs: number;
}

/**
 * Adds to what is there, in one statement however many rows. Rows of a connection that was removed are left out. One
 * key may stand in `rows` once only.
 */
export async function addUsage(warehouse: Warehouse, rows: readonly (UsageKey & Usage)[]): Promise<void> {
  if (rows.length === 0) return;
  const column = (of: (row: UsageKey & Usage) => unknown): string => arrayLiteral(rows.map(of));
  await warehouse.query(
    `insert into quota_usage (connection_id, minute, limit_name, operation, lane, spender, calls, used, refused, waited_ms)
     select u.* from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[],
       $8::bigint[], $9::integer[], $10::bigint[])
       as u (connection_id, minute, limit_name, operation, lane, spender, calls, used, refused, waited_ms)
     join connections c on c.id = u.connection_id
     order by 1, 2, 3, 4, 5, 6
     on conflict (connection_id, minute, limit_name, operation, lane, spender) do update set
       calls = quota_usage.calls + excluded.calls, used = quota_usage.used + excluded.used,
       refused = quota_usage.refused + excluded.refused, waited_ms = quota_usage.waited_ms + excluded.waited_ms`,
    [
      column((row) => row.connectionId),
      column((row) => row.minute),
      column((row) => row.limit),
      column((row) => row.operation),
      column((row) => row.lane),
      column((row) => row.spender),
      column((row) => row.calls),
      column((row) => Math.round(row.used)),
      column((row) => row.refused),
      column((row) => Math.round(row.waitedMs)),
    ],
  );
}

/** What one spender used of one limit. */
export interface Spent extends Usage, Omit<UsageKey, 'minute' | 'operation'> {
  /** The newest minute in which it did. */
  readonly lastAt: Date;
}

/** What was spent since, by connection, limit, lane and spender; whoever used most comes first. */
export const usageSince = (warehouse: Warehouse, since: Date): Promise<Spent[]> =>
  warehouse.query<Spent>(
    `select connection_id as "connectionId", limit_name as "limit", lane, spender, sum(calls)::int as calls,
       sum(used)::float8 as used, sum(refused)::int as refused, sum(waited_ms)::float8 as "waitedMs", max(minute) as "lastAt"
     from quota_usage where minute >= date_trunc('minute', $1::timestamptz)
     group by 1, 2, 3, 4 order by 1, 2, used desc, lane, spender`,
    [since],
  );

/** Forgets what was spent before; how many rows. */
export async function trimUsage(warehouse: Warehouse, before: Date): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(
    `with gone as (delete from quota_usage where minute < $1 returning 1) select count(*)::int as n from gone`,
    [before],
  );
  return row?.n ?? 0;
}
