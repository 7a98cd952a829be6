import { earlier, later, latest, newId, type Duration } from '#kernel';
import { snakeCase } from './tables/index.js';
import { queryOf } from './pages.js';
import type { RunRow } from './rows.js';
import { LeaseLost } from './runs.js';
import type { Warehouse } from './warehouse.js';

export interface Split {
  /** What is left of the slice, and whether all of that is read. */
  readonly kept: { readonly from: Date; readonly to: Date; readonly read: boolean };
  readonly added: { readonly id: string; readonly from: Date; readonly to: Date };
}

/**
 * Cuts a running slice in two under its claim, the later part as a slice of its own. Where pages come in order and
 * brought anything, the cut is at the newest record: what lies before is read, and only that instant is asked for again.
 * Otherwise both halves begin anew. Null where the window is a single instant.
 */
export async function splitSlice(
  warehouse: Warehouse,
  run: Pick<RunRow, 'id' | 'lease'>,
  { ordered, grainMs, now }: { ordered: boolean; grainMs: Duration; now: Date },
): Promise<Split | null> {
  return warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    // The backfill first, as whoever cancels it does; the new slice's number is nobody else's then.
    await query('select from backfills where id = (select backfill_id from runs where id = $1) for update', [
      run.id,
    ]);
    type Held = { from: Date; to: Date; cursorAt: Date | null };
    const [held] = (await query(
      `select window_from as "from", window_to as "to", cursor_at as "cursorAt" from runs
       where id = $1 and lease = $2 and state = 'running' for update`,
      [run.id, run.lease],
    )) as Held[];
    if (!held) throw new LeaseLost(run.id);
    const { from, to, cursorAt } = held;
    const step = Math.max(1, grainMs);
    const read = ordered && cursorAt !== null && cursorAt > from && cursorAt <= to;
    const cut = read ? cursorAt : ordered && cursorAt !== null ? later(from, step) : middle(from, to, step);
    if (cut > to || cut <= from) return null;
    const kept = { from, to: latest(from, earlier(cut, grainMs)), read };
    const added = { id: newId(), from: cut, to };
    await query(
      `update runs set window_to = $2, place = null, cursor_at = case when $3::boolean then cursor_at end where id = $1`,
      [run.id, kept.to, read],
    );
    await query(
      `insert into runs (${COPIED.join(', ')}, id, window_from, window_to, queued_at, slice)
       select ${COPIED.join(', ')}, $2, $3, $4, $5, (select max(slice) + 1 from runs where backfill_id = r.backfill_id)
       from runs r where id = $1`,
      [run.id, added.id, added.from, added.to, now],
    );
    return { kept, added };
  });
}

const COPIED = (['connectionId', 'stream', 'kind', 'trigger', 'pageSize', 'backfillId'] as const).map(
  snakeCase,
);

/** Halfway, on the platform's clock. */
const middle = (from: Date, to: Date, step: Duration): Date =>
  later(from, Math.max(step, Math.floor((to.getTime() - from.getTime()) / 2 / step) * step));
