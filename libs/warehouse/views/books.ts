import type { Json } from '#kernel';
import type { AlertRow } from '../alerts.js';
import type { Warehouse } from '../warehouse.js';

/** An alert of one workspace, open or not. */
export interface ListedAlert extends AlertRow {
  readonly connectionId: string | null;
  readonly state: 'open' | 'resolved';
  readonly resolvedAt: Date | null;
  readonly place: string;
}

/** What was seen last first, one more than `limit` where there are more. */
export const pageOfAlerts = (
  warehouse: Warehouse,
  asked: {
    readonly workspace: string;
    readonly state: 'open' | 'resolved';
    readonly severity?: string | undefined;
    readonly connectionId?: string | undefined;
    readonly after: readonly [place: string, id: string] | null;
    readonly limit: number;
  },
): Promise<ListedAlert[]> =>
  warehouse.query(
    `select a.id, a.key, a.severity, a.title, a.detail, a.connection_id as "connectionId", c.name as connection, a.stream,
       a.state, a.times, a.first_at as "firstAt", a.last_at as "lastAt", a.resolved_at as "resolvedAt",
       a.last_at::text as place
     from alerts a left join connections c on c.id = a.connection_id
     where a.workspace_id = $1 and a.state = $2 and ($3::text is null or a.severity = $3)
       and ($4::text is null or a.connection_id = $4)
       and ($5::timestamptz is null or (a.last_at, a.id) < ($5::timestamptz, $6::bigint))
     order by a.last_at desc, a.id desc limit $7`,
    [
      asked.workspace,
      asked.state,
      asked.severity ?? null,
      asked.connectionId ?? null,
      asked.after?.[0] ?? null,
      asked.after?.[1] ?? null,
      asked.limit + 1,
    ],
  );

/** A line of the audit log. */
export interface ListedDeed {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly via: 'session' | 'token' | null;
  readonly action: string;
  readonly subject: string | null;
  readonly outcome: string;
  readonly before: Json;
  readonly after: Json;
  /** Whether it can be taken back as far as it was told, and the deed that did. */
  readonly undoable: boolean;
  readonly undoneBy: string | null;
}

/** The newest first, one more than `limit` where there are more; `before` is the id of the last one listed. */
export const pageOfDeeds = (
  warehouse: Warehouse,
  asked: {
    readonly workspace: string;
    readonly actor?: string | undefined;
    readonly action?: string | undefined;
    readonly subject?: string | undefined;
    readonly from?: Date | undefined;
    readonly to?: Date | undefined;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<ListedDeed[]> =>
  warehouse.query(
    `select id, at, actor, via, action, subject, outcome, before, after, undo is not null as undoable,
       undone_by as "undoneBy"
     from audit_log
     where workspace_id = $1 and ($2::bigint is null or id < $2::bigint)
       and ($3::text is null or actor = $3)
       and ($4::text is null or action = $4 or starts_with(action, $4 || '.'))
       and ($5::text is null or subject = $5)
       and ($6::timestamptz is null or at >= $6) and ($7::timestamptz is null or at < $7)
     order by id desc limit $8`,
    [
      asked.workspace,
      asked.before,
      asked.actor ?? null,
      asked.action ?? null,
      asked.subject ?? null,
      asked.from ?? null,
      asked.to ?? null,
      asked.limit + 1,
    ],
  );
