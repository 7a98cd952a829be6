import type { Duration } from '#kernel';
import { reapRuns } from './runs.js';
import type { RunRow } from './rows.js';
import type { Warehouse } from './warehouse.js';

/*
 * A worker holds an advisory lock in a session of its own for as long as it lives: the operating system ends the
 * session with the process, whatever killed it, so that others know at once and need not wait for a lease to lapse.
 */

/** Any number, the same in every worker. */
const PRESENCE_LOCK = 0x57_4f_52_4b;

/** SQL that takes the lock of the process `$1` and writes down that it is there to be missed. */
export const TAKE_PRESENCE = `select pg_advisory_lock_shared(${PRESENCE_LOCK}, hashtext($1))`;

/** From now on the process counts as dead where its lock is gone. */
export async function notePresence(warehouse: Warehouse, process: string): Promise<boolean> {
  const rows = await warehouse.query<{ process: string }>(
    `with noted as (
       update heartbeats set present = true where process = $1 and part = 'worker' returning process
     ) select process from noted`,
    [process],
  );
  return rows.length > 0;
}

/**
 * Workers whose lock is gone though they never said goodbye. None in the first moments of a server that was just
 * started: its sessions are all gone, and the workers that had them come back.
 */
export async function missingWorkers(warehouse: Warehouse, graceMs: Duration): Promise<string[]> {
  const rows = await warehouse.query<{ process: string }>(
    `select h.process from heartbeats h
     where h.part = 'worker' and h.present and h.stopped_at is null
       and pg_postmaster_start_time() < now() - make_interval(secs => $1::float8 / 1000)
       and not exists (
         select from pg_locks l where l.locktype = 'advisory' and l.classid::bigint = ${PRESENCE_LOCK} and l.objsubid = 2
           and l.objid::bigint = hashtext(h.process)::bigint & 4294967295
           and l.database = (select oid from pg_database where datname = current_database()))`,
    [graceMs],
  );
  return rows.map(({ process }) => process);
}

/** A worker that is dead: its runs go back to the queue at once. Were it alive after all, its writes would be refused. */
export async function buryWorker(warehouse: Warehouse, process: string, now: Date): Promise<RunRow[]> {
  await warehouse.query(
    `with gone as (
       update heartbeats set stopped_at = $2, present = false where process = $1 and part = 'worker' returning process
     ), lapsed as (
       update runs set lease_until = $2::timestamptz - interval '1 millisecond'
       where state = 'running' and worker in (select process from gone) returning 1
     ) select count(*) from lapsed`,
    [process, now],
  );
  return reapRuns(warehouse, now);
}
