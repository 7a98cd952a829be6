import type { Warehouse } from './warehouse.js';

/**
 * SQL for the ids of the slices whose turn it is, as `turn.id`: as many as the backfill has seats, those first that
 * have begun, then the most recent.
 */
export const turnOf = (backfillId: string, parallel: string): string =>
  `lateral (
     select id from runs where backfill_id = ${backfillId} and state in ('queued', 'running', 'snoozed')
     order by state <> 'running', started_at is null, window_to desc limit ${parallel}
   ) turn`;

/** Why a slice that waits finds no seat, in words; null where one is free. */
export async function whyNoSeat(warehouse: Warehouse, backfillId: string): Promise<string | null> {
  const [backfill] = await warehouse.query<{ state: string; parallel: number; taken: number }>(
    `select state, parallel,
       (select count(*)::int from runs where backfill_id = b.id and state = 'running') as taken
     from backfills b where id = $1`,
    [backfillId],
  );
  if (!backfill) return 'its backfill was removed';
  if (backfill.state !== 'running') return `its backfill is ${backfill.state}`;
  const { taken, parallel } = backfill;
  return taken < parallel ? null : `${taken} slices of its backfill run already, as many as may`;
}

/** How a backfill stands now; null where it was removed. */
export async function backfillState(warehouse: Warehouse, id: string): Promise<string | null> {
  const [row] = await warehouse.query<{ state: string }>('select state from backfills where id = $1', [id]);
  return row?.state ?? null;
}
