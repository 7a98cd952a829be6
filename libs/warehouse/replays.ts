import { newId, type Json } from '#kernel';
import { redactText } from '#telemetry';
import { arrayLiteral } from './array-literal.js';
import { beginBulk, noteBulk, type DeskFilter } from './bulk.js';
import { regroup, type Cause, type Seen } from './failures.js';
import type { PatchPart } from './patches.js';
import { queryOf, writeParts, type TablePart } from './pages.js';
import type { Counts, QuarantineRow, RunRow } from './rows.js';
import { fence } from './runs.js';
import type { Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';

/*
 * A replay is a run of its stream whose records come out of the quarantine: each chosen record carries the run's id
 * until the page that settles it commits, so a replay that is killed goes on with those that are left.
 */

const CHOSEN = `q.state = 'open' and ($1::text is null or q.fingerprint = $1) and ($2::text is null or q.stream = $2)
  and ($3::text is null or q.connection_id = $3) and ($4::timestamptz is null or q.last_seen_at >= $4)
  and ($5::bigint[] is null or q.id = any($5::bigint[]))
  and ($6::text is null or exists (select from connections w where w.id = q.connection_id and w.workspace_id = $6))`;
const valuesOf = (filter: DeskFilter): unknown[] => [
  filter.fingerprint ?? null,
  filter.stream ?? null,
  filter.connectionId ?? null,
  filter.since ?? null,
  filter.ids === undefined ? null : arrayLiteral(filter.ids),
  filter.workspace ?? null,
];

/** How many records of one stream and connection a replay would take. */
export interface ReplayPart {
  readonly connectionId: string;
  readonly connection: string;
  readonly stream: string;
  readonly records: number;
  /** Of them, those that are not kept as they were sent and that nobody has edited. */
  readonly cut: number;
}

export const replayable = (warehouse: Warehouse, filter: DeskFilter): Promise<ReplayPart[]> =>
  warehouse.query<ReplayPart>(
    `select q.connection_id as "connectionId", c.name as connection, q.stream, count(*)::int as records,
       (count(*) filter (where not q.whole and q.edited_at is null))::int as cut
     from quarantine q join connections c on c.id = q.connection_id where ${CHOSEN}
     group by 1, 2, 3 order by 2, 3`,
    valuesOf(filter),
  );

export interface Replay {
  readonly bulkId: string;
  readonly runs: readonly { readonly id: string; readonly connectionId: string; readonly stream: string }[];
}

/** Makes a run per stream and connection for the records meant; each still needs its job. Null where there are none. */
export async function beginReplay(
  warehouse: Warehouse,
  filter: DeskFilter,
  by: string,
  now: Date,
): Promise<Replay | null> {
  return warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    const chosen = await query<{ id: string; connectionId: string; stream: string }>(
      `select q.id, q.connection_id as "connectionId", q.stream from quarantine q where ${CHOSEN} order by q.id for update`,
      valuesOf(filter),
    );
    if (chosen.length === 0) return null;
    const bulkId = await beginBulk(query, { action: 'replay', filter, total: chosen.length, by }, now);
    const groups = new Map<string, typeof chosen>();
    for (const one of chosen) {
      const group = `${one.connectionId} ${one.stream}`;
      const known = groups.get(group);
      if (known) known.push(one);
      else groups.set(group, [one]);
    }
    const runs: Replay['runs'][number][] = [];
    for (const records of groups.values()) {
      const { connectionId, stream } = records[0]!;
      const run = { id: newId(), connectionId, stream };
      await query(
        `insert into runs (id, connection_id, stream, kind, trigger, queued_at, bulk_id)
         values ($1, $2, $3, 'replay', 'manual', $4, $5)`,
        [run.id, connectionId, stream, now, bulkId],
      );
      await query(
        `with meant as (update quarantine set replay_run = $1 where id = any($2::bigint[]) returning 1) select from meant`,
        [run.id, arrayLiteral(records.map(({ id }) => id))],
      );
      runs.push(run);
    }
    return { bulkId, runs };
  });
}

/** Takes from a replay's runs what they have not replayed yet; the records stay in the quarantine. */
export async function dropReplay(warehouse: Warehouse, runIds: readonly string[]): Promise<void> {
  await warehouse.query(
    `with dropped as (update quarantine set replay_run = null where replay_run = any($1::text[]) returning 1) select from dropped`,
    [arrayLiteral(runIds)],
  );
}

/** A record on its way out of the quarantine. */
export type Replayed = Pick<
  QuarantineRow,
  'id' | 'recordKey' | 'state' | 'times' | 'whole' | 'payload' | 'editedPayload' | 'editedAt'
