import type { EntityManager } from 'typeorm';
import { hash } from 'node:crypto';
import type { Json } from '#kernel';
import { arrayLiteral, asStored, jsonText } from './array-literal.js';
import type { Cause } from './failures.js';
import type { Counts, RunRow } from './rows.js';
import { fence } from './runs.js';
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

/** A record that would not parse: its payload as received and why. */
export interface Bad {
  /** The platform's key where it could be read; otherwise the payload's own hash stands in. */
  readonly key: string | null;
  readonly payload: Json;
  /** False where the payload is not kept as it was sent. */
  readonly whole: boolean;
  readonly reason: string;
  readonly cause: Cause;
}

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
}

/**
 * Commits a page: rows, fence, quarantine, checkpoint and counters in one transaction. The fence updates the run's
 * row under the claim's own number: a zombie finds a newer one, is refused, and its rows roll back with it.
 */
export async function commitPage(warehouse: Warehouse, run: RunRow, page: Page): Promise<Counts> {
  return warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    const stamp = { connectionId: run.connectionId, runId: run.id };
    const written = run.dry
      ? { inserted: 0, changed: 0, same: 0, gone: 0 }
      : await writeParts(query, stamp, page);
    const counts: Counts = {
      pages: page.counted ? 1 : 0,
      calls: page.calls,
      records: page.records,
      quarantined: page.bad.length,
      ...written,
    };
    const { hasOpen } = await fence(query, run, { ...page, counts });
    if (!run.dry) {
      await quarantine(query, run, page, hasOpen);
      if (page.checkpoint) await moveCheckpoint(query, run, page.checkpoint);
    }
    return counts;
  });
}

export const queryOf =
  (manager: EntityManager): Query =>
  (sql, parameters) =>
    manager.query(sql, [...parameters]);

async function writeParts(
  query: Query,
  stamp: { connectionId: string; runId: string },
  page: Page,
): Promise<Pick<Counts, 'inserted' | 'changed' | 'same' | 'gone'>> {
  const total = { inserted: 0, changed: 0, same: 0, gone: 0 };
  const write = async (part: TablePart): Promise<Written> => {
    const written = await upsert(query, part.into, stamp, part.rows, page.comparison);
    total.inserted += written.inserted;
    total.changed += written.changed;
    total.same += written.same;
    return written;
  };
  // A parent in an older version than ours says nothing of its children either.
  const main = await write(page.main);
  const stale = new Set(main.stale);
  const parents = page.main.rows.filter((row) => !stale.has(row.sourceId));
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

/** Bad records are kept with payload and reason; a record that came back whole is marked landed. */
async function quarantine(query: Query, run: RunRow, page: Page, hasOpen: boolean): Promise<void> {
  if (page.bad.length > 0)
    await query(
      `insert into quarantine (connection_id, stream, run_id, page, record_key, payload, reason)
       select $1, $2, $3, (select pages from runs where id = $3), b.key, b.payload, b.reason
       from unnest($4::text[], $5::jsonb[], $6::text[]) as b(key, payload, reason)
       on conflict (connection_id, stream, record_key) do update set run_id = excluded.run_id, page = excluded.page,
         payload = excluded.payload, reason = excluded.reason, state = 'open', times = quarantine.times + 1,
         last_seen_at = now()`,
      [
        run.connectionId,
        run.stream,
        run.id,
        arrayLiteral(distinctBad(page.bad).map((bad) => bad.recordKey)),
        arrayLiteral(distinctBad(page.bad).map((bad) => jsonText(bad.payload))),
        arrayLiteral(distinctBad(page.bad).map((bad) => bad.reason)),
      ],
    );
  if (hasOpen && page.landed.length > 0)
    await query(
      `with landed as (
         update quarantine set state = 'landed', last_seen_at = now()
         where connection_id = $1 and stream = $2 and state = 'open' and record_key = any($3::text[]) returning 1
       ) select count(*) from landed`,
      [run.connectionId, run.stream, arrayLiteral(page.landed)],
    );
}

function distinctBad(bad: readonly Bad[]): { recordKey: string; payload: Json; reason: string }[] {
  const byKey = new Map(
    bad.map((one) => [asStored(one.key ?? `payload:${hash('md5', jsonText(one.payload))}`), one]),
  );
  return [...byKey].map(([recordKey, one]) => ({ recordKey, payload: one.payload, reason: one.reason }));
}

/** Never backwards: another run of the stream may have read further meanwhile. */
async function moveCheckpoint(query: Query, run: RunRow, cursorAt: Date): Promise<void> {
  await query(
    `insert into checkpoints (connection_id, stream, cursor_at, run_id) values ($1, $2, $3, $4)
     on conflict (connection_id, stream) do update set cursor_at = excluded.cursor_at, run_id = excluded.run_id,
       updated_at = now() where checkpoints.cursor_at < excluded.cursor_at`,
    [run.connectionId, run.stream, cursorAt, run.id],
  );
}
