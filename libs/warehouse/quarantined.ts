import { Failure, type Json } from '#kernel';
import { jsonText } from './array-literal.js';
import { told, type Asked } from './audit.js';
import { regroup } from './failures.js';
import { queryOf } from './pages.js';
import type { QuarantineRow } from './rows.js';
import type { Warehouse } from './warehouse.js';

/** A record of the quarantine with the name of its connection. */
export type QuarantinedRecord = QuarantineRow & { connection: string };

const RECORD = `select q.id, q.connection_id as "connectionId", q.stream, q.record_key as "recordKey", q.run_id as "runId",
  q.page, q.payload, q.reason, q.state, q.times, q.fingerprint, q.version, q.whole, q.edited_payload as "editedPayload",
  q.edited_by as "editedBy", q.edited_at as "editedAt", q.replay_run as "replayRun", q.first_seen_at as "firstSeenAt",
  q.last_seen_at as "lastSeenAt", c.name as connection
  from quarantine q join connections c on c.id = q.connection_id`;

/** Records in the quarantine, the latest first; their payloads are not read. */
export const listQuarantine = (
  warehouse: Warehouse,
  filter: {
    state: 'open' | 'landed' | 'ignored';
    stream?: string;
    connectionId?: string;
    fingerprint?: string;
    limit: number;
  },
): Promise<Omit<QuarantinedRecord, 'payload' | 'editedPayload'>[]> =>
  warehouse.query<QuarantinedRecord>(
    `${RECORD.replace('q.payload, ', '').replace('q.edited_payload as "editedPayload",', '')}
     where q.state = $1 and ($2::text is null or q.stream = $2) and ($3::text is null or q.connection_id = $3)
       and ($4::text is null or q.fingerprint = $4)
     order by q.last_seen_at desc, q.id desc limit $5`,
    [
      filter.state,
      filter.stream ?? null,
      filter.connectionId ?? null,
      filter.fingerprint ?? null,
      filter.limit,
    ],
  );

/** One record of the quarantine; a Failure where the id is none of its. */
export async function findQuarantined(warehouse: Warehouse, id: string): Promise<QuarantinedRecord> {
  const [found] = /^\d{1,18}$/.test(id)
    ? await warehouse.query<QuarantinedRecord>(`${RECORD} where q.id = $1`, [id])
    : [];
  if (found) return found;
  throw new Failure(
    'refused',
    `there is no record ${JSON.stringify(id)} in the quarantine; list them with: npx stratus quarantine list`,
  );
}

/** Keeps a person's version of the payload, to be replayed in its place; who made it goes in the audit log, not what. */
export async function editQuarantined(
  warehouse: Warehouse,
  record: Pick<QuarantineRow, 'id' | 'times' | 'stream' | 'recordKey'> & { connection: string },
  payload: Json,
  asked: Asked,
): Promise<void> {
  const { by, at } = asked;
  await warehouse.transaction(async (manager) => {
    const [edited] = (await manager.query(
      `with edited as (
         update quarantine set edited_payload = $3::jsonb, edited_by = $4, edited_at = $5
         where id = $1 and times = $2 and state <> 'landed' returning id
       ) select id from edited`,
      [record.id, record.times, jsonText(payload), by, at],
    )) as { id: string }[];
    if (!edited)
      throw new Failure(
        'refused',
        `record ${record.id} has landed or was sent anew meanwhile; look again: npx stratus quarantine show ${record.id}`,
      );
    await told(
      manager,
      asked,
      'quarantine.edit',
      `${record.stream} ${record.recordKey} on ${record.connection}`,
    );
  });
}

/** Puts a record aside for good, or back: an ignored one is neither replayed nor counted as open. */
export async function ignoreQuarantined(
  warehouse: Warehouse,
  record: Pick<QuarantineRow, 'id' | 'connectionId' | 'stream' | 'recordKey' | 'fingerprint'> & {
    connection: string;
  },
  ignored: boolean,
  asked: Asked,
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    await manager.query(`update quarantine set state = $2 where id = $1 and state <> 'landed'`, [
      record.id,
      ignored ? 'ignored' : 'open',
    ]);
    if (ignored && record.fingerprint !== null)
      await regroup(
        queryOf(manager),
        { connectionId: record.connectionId, seen: [], left: [record.fingerprint] },
        asked.at,
      );
    else
      await manager.query(
        `update failures set state = 'open', resolved_at = null, resolved_by = null
         where workspace_id = (select workspace_id from connections where id = $1) and fingerprint = $2
           and state = 'resolved'`,
        [record.connectionId, record.fingerprint],
      );
    const subject = `${record.stream} ${record.recordKey} on ${record.connection}`;
    await told(manager, asked, ignored ? 'quarantine.ignore' : 'quarantine.reopen', subject);
  });
}
