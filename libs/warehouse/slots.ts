import type { RunRow } from './rows.js';
import type { Warehouse } from './warehouse.js';

/*
 * What becomes of a schedule's slots that come faster than they are read. A waiting run that has read nothing is
 * replaced by the newer slot, which asks for the same and more. One that stands in the middle is kept, and the slot waits
 * for its end: thrown away again and again, a reading that takes longer than its cadence would never come to it.
 */

/** What a run leaves that has read something: another one would have to read it again. */
export const begun = (run: string): string => `(${run}.pages > 0 or ${run}.place is not null)`;

/**
 * A scheduled run that goes on by itself, in SQL: it is throttled, or it has begun and waits for a worker. Not one that
 * waits for its next try after a failure: until then a newer slot's may be the first to read again.
 */
export const waitsBegun = (run: string): string =>
  `${run}.trigger = 'schedule' and ${run}.state in ('queued', 'snoozed')
     and (${run}.state = 'snoozed' or (${begun(run)} and (${run}.attempt = 0 or ${run}.not_before is null)))`;

/** A newer slot replaces the scheduled runs of the same stream that still wait and have read nothing; returns their ids. */
export async function supersedeQueued(warehouse: Warehouse, run: RunRow, now: Date): Promise<string[]> {
  const rows = await warehouse.query<{ id: string }>(
    `with old as (
       update runs r set state = 'cancelled', finished_at = $4, reason = 'a newer slot replaced it'
       where connection_id = $1 and stream = $2 and id <> $3 and trigger = 'schedule' and kind = $6
         and state = 'queued' and attempt = 0 and slot < $5 and not ${begun('r')}
       returning id
     ) select id from old`,
    [run.connectionId, run.stream, run.id, now, run.slot, run.kind],
  );
  return rows.map((row) => row.id);
}

/** Another run of the same stream that reads its past from an export, or null: an export is begun once and read to its end. */
export async function runInExport(
  warehouse: Warehouse,
  run: Pick<RunRow, 'id' | 'connectionId' | 'stream'>,
): Promise<string | null> {
  const [other] = await warehouse.query<{ id: string }>(
    `select id from runs where connection_id = $1 and stream = $2 and id <> $3 and backfill_id is null
       and state in ('queued', 'running', 'snoozed') and place ? 'export' limit 1`,
    [run.connectionId, run.stream, run.id],
  );
  return other?.id ?? null;
}
