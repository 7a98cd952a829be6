import { newId, type FailureKind, type Json } from '#kernel';
import { arrayLiteral, jsonText } from './array-literal.js';
import type { RunKind } from './rows.js';
import type { RunState } from './run-states.js';
import type { Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';
import { DEFAULT_WORKSPACE } from './workspace.js';

/** Which failed runs or quarantined records are meant; what is left out does not matter. */
export interface DeskFilter {
  /** All of them where nothing is said. */
  readonly workspace?: string;
  readonly fingerprint?: string;
  readonly stream?: string;
  readonly connectionId?: string;
  /** Failed, or seen last, at this instant or later. */
  readonly since?: Date;
  readonly kind?: FailureKind;
  /** These records of the quarantine only. */
  readonly ids?: readonly string[];
}

export interface BulkAction {
  readonly action: 'retry' | 'replay';
  readonly filter: DeskFilter;
  readonly total: number;
  /** Who asked for it. */
  readonly by: string;
}

/** Begins a bulk action, whose row tells how far it got; returns its id. */
export async function beginBulk(query: Query, bulk: BulkAction, now: Date): Promise<string> {
  const id = newId();
  await query(
    `insert into bulk_actions (id, workspace_id, action, filter, total, requested_by, created_at)
     values ($1, $2, $3, $4::jsonb, $5, $6, $7)`,
    [
      id,
      bulk.filter.workspace ?? DEFAULT_WORKSPACE,
      bulk.action,
      jsonText(bulk.filter),
      bulk.total,
      bulk.by,
      now,
    ],
  );
  return id;
}

/** Counts what was done, `failed` of it in vain; the action is done with the last of them. */
export async function noteBulk(
  query: Query,
  id: string,
  more: { readonly done: number; readonly failed: number },
  now: Date | null = null,
): Promise<void> {
  await query(
    `with noted as (
       update bulk_actions set done = done + $2, failed = failed + $3,
         state = case when state = 'running' and done + $2 >= total then 'done' else state end,
         finished_at = case when state = 'running' and done + $2 >= total then coalesce($4, now()) else finished_at end
       where id = $1 returning 1
     ) select from noted`,
    [id, more.done, more.failed, now],
  );
}

/** Ends a bulk action before its end; what it did stays done. */
export async function abortBulk(warehouse: Warehouse, id: string, now: Date): Promise<void> {
  await warehouse.query(
    `with ended as (
       update bulk_actions set state = 'aborted', finished_at = $2 where id = $1 and state = 'running' returning 1
     ) select from ended`,
    [id, now],
  );
}

export interface BulkState {
  readonly id: string;
  readonly action: 'retry' | 'replay';
  readonly filter: Json;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly state: 'running' | 'done' | 'aborted';
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

export async function findBulk(
  warehouse: Warehouse,
  id: string,
  workspace: string | null = null,
): Promise<BulkState | null> {
  const [row] = await warehouse.query<BulkState>(
    `select id, action, filter, state, total, done, failed, requested_by as "requestedBy", created_at as "createdAt",
       finished_at as "finishedAt"
     from bulk_actions where id = $1 and ($2::text is null or workspace_id = $2)`,
    [id, workspace],
  );
  return row ?? null;
}

/** A failed run that a bulk retry makes go again. */
export interface RetryItem {
  readonly id: string;
  readonly connection: string;
  readonly stream: string;
  readonly kind: RunKind;
}

/**
 * The failed runs that nothing has mended yet, the newest first. Of those that read on from one checkpoint, or
 * everything, only the newest goes again: it brings what the others should have, and mends them.
 */
export async function retryable(
  warehouse: Warehouse,
  filter: DeskFilter,
): Promise<{ runs: RetryItem[]; covered: number }> {
  const rows = await warehouse.query<RetryItem & { newest: boolean }>(
    `select r.id, c.name as connection, r.stream, r.kind, r.kind in ('backfill', 'replay') or row_number() over (
         partition by r.connection_id, r.stream, r.kind order by r.queued_at desc, r.id desc) = 1 as newest
     from runs r join connections c on c.id = r.connection_id
     where r.state = 'failed' and r.mended_at is null and not r.dry
       and ($1::text is null or r.fingerprint = $1) and ($2::text is null or r.stream = $2)
       and ($3::text is null or r.connection_id = $3) and ($4::timestamptz is null or r.finished_at >= $4)
       and ($5::text is null or r.failure_kind = $5) and ($6::text is null or c.workspace_id = $6)
     order by r.queued_at desc, r.id desc`,
    [
      filter.fingerprint ?? null,
      filter.stream ?? null,
      filter.connectionId ?? null,
      filter.since ?? null,
      filter.kind ?? null,
      filter.workspace ?? null,
    ],
  );
  const runs = rows.filter(({ newest }) => newest).map(({ newest: _, ...run }) => run);
  return { runs, covered: rows.length - runs.length };
}

/** Runs by state, for as long as a bulk action is looked at. */
export async function statesOf(
  warehouse: Warehouse,
  ids: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const rows = await warehouse.query<{ state: string; n: number }>(
    `select state, count(*)::int as n from runs where id = any($1::text[]) group by state`,
    [arrayLiteral(ids)],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

/** The runs of a bulk action, with where they stand. */
export const runsOfBulk = (
  warehouse: Warehouse,
  bulkId: string,
): Promise<{ id: string; stream: string; state: RunState }[]> =>
  warehouse.query('select id, stream, state from runs where bulk_id = $1 order by id', [bulkId]);

/**
 * Puts failed runs back in the queue in one statement, all of them the bulk action's; those that somebody else made go
 * meanwhile are left out. Each still needs its job. Returns how many.
 */
export async function requeueMany(
  query: Query,
  ids: readonly string[],
  bulkId: string,
  now: Date,
): Promise<number> {
  const rows = await query<{ id: string }>(
    `with back as (
       update runs set state = 'queued', attempt = 0, finished_at = null, not_before = null, reason = 'retried by hand',
         queued_at = $3, bulk_id = case when kind = 'replay' then bulk_id else $2 end
       where id = any($1::text[]) and state = 'failed' returning id, backfill_id
     ), reopened as (
       update backfills set state = 'running', finished_at = null
       where id in (select backfill_id from back) and state in ('failed', 'cancelled') returning 1
     ) select id from back`,
    [arrayLiteral(ids), bulkId, now],
  );
  return rows.length;
}

/** Runs of a bulk retry that no worker has taken yet are failed again, as they were. Returns them. */
export const unqueueBulk = (
  warehouse: Warehouse,
  bulkId: string,
  now: Date,
): Promise<{ id: string; stream: string }[]> =>
  warehouse.query(
    `with back as (
       update runs set state = 'failed', finished_at = $2, reason = null
       where bulk_id = $1 and state = 'queued' and attempt = 0 and failure is not null and kind <> 'replay'
       returning id, stream
     ) select id, stream from back`,
    [bulkId, now],
  );
