import { arrayLiteral } from '../array-literal.js';
import type { RunKind } from '../rows.js';
import type { RunState } from '../run-states.js';
import type { Warehouse } from '../warehouse.js';

/** A run as a live page follows it. */
export interface LiveRun {
  readonly id: string;
  readonly workspace: string;
  readonly connectionId: string;
  readonly connection: string;
  readonly stream: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly attempt: number;
  readonly worker: string | null;
  readonly pages: number;
  readonly records: number;
  readonly moved: number;
  readonly quarantined: number;
  readonly windowFrom: Date | null;
  readonly windowTo: Date | null;
  readonly cursorAt: Date | null;
  readonly sourceCount: string | null;
  readonly notBefore: Date | null;
  readonly reason: string | null;
  readonly failure: string | null;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const LIVE = `select r.id, c.workspace_id as workspace, r.connection_id as "connectionId", c.name as connection, r.stream,
  r.kind, r.state, r.attempt, r.worker, r.pages, r.records, r.inserted + r.changed + r.gone as moved, r.quarantined,
  r.window_from as "windowFrom", r.window_to as "windowTo", r.cursor_at as "cursorAt", r.source_count as "sourceCount",
  r.not_before as "notBefore", r.reason, r.failure, r.queued_at as "queuedAt", r.started_at as "startedAt",
  r.finished_at as "finishedAt"
  from runs r join connections c on c.id = r.connection_id`;

/** More open runs than this are slices of backfills that wait: nobody follows each of them. */
const MOST_OPEN = 1000;

/** Every run that runs or is due soonest, and those that ended since. */
export const liveRuns = (
  warehouse: Warehouse,
  endedSince: Date,
  ids: readonly string[],
): Promise<LiveRun[]> =>
  warehouse.query(
    `(${LIVE} where r.state in ('running', 'snoozed', 'queued') order by r.state <> 'running', r.queued_at limit ${MOST_OPEN})
     union all
     (${LIVE} where r.finished_at > $1 order by r.finished_at desc limit ${MOST_OPEN})
     union all
     (${LIVE} where r.id = any($2::text[]) and r.state in ('succeeded', 'failed', 'cancelled') and r.finished_at <= $1)`,
    [endedSince, arrayLiteral(ids)],
  );

/** One text per workspace and subject that changes whenever something there does. */
export const liveMarks = (
  warehouse: Warehouse,
): Promise<{ workspace: string; subject: string; mark: string }[]> =>
  warehouse.query(
    `select workspace_id as workspace, 'connections' as subject,
       md5(string_agg(id || name || status || coalesce(status_reason, '') || updated_at, ',' order by id)) as mark
     from connections group by 1
     union all
     select c.workspace_id, 'streams', md5(string_agg(s::text, ',' order by s.connection_id, s.stream))
     from streams s join connections c on c.id = s.connection_id group by 1
     union all
     select workspace_id, 'failures', count(*) || ' ' || max(last_seen_at) from failures where state = 'open' group by 1
     union all
     select c.workspace_id, 'quarantine', count(*) || ' ' || max(q.last_seen_at)
     from quarantine q join connections c on c.id = q.connection_id where q.state = 'open' group by 1
     union all
     select workspace_id, 'alerts', count(*) || ' ' || max(last_at) from alerts where state = 'open' group by 1
     union all
     select c.workspace_id, 'backfills', md5(string_agg(b.id || b.state, ',' order by b.id))
     from backfills b join connections c on c.id = b.connection_id where b.state in ('running', 'paused') group by 1
     union all
     select workspace_id, 'bulk', md5(string_agg(id || state || done, ',' order by id))
     from bulk_actions where state = 'running' group by 1`,
  );
