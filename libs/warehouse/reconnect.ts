import type { EntityManager } from 'typeorm';
import { raiseAlert, resolveAlert } from './alerts.js';
import { arrayLiteral } from './array-literal.js';
import { Connection } from './entities.js';
import { queryOf } from './pages.js';
import { statesBefore } from './run-states.js';
import type { ConnectionRow } from './rows.js';
import type { Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';

const alertKey = (connectionId: string): string => `reconnect/${connectionId}`;
const mending = ({ platform, name }: Pick<ConnectionRow, 'platform' | 'name'>): string =>
  `npx stratus connections add ${platform} --name ${name}`;

/**
 * Stops everything of a connection whose credentials were refused, until an operator enters others: no schedule, the
 * waiting runs end as failed, one alert. False where the credentials are no longer those that were refused, which
 * `renewal` tells: it is the number under which they were read.
 */
export async function markReconnect(
  warehouse: Warehouse,
  refused: { readonly id: string; readonly renewal: number; readonly reason: string },
  now: Date,
): Promise<boolean> {
  return warehouse.transaction(async (manager) => {
    const { id, renewal, reason } = refused;
    const row = await manager.findOne(Connection, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) return true;
    if (row.renewal !== renewal) return false;
    if (row.status === 'reconnect') return true;
    await manager.update(
      Connection,
      { id },
      { status: 'reconnect', statusReason: reason, renewingUntil: null, updatedAt: now },
    );
    const query = queryOf(manager);
    const blocked = await blockRuns(query, row, reason, now);
    await raiseAlert(
      { query },
      {
        key: alertKey(id),
        severity: 'critical',
        title: `${row.name} needs new credentials`,
        detail: `${reason}; its schedules are stopped and ${blocked} waiting ${blocked === 1 ? 'run' : 'runs'} ended, to go on by ${blocked === 1 ? 'itself' : 'themselves'} after: ${mending(row)}`,
        connectionId: id,
      },
      now,
    );
    return true;
  });
}

/** Waiting runs end here; one that is under way ends by itself at its next look at the connection. */
async function blockRuns(
  query: Query,
  connection: Pick<ConnectionRow, 'id' | 'platform' | 'name'>,
  reason: string,
  now: Date,
): Promise<number> {
  const failure = `${connection.name} needs new credentials (${reason}); this run goes on by itself after: ${mending(connection)}`;
  const rows = await query<{ id: string }>(
    `with blocked as (
       update runs set state = 'failed', finished_at = $2, failure_kind = 'credential', failure = $3, reason = null,
         not_before = null
       where connection_id = $1 and state <> 'running' and state = any($4::text[]) returning id
     ), logged as (
       insert into run_logs (run_id, level, message) select id, 'error', $3 from blocked
     ) select id from blocked`,
    [connection.id, now, failure, arrayLiteral(statesBefore('failed'))],
  );
  return rows.length;
}

/**
 * Makes a connection active again within the transaction that gave it credentials, or proved those it has: the alert
 * ends, and what was blocked goes back to the queue, each run from its own place. Returns how many runs that is.
 */
export async function reopen(manager: EntityManager, id: string, now: Date): Promise<number> {
  const query = queryOf(manager);
  await manager.update(Connection, { id }, { status: 'active', statusReason: null, updatedAt: now });
  await resolveAlert({ query }, alertKey(id), now);
  // A run that had begun keeps one attempt: a newer slot may replace only those that have not.
  const rows = await query<{ id: string }>(
    `with back as (
       update runs r set state = 'queued', attempt = least(attempt, 1), finished_at = null, not_before = null,
         reason = 'its connection has new credentials', queued_at = $2
       where connection_id = $1 and state = 'failed' and failure_kind = 'credential'
         and not exists (select from backfills b where b.id = r.backfill_id and b.state = 'cancelled')
       returning id, backfill_id
     ), reopened as (
       update backfills set state = 'running', finished_at = null
       where state = 'failed' and id in (select backfill_id from back)
     ) select id from back`,
    [id, now],
  );
  return rows.length;
}

/** The credentials it has were proved good after all; how many blocked runs went back to the queue. */
export const reactivate = (warehouse: Warehouse, id: string, now: Date): Promise<number> =>
  warehouse.transaction(async (manager) => {
    const row = await manager.findOne(Connection, { where: { id }, lock: { mode: 'pessimistic_write' } });
    return row?.status === 'reconnect' ? reopen(manager, id, now) : 0;
  });