>;

export const nextToReplay = (
  warehouse: Warehouse,
  run: Pick<RunRow, 'id'>,
  limit: number,
): Promise<Replayed[]> =>
  warehouse.query<Replayed>(
    `select id, record_key as "recordKey", state, times, whole, payload, edited_payload as "editedPayload",
       edited_at as "editedAt"
     from quarantine where replay_run = $1 order by id limit $2`,
    [run.id, limit],
  );

/** What became of one record: it landed, or why it stays. */
export interface ReplayResult {
  readonly record: Replayed;
  readonly stays: { readonly reason: string; readonly cause: Cause } | null;
}

export interface ReplayPage {
  readonly main: TablePart;
  readonly children: readonly TablePart[];
  readonly patches?: readonly PatchPart[];
  readonly results: readonly ReplayResult[];
  readonly calls: number;
  readonly leaseUntil: Date;
}

/**
 * Commits replayed records behind the run's fencing token. A record that was quarantined anew meanwhile keeps its newer
 * payload and stays open, though the older one landed: it says something else.
 */
export async function commitReplay(warehouse: Warehouse, run: RunRow, page: ReplayPage): Promise<Counts> {
  return warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    const { fresh: _, ...written } = await writeParts(
      query,
      { connectionId: run.connectionId, runId: run.id },
      { ...page, comparison: 'fingerprint' },
    );
    const failed = page.results.filter(({ stays }) => stays !== null).length;
    const counts: Counts = {
      ...written,
      pages: 1,
      calls: page.calls,
      records: page.results.length,
      quarantined: failed,
    };
    const { leaseUntil } = page;
    /* crash point: after-rows. As in a page: the rows roll back, and their records still carry the run's id, so that
       the next attempt takes them out of the quarantine again. */
    await fence(query, run, {
      counts,
      place: null,
      cursorAt: null,
      pageSize: page.results.length,
      leaseUntil,
    });
    await settle(query, run, page.results);
    if (run.bulkId !== null) await noteBulk(query, run.bulkId, { done: page.results.length, failed });
    return counts;
  });
}

async function settle(query: Query, run: RunRow, results: readonly ReplayResult[]): Promise<void> {
  const column = (of: (one: ReplayResult) => unknown): string => arrayLiteral(results.map(of));
  const rows = await query<{ id: string; before: string | null; fingerprint: string | null; state: string }>(
    `with result as (
       select * from unnest($2::bigint[], $3::int[], $4::boolean[], $5::text[], $6::text[])
         as r(id, times, landed, reason, fingerprint)
     ), settled as (
       update quarantine q set replay_run = null,
         state = case when q.times = r.times and q.state = 'open' and r.landed then 'landed' else q.state end,
         reason = case when q.times = r.times then coalesce(r.reason, q.reason) else q.reason end,
         fingerprint = case when q.times = r.times then coalesce(r.fingerprint, q.fingerprint) else q.fingerprint end
       from result r join quarantine was on was.id = r.id
       where q.id = r.id and q.replay_run = $1
       returning q.id, q.state, q.fingerprint, was.fingerprint as before
     ) select id, state, fingerprint, before from settled`,
    [
      run.id,
      column(({ record }) => record.id),
      column(({ record }) => record.times),
      column(({ stays }) => stays === null),
      column(({ stays }) => stays?.reason),
      column(({ stays }) => stays?.cause.fingerprint),
    ],
  );
  const byId = new Map(results.map((one) => [one.record.id, one]));
  const seen = new Map<string, Seen>();
  const left: string[] = [];
  for (const { id, state, before, fingerprint } of rows) {
    const { record, stays } = byId.get(id)!;
    if (before !== null && (state === 'landed' || before !== fingerprint)) left.push(before);
    // The same fault again is not seen once more: nobody sent the record anew.
    if (stays === null || before === fingerprint) continue;
    seen.set(stays.cause.fingerprint, {
      cause: stays.cause,
      count: (seen.get(stays.cause.fingerprint)?.count ?? 0) + 1,
      example: {
        connectionId: run.connectionId,
        run: run.id,
        record: redactText(record.recordKey),
        message: redactText(stays.reason).slice(0, 500),
      },
    });
  }
  await regroup(query, { connectionId: run.connectionId, seen: [...seen.values()], left });
}

/** What a replayed payload is: the edited one where a person made one. */
export const payloadOf = ({ payload, editedPayload, editedAt }: Replayed): Json =>
  editedAt === null ? payload : editedPayload;
