import { later, type Duration } from '#kernel';
import { arrayLiteral } from './array-literal.js';
import { clockTime, type Wait } from './waits.js';
import type { Warehouse } from './warehouse.js';

/** What is known of an open run's work: its own so far, and the medians of the last runs of its stream and kind. */
export interface PaceRow {
  readonly id: string;
  readonly pages: number;
  readonly records: number;
  readonly calls: number;
  /** Milliseconds it has worked; those of an attempt under way are not in it yet. */
  readonly busyMs: number;
  readonly startedAt: Date | null;
  /** How many records the platform counts in its window; null where it does not tell. */
  readonly sourceCount: number | null;
  readonly pastPages: number | null;
  readonly pastMsPerPage: number | null;
  readonly pastRecordsPerPage: number | null;
  readonly pastCallsPerPage: number | null;
}

/** One row for every open run, or for those of the ids that are open. */
export const paces = (warehouse: Warehouse, ids: readonly string[] | null = null): Promise<PaceRow[]> =>
  warehouse.query<PaceRow>(
    `select o.id, o.pages, o.records, o.calls, o.busy_ms::float8 as "busyMs", o.started_at as "startedAt",
       o.source_count::float8 as "sourceCount", past.pages::float8 as "pastPages", past.ms as "pastMsPerPage",
       past.records as "pastRecordsPerPage", past.calls as "pastCallsPerPage"
     from runs o
     cross join lateral (
       select percentile_cont(0.5) within group (order by pages) as pages,
         percentile_cont(0.5) within group (order by busy_ms::float8 / greatest(pages, 1)) as ms,
         percentile_cont(0.5) within group (order by records::float8 / greatest(pages, 1)) as records,
         percentile_cont(0.5) within group (order by calls::float8 / greatest(pages, 1)) as calls
       from (
         select pages, busy_ms, records, calls from runs r
         where r.connection_id = o.connection_id and r.stream = o.stream and r.kind = o.kind and r.state = 'succeeded'
         order by r.queued_at desc limit 10
       ) last
     ) past
     where o.state in ('queued', 'running', 'snoozed') and ($1::text[] is null or o.id = any($1::text[]))`,
    [ids === null ? null : arrayLiteral(ids)],
  );

/** The limit that a run's calls press on. */
export interface Budget {
  /** What one of its calls takes. */
  readonly pointsPerCall: number;
  readonly available: number;
  /** What comes back each second, the whole account's. */
  readonly perSecond: number;
  /** Runs that share it now, this one included. */
  readonly shared: number;
}

export interface Forecast {
  /** When it ends; null where that cannot be told. */
  readonly endsAt: Date | null;
  readonly pagesLeft: number | null;
  /** Where the pages left come from: the platform's own count, or earlier runs of the stream. */
  readonly basis: 'count' | 'history' | null;
  /** What it takes its time for: its own pace, or the budget. */
  readonly heldBy: 'pace' | 'budget' | null;
  readonly text: string;
}

/** Waits whose end nobody knows. */
const UNENDED: Partial<Record<Wait['kind'], string>> = {
  behind: 'it is behind others',
  'no-worker': 'no worker takes it',
};

const unknown = (why: string): Forecast => ({
  endsAt: null,
  pagesLeft: null,
  basis: null,
  heldBy: null,
  text: why,
});

/**
 * When a run ends: the pages it has left, at its pace, and no faster than the budget refills. `wait` is what it waits
 * for now; a wait whose end nobody knows gives no forecast.
 */
export function forecast(row: PaceRow, wait: Wait | null, budget: Budget | null, now: Date): Forecast {
  const startsAt = startOf(wait, now);
  if (startsAt === null)
    return unknown(`cannot be told while ${UNENDED[wait!.kind] ?? `it is ${wait!.kind}`}`);
  const left = pagesLeft(row);
  if (left === null)
    return unknown('cannot be told: no earlier run of this kind, and the platform tells no count');
  const perPage = msPerPage(row, now);
  if (perPage === null) return unknown('cannot be told before its first page');
  const paceMs = left.pages * perPage;
  const budgetMs = budget === null ? 0 : spanOf(budget, left.pages * callsPerPage(row));
  const heldBy = budgetMs > paceMs ? 'budget' : 'pace';
  const endsAt = later(startsAt, Math.max(paceMs, budgetMs));
  return {
    endsAt,
    pagesLeft: left.pages,
    basis: left.basis,
    heldBy,
    text: `finishes ${clockTime(endsAt, now)}: ${left.pages} ${left.pages === 1 ? 'page' : 'pages'} left by ${left.basis === 'count' ? 'the platform’s count' : 'earlier runs'}${heldBy === 'budget' ? ', as fast as the budget refills' : ''}`,
  };
}

function startOf(wait: Wait | null, now: Date): Date | null {
  if (wait === null || wait.kind === 'next') return now;
  return wait.until !== null && wait.until > now ? wait.until : null;
}

/** A run that did more than its like still has one page at least: it has not ended. */
function pagesLeft(row: PaceRow): { pages: number; basis: 'count' | 'history' } | null {
  const perPage = row.pages > 0 ? row.records / row.pages : row.pastRecordsPerPage;
  if (row.sourceCount !== null && perPage !== null && perPage > 0)
    return { pages: Math.max(1, Math.ceil((row.sourceCount - row.records) / perPage)), basis: 'count' };
  if (row.pastPages === null) return null;
  return { pages: Math.max(1, Math.ceil(row.pastPages - row.pages)), basis: 'history' };
}

/** Its own pace counts once it has some pages; the first ones are no measure. */
const OWN = 3;

function msPerPage(row: PaceRow, now: Date): Duration | null {
  if (row.pages === 0) return row.pastMsPerPage;
  // After a pause the time it has worked is known for the attempts before alone, its pages for all.
  if (row.busyMs > 0) return row.pastMsPerPage ?? row.busyMs / row.pages;
  const own = (now.getTime() - (row.startedAt ?? now).getTime()) / row.pages;
  return row.pages >= OWN ? own : (row.pastMsPerPage ?? own);
}

const callsPerPage = (row: PaceRow): number =>
  row.pages > 0 ? Math.max(1, row.calls / row.pages) : Math.max(1, row.pastCallsPerPage ?? 1);

function spanOf(budget: Budget, calls: number): Duration {
  const missing = calls * budget.pointsPerCall - budget.available / budget.shared;
  return missing <= 0 ? 0 : (missing / (budget.perSecond / budget.shared)) * 1000;
}
