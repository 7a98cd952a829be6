import type { EntityManager } from 'typeorm';
import type { Json } from '#kernel';
import { keepDocument } from './documents.js';
import { applyAgain, applyWaiting, lockTarget, writePatches, type PatchPart } from './patches.js';
import { byRecordKey, quarantine, type Bad } from './quarantine.js';
import type { Counts, RunRow } from './rows.js';
import { noteLateArrivals, type LateBefore } from './late-arrivals.js';
import { fence } from './runs.js';
import { noteSeen } from './seen.js';
import type { Table } from './tables/index.js';
import {
  markGoneChildren,
  upsert,
  type Comparison,
  type Incoming,
  type Query,
  type Written,
} from './upsert.js';
import type { Warehouse } from './warehouse.js';

export interface TablePart {
  readonly into: Table;
  readonly rows: readonly Incoming[];
}

/** All that one page brings; committed whole or not at all. */
export interface Page {
  readonly main: TablePart;
  readonly children: readonly TablePart[];
  readonly bad: readonly Bad[];
  /** Keys, spelled as `Bad.key` is, of the records that did parse: what was quarantined of them has landed. */
  readonly landed: readonly string[];
  readonly records: number;
  readonly calls: number;
  readonly place: Json | null;
  /** The newest cursor value up to here. */
  readonly cursorAt: Date | null;
  /** Where the stream's checkpoint moves with this page; null leaves it. */
  readonly checkpoint: Date | null;
  readonly pageSize: number;
  /** False keeps the page uncounted: bad records are stored, but the page will be read again. */
  readonly counted: boolean;
  readonly comparison: Comparison;
  readonly leaseUntil: Date;
  /** Set with the last page of what the run reads now. */
  readonly readAt?: Date | null;
  /** Whether to note which records were served. */
  readonly seen?: boolean;
  /** What the page's records say of rows that other streams own. */
  readonly patches?: readonly PatchPart[];
  /** The document that the page brought whole. */
  readonly document?: string | null;
  /** Where a record counts as late; absent where nothing is to be learnt of that. */
  readonly late?: LateBefore | null;
}

/**
 * Commits a page: rows, fence, quarantine, checkpoint and counters in one transaction. The fence updates the run's
 * row under the claim's own number: a zombie finds a newer one, is refused, and its rows roll back with it.
 */
export async function commitPage(warehouse: Warehouse, run: RunRow, page: Page): Promise<Counts> {
  return warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    const stamp = { connectionId: run.connectionId, runId: run.id };
    const { fresh, ...written } = run.dry
      ? { inserted: 0, changed: 0, same: 0, gone: 0, fresh: [] }
      : await writeParts(query, stamp, page);
    const counts: Counts = {
      pages: page.counted ? 1 : 0,
      calls: page.calls,
      records: page.records,
      quarantined: page.bad.length,
      ...written,
    };
    /* crash point: after-rows. The rows are written and not committed: they roll back with the connection, and the
       page is read again from the place that the run's row still holds. */
    const { hasOpen } = await fence(query, run, { ...page, counts });
    if (!run.dry) {
      await quarantine(query, run, page, hasOpen);
      if (page.document) await keepDocument(query, run, page.document, [...byRecordKey(page.bad).keys()]);
      if (page.checkpoint) await moveCheckpoint(query, run, page.checkpoint);
      if (page.seen) await noteSeen(query, run.id, servedBy(page));
      if (page.late) await noteLateArrivals(query, run, fresh, page.late);
    }
    return counts;
  });
}

const servedBy = (page: Page): { id: string; version: Date | null }[] => [
  ...page.main.rows.map(({ sourceId, version }) => ({ id: sourceId, version })),
  ...[...byRecordKey(page.bad)].map(([id, { version }]) => ({ id, version })),
];

export const queryOf =
  (manager: EntityManager): Query =>
  (sql, parameters) =>
    manager.query(sql, [...parameters]);

/** Rows and children of a page as they stand in it; returns what became of them. */
export async function writeParts(
  query: Query,
  stamp: { connectionId: string; runId: string },
  page: Pick<Page, 'main' | 'children' | 'comparison' | 'patches'>,
): Promise<Pick<Counts, 'inserted' | 'changed' | 'same' | 'gone'> & Pick<Written, 'fresh'>> {
  const total = { inserted: 0, changed: 0, same: 0, gone: 0, fresh: [] as readonly Incoming[] };
  const write = async (part: TablePart): Promise<Written> => {
    const written = await upsert(query, part.into, stamp, part.rows, page.comparison);
    total.inserted += written.inserted;
    total.changed += written.changed;
    total.same += written.same;
    return written;
  };
  const patches = (page.patches ?? []).filter(({ rows }) => rows.length > 0);
  // Before any row: two transactions that hold each other's rows would wait for each other.
  if (isFilled(page.main.into)) await lockTarget(query, page.main.into, 'rows');
  for (const { into } of patches) await lockTarget(query, into, 'patches');
  // A parent in an older version than ours says nothing of its children either.
  const main = await write(page.main);
  total.fresh = main.fresh;
  const stale = new Set(main.stale);
  const parents = page.main.rows.filter((row) => !stale.has(row.sourceId));
  if (isFilled(page.main.into)) {
    await applyWaiting(query, page.main.into, stamp, main.fresh);
    if (main.changed > 0) await applyAgain(query, page.main.into, stamp, parents);
  }
  for (const part of patches) await writePatches(query, stamp, part);
  const children = page.children.map((part) => ({
    into: part.into,
    rows: stale.size === 0 ? part.rows : part.rows.filter((row) => !stale.has(row.parentSourceId ?? '')),
  }));
  for (const part of children) await write(part);
  // Records that are all new here have no children here that could be gone; a refresh looks all the same.
  if (page.comparison === 'fingerprint' && main.inserted === page.main.rows.length) return total;
  for (const part of children)
    total.gone += await markGoneChildren(
      query,
      part.into,
      stamp,
      parents.map(({ sourceId, version }) => ({ sourceId, version })),
      part.rows.map((row) => row.sourceId),
    );
  return total;
}

/** Whether other streams fill in columns of the table's rows. */
const isFilled = ({ newest }: Table): boolean => Object.keys(newest).length > 0;

/** Never backwards: another run of the stream may have read further meanwhile. */
async function moveCheckpoint(query: Query, run: RunRow, cursorAt: Date): Promise<void> {
  await query(
    `insert into checkpoints (connection_id, stream, cursor_at, run_id) values ($1, $2, $3, $4)
     on conflict (connection_id, stream) do update set cursor_at = excluded.cursor_at, run_id = excluded.run_id,
       updated_at = now() where checkpoints.cursor_at < excluded.cursor_at`,
    [run.connectionId, run.stream, cursorAt, run.id],
  );
}
