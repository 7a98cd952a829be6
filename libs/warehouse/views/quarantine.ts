import type { QuarantinedRecord } from '../quarantined.js';
import type { Warehouse } from '../warehouse.js';

export interface RecordsAsked {
  readonly workspace: string;
  readonly state: 'open' | 'landed' | 'ignored';
  readonly connectionId?: string | undefined;
  readonly stream?: string | undefined;
  readonly fingerprint?: string | undefined;
  /** The `place` and the id of the last one listed. */
  readonly after: readonly [place: string, id: string] | null;
  readonly limit: number;
}

export type ListedRecord = Omit<QuarantinedRecord, 'payload' | 'editedPayload'> & { readonly place: string };

/** Records in the quarantine without their payloads, what was seen last first; one more than `limit` where there are more. */
export const pageOfRecords = (warehouse: Warehouse, asked: RecordsAsked): Promise<ListedRecord[]> =>
  warehouse.query(
    `select q.* from connections c
     cross join lateral (
       select q.id, q.connection_id as "connectionId", c.name as connection, q.stream, q.record_key as "recordKey",
         q.run_id as "runId", q.page, q.reason, q.state, q.times, q.fingerprint, q.version, q.whole,
         q.edited_by as "editedBy", q.edited_at as "editedAt", q.replay_run as "replayRun",
         q.first_seen_at as "firstSeenAt", q.last_seen_at as "lastSeenAt", q.last_seen_at::text as place
       from quarantine q
       where q.connection_id = c.id and q.state = $2 and ($4::text is null or q.stream = $4)
         and ${asked.fingerprint === undefined ? '$5::text is null' : 'q.fingerprint = $5'}
         and ($6::timestamptz is null or (q.last_seen_at, q.id) < ($6::timestamptz, $7::bigint))
       order by q.last_seen_at desc, q.id desc limit $8
     ) q
     where c.workspace_id = $1 and ($3::text is null or c.id = $3)
     order by q."lastSeenAt" desc, q.id desc limit $8`,
    [
      asked.workspace,
      asked.state,
      asked.connectionId ?? null,
      asked.stream ?? null,
      asked.fingerprint ?? null,
      asked.after?.[0] ?? null,
      asked.after?.[1] ?? null,
      asked.limit + 1,
    ],
  );

/** Which of the ids are of records of that workspace. */
export async function recordsIn(
  warehouse: Warehouse,
  workspace: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const rows = await warehouse.query<{ id: string }>(
    `select q.id from quarantine q join connections c on c.id = q.connection_id
     where q.id = any($2::bigint[]) and c.workspace_id = $1`,
    [workspace, [...ids]],
  );
  return new Set(rows.map(({ id }) => id));
}
