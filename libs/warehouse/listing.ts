import { arrayLiteral } from './array-literal.js';
import { queryOf, writeParts, type Page } from './pages.js';
import { quarantine } from './quarantine.js';
import type { Counts, Drift, RunRow } from './rows.js';
import { fence } from './runs.js';
import { noteSeen } from './seen.js';
import type { Table } from './tables/index.js';
import { markGoneChildren, type Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';

/** A line of the platform's list of ids, as it is compared. */
export interface ListedId {
  readonly id: string;
  readonly wireId: string;
  readonly version: Date | null;
  readonly gone: boolean;
}

/** `missing`: not here at all; `gone`: here, but marked gone; `older`: here in an older version. */
export type Difference = 'missing' | 'gone' | 'older';

/** The instant from which on a comparison counts, by the database's clock: rows are stamped by it. */
export async function beginComparison(warehouse: Warehouse): Promise<string> {
  const [row] = await warehouse.query<{ at: string }>(`select now()::text as at`);
  return row!.at;
}

/**
 * Which of the listed records must be fetched, by their place in the list. One that lies in the quarantine is left
 * there until its version is newer than the last look at it; an hour is given for clocks that differ.
 */
export async function compareListed(
  warehouse: Warehouse,
  run: Pick<RunRow, 'id' | 'connectionId' | 'stream'>,
  table: Table,
  listed: readonly ListedId[],
): Promise<{ at: number; is: Difference }[]> {
  if (listed.length === 0) return [];
  const rows = await warehouse.query<{ n: string; is: Difference }>(
    `
select l.n, case when t.source_id is null then 'missing' when t.deleted_at is not null and not l.gone then 'gone' else 'older' end as is
from unnest($4::text[], $5::text[], $6::timestamptz[], $7::boolean[]) with ordinality as l(id, wire_id, version, gone, n)
left join lateral (
  select t.source_id, t.source_updated_at, t.deleted_at from "${table.name}" t
  where t.connection_id = $1 and t.source_id = l.id limit 1
) t on true
where (t.source_id is null or t.source_updated_at < l.version
    or ((t.deleted_at is null) = l.gone and coalesce(l.version >= t.source_updated_at, true)))
  and not exists (
    select from quarantine q
    where q.connection_id = $1 and q.stream = $2 and q.record_key = l.wire_id and q.state <> 'landed'
      and (q.run_id = $3 or coalesce(l.version < q.last_seen_at - interval '1 hour', true))
  )
order by l.n`,
    [
      run.connectionId,
      run.stream,
      run.id,
      arrayLiteral(listed.map((one) => one.id)),
      arrayLiteral(listed.map((one) => one.wireId)),
      arrayLiteral(listed.map((one) => one.version)),
      arrayLiteral(listed.map((one) => one.gone)),
    ],
  );
  return rows.map(({ n, is }) => ({ at: Number(n) - 1, is }));
}

/** One step of a comparison: records fetched by id, ids seen in the list, rows that are there no more. */
export interface Step extends Pick<
  Page,
  | 'main'
  | 'children'
  | 'patches'
  | 'bad'
  | 'landed'
  | 'records'
  | 'calls'
  | 'place'
  | 'pageSize'
  | 'leaseUntil'
> {
  /** False for records fetched on the way: only a whole page of the list counts as a page. */
  readonly counted: boolean;
  readonly seen: readonly ListedId[];
  /** Asked for by id and not answered: marked gone, unless somebody wrote them since the comparison began. */
  readonly absent: { readonly ids: readonly string[]; readonly began: string };
  readonly drift: Omit<Drift, 'gone'>;
}

/** Commits a step whole behind the claim's fencing token, as a page is committed; the checkpoint stays where it is. */
export async function commitStep(
  warehouse: Warehouse,
  run: RunRow,
  step: Step,
): Promise<{ counts: Counts; drift: Drift }> {
  return warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    const stamp = { connectionId: run.connectionId, runId: run.id };
    const written = await writeParts(query, stamp, { ...step, comparison: 'fingerprint' });
    const marked = await markAbsent(query, run, step);
    const counts: Counts = {
      pages: step.counted ? 1 : 0,
      calls: step.calls,
      records: step.records,
      quarantined: step.bad.length,
      inserted: written.inserted,
      changed: written.changed,
      same: written.same,
      gone: written.gone + marked.rows + marked.children,
    };
    /* crash point: after-rows. As in a page: nothing of the step is committed, and it is made again as a whole. */
    const { hasOpen } = await fence(query, run, { ...step, cursorAt: null, counts });
    await quarantine(query, run, step, hasOpen);
    await noteSeen(query, run.id, step.seen);
    const drift = await addDrift(query, run.id, { ...step.drift, gone: marked.rows });
    return { counts, drift };
  });
}

