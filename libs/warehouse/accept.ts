import { Failure } from '#kernel';
import { arrayLiteral } from './array-literal.js';
import { AuditEntry } from './entities.js';
import { queryOf } from './pages.js';
import type { RunKind, RunRow } from './rows.js';
import { noteGoodRun } from './failures.js';
import { statesBefore } from './run-states.js';
import { findRun } from './runs.js';
import type { Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';
import { DEFAULT_WORKSPACE } from './workspace.js';

interface Accepted {
  readonly connectionId: string;
  readonly stream: string;
  readonly kind: RunKind;
  readonly verdictReason: string | null;
  readonly backfillId: string | null;
  /** How far it read; null where it brought nothing. */
  readonly readTo: Date | null;
}

/**
 * A person's word that a run which the platform's count or the stream's own history spoke against is right: it counts
 * as succeeded from now on, its stream's checkpoint moves to what it read, and the audit log tells who said so. Nothing
 * that came empty is marked gone by this: that is the next full read's to find.
 */
export async function acceptRun(
  warehouse: Warehouse,
  id: string,
  accepted: { readonly by: string; readonly now: Date; readonly toldElsewhere?: true },
): Promise<RunRow> {
  const done = await warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    const [run] = await query<Accepted>(
      `with accepted as (
         update runs set state = 'succeeded', accepted_by = $2, accepted_at = $3, failure = null, failure_kind = null,
           reason = 'accepted by ' || $2
         where id = $1 and state = any($4::text[]) and state = 'failed' and verdict = 'differs' returning *
       ) select connection_id as "connectionId", stream, kind, verdict_reason as "verdictReason",
           backfill_id as "backfillId",
           least(cursor_at, window_to) as "readTo" from accepted`,
      [id, accepted.by, accepted.now, arrayLiteral(statesBefore('succeeded'))],
    );
    if (!run) return false;
    if (run.readTo && (run.kind === 'incremental' || run.kind === 'refresh'))
      await query(
        `with moved as (
           insert into checkpoints as c (connection_id, stream, cursor_at, proven_at, run_id) values ($1, $2, $3, $3, $4)
           on conflict (connection_id, stream) do update set cursor_at = greatest(c.cursor_at, excluded.cursor_at),
             proven_at = greatest(c.proven_at, excluded.proven_at), updated_at = now() returning 1
         ) select from moved`,
        [run.connectionId, run.stream, run.readTo, id],
      );
    if (!accepted.toldElsewhere)
      await manager.insert(AuditEntry, {
        workspaceId: DEFAULT_WORKSPACE,
        at: accepted.now,
        actor: accepted.by,
        action: 'accept',
        subject: `run ${id}`,
        outcome: run.verdictReason ?? 'accepted',
      });
    await noteGoodRun(query, id, accepted.now);
    if (run.backfillId !== null) await settleBackfill(query, run.backfillId);
    return true;
  });
  const run = await findRun(warehouse, id);
  if (done && run) return run;
  if (!run) throw new Failure('refused', `there is no run ${id}; list them with: npx stratus runs`);
  throw new Failure(
    'refused',
    run.state === 'failed'
      ? `run ${id} failed for another reason than its counts: mend that and try again with: npx stratus retry ${id}`
      : `run ${id} is ${run.state}: only a failed run whose counts differ can be accepted`,
  );
}

/** A backfill whose last failed slice was accepted has succeeded. */
async function settleBackfill(query: Query, id: string): Promise<void> {
  await query(
    `with settled as (
       update backfills b set state = 'succeeded' where id = $1 and state = 'failed'
         and not exists (select from runs r where r.backfill_id = b.id and r.state <> 'succeeded') returning 1
     ) select from settled`,
    [id],
  );
}
