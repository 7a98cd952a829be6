import { arrayLiteral } from './array-literal.js';
import { held, inScope, spanOf, type Scope } from './completeness.js';
import { queryOf } from './pages.js';
import type { RunRow } from './rows.js';
import type { Table } from './tables/index.js';
import type { Warehouse } from './warehouse.js';

/*
 * Rows that a run which read everything was not served. What another run has written since this one began is left
 * alone: it is newer than this run's reading. Which runs those are is told by the runs' own rows, not by comparing the
 * database's clock with the workers'.
 */
const unseen = (scope: Scope): string => `
  from "${scope.into.name}" t
  where t.connection_id = $1 and ${inScope(scope)} and t.deleted_at is null
    and not exists (select from run_seen s where s.run_id = $4 and s.source_id = t.source_id)
    and not exists (
      select from runs w
      where w.id = t.run_id and w.id <> $4
        and (w.finished_at is null or w.finished_at > (select started_at from runs where id = $4))
    )`;

/** How many rows of the scope the run was not served, and how many there are. */
export async function countUnseen(
  warehouse: Pick<Warehouse, 'query'>,
  run: RunRow,
  scope: Scope,
): Promise<{ unseen: number; rows: number }> {
  const [found] = await warehouse.query<{ unseen: string; rows: string }>(
    `select (select count(*) ${unseen(scope)}) as unseen, (
       select count(*) from "${scope.into.name}" t
       where t.connection_id = $1 and ${inScope(scope)} and t.deleted_at is null
     ) as rows`,
    [...spanOf(scope), run.id],
  );
  return { unseen: Number(found!.unseen), rows: Number(found!.rows) };
}

/** Marks them and their children gone; returns how many rows that were. */
export async function markUnseen(
  warehouse: Warehouse,
  run: RunRow,
  scope: Scope & { readonly children: readonly Table[]; readonly countsGone: boolean },
): Promise<number> {
  return warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    // Locks the run's row: whoever lost the run marks nothing.
    await held(
      query,
      `update runs set lease = lease where id = $1 and lease = $2 and state = 'running' returning id`,
      [run.id, run.lease],
    );
    const gone = await query<{ id: string }>(
      `with lost as (select t.source_id ${unseen(scope)}), marked as (
         update "${scope.into.name}" t set deleted_at = now(), synced_at = now(), run_id = $4
         from lost where t.connection_id = $1 and t.source_id = lost.source_id returning t.source_id
       ) select source_id as id from marked`,
      [...spanOf(scope), run.id],
    );
    let rows = gone.length;
    for (const child of gone.length === 0 ? [] : scope.children) {
      const [marked] = await query<{ n: string }>(
        `with marked as (
           update "${child.name}" t set deleted_at = now(), synced_at = now(), run_id = $2
           where t.connection_id = $1 and t.parent_source_id = any($3::text[]) and t.deleted_at is null returning 1
         ) select count(*) as n from marked`,
        [scope.connectionId, run.id, arrayLiteral(gone.map(({ id }) => id))],
      );
      rows += Number(marked!.n);
    }
    /* crash point: after-rows. The marks roll back with the connection; what the run was served is still noted, and
       its row says that everything is read: the next attempt begins at the close. */
    await held(
      query,
      `update runs set gone = gone + $3, our_count = our_count - $4
       where id = $1 and lease = $2 and state = 'running' returning id`,
      [run.id, run.lease, rows, scope.countsGone ? 0 : gone.length],
    );
    return rows;
  });
}

/**
 * What failed or cancelled refreshes were served is kept for their retry, but not for ever: after a week they begin
 * anew, or they would take what was forgotten for gone.
 */
export async function forgetOldSeen(warehouse: Pick<Warehouse, 'query'>, before: Date): Promise<void> {
  await warehouse.query(
    `with old as (
       update runs set place = null, read_at = null, reading = 'window'
       where finished_at < $1 and id in (select distinct run_id from run_seen) returning id
     ), gone as (delete from run_seen s using old where s.run_id = old.id returning 1)
     select from gone`,
    [before],
  );
}