async function markAbsent(
  query: Query,
  run: RunRow,
  { main, children, absent }: Step,
): Promise<{ rows: number; children: number }> {
  if (absent.ids.length === 0) return { rows: 0, children: 0 };
  const rows = await query<{ id: string; version: Date | null }>(
    `
with marked as (
  update "${main.into.name}" t set deleted_at = now(), synced_at = now(), run_id = $2
  where t.connection_id = $1 and t.source_id = any($3::text[]) and t.deleted_at is null and t.synced_at < $4::timestamptz
  returning t.source_id as id, t.source_updated_at as version
) select id, version from marked`,
    [run.connectionId, run.id, arrayLiteral(absent.ids), absent.began],
  );
  const parents = rows.map(({ id, version }) => ({ sourceId: id, version }));
  const stamp = { connectionId: run.connectionId, runId: run.id };
  let gone = 0;
  for (const { into } of children) gone += await markGoneChildren(query, into, stamp, parents, []);
  return { rows: rows.length, children: gone };
}

async function addDrift(query: Query, runId: string, more: Drift): Promise<Drift> {
  const [row] = await query<{ drift: Drift }>(
    `with added as (
       update runs set drift = jsonb_build_object(
         'missing', coalesce((drift->>'missing')::int, 0) + $2::int, 'older', coalesce((drift->>'older')::int, 0) + $3::int,
         'gone', coalesce((drift->>'gone')::int, 0) + $4::int, 'awaited', coalesce((drift->>'awaited')::int, 0) + $5::int)
       where id = $1 returning drift
     ) select drift from added`,
    [runId, more.missing, more.older, more.gone, more.awaited],
  );
  return row!.drift;
}

/** What a finished list says of the table: ids listed, rows that are not gone, and those of them not listed. */
export async function sumUpListing(
  warehouse: Warehouse,
  run: Pick<RunRow, 'id' | 'connectionId'>,
  table: Table,
  began: string,
): Promise<{ listed: number; rows: number; unlisted: number }> {
  const [row] = await warehouse.query<{ listed: string; rows: string; unlisted: string }>(
    `
select (select count(*) from run_seen where run_id = $2) as listed, count(*) as rows,
  count(*) filter (where s.source_id is null and t.synced_at < $3::timestamptz) as unlisted
from "${table.name}" t left join run_seen s on s.run_id = $2 and s.source_id = t.source_id
where t.connection_id = $1 and t.deleted_at is null`,
    [run.connectionId, run.id, began],
  );
  return { listed: Number(row!.listed), rows: Number(row!.rows), unlisted: Number(row!.unlisted) };
}

/** Rows behind `after` that are not gone, were not listed and not written since the comparison began. */
export async function unlistedRows(
  warehouse: Warehouse,
  run: Pick<RunRow, 'id' | 'connectionId'>,
  table: Table,
  from: { began: string; after: string; limit: number },
): Promise<{ id: string; version: Date | null }[]> {
  return warehouse.query(
    `
select t.source_id as id, t.source_updated_at as version from "${table.name}" t
where t.connection_id = $1 and t.deleted_at is null and t.synced_at < $3::timestamptz and t.source_id > $4
  and not exists (select from run_seen s where s.run_id = $2 and s.source_id = t.source_id)
order by t.source_id limit $5`,
    [run.connectionId, run.id, from.began, from.after, from.limit],
  );
}

/** Whether a live run or a refresh ever came to its end: the stream's records are here, give or take a drift. */
export async function wasReadWhole(
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
): Promise<boolean> {
  const [row] = await warehouse.query<{ is: boolean }>(
    `select exists (
       select from runs where connection_id = $1 and stream = $2 and kind in ('incremental', 'refresh')
         and state = 'succeeded' and not dry
     ) as is`,
    [connectionId, stream],
  );
  return row!.is;
}

/** Forgets what ended comparisons of the same stream had seen; one that is retried after this begins anew. */
export async function forgetEnded(
  warehouse: Warehouse,
  run: Pick<RunRow, 'id' | 'connectionId' | 'stream'>,
): Promise<void> {
  await warehouse.query(
    `with ended as (
       update runs set place = null
       where connection_id = $2 and stream = $3 and kind = 'reconcile' and id <> $1
         and state in ('succeeded', 'failed', 'cancelled') and exists (select from run_seen s where s.run_id = runs.id)
       returning id
     ) delete from run_seen s using ended where s.run_id = ended.id`,
    [run.id, run.connectionId, run.stream],
  );
}
