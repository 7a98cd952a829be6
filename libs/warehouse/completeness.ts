import type { Decimal } from '#kernel';
import { queryOf } from './pages.js';
import type { Reading, RunRow, Verdict } from './rows.js';
import { LeaseLost } from './runs.js';
import { forgetSeen } from './seen.js';
import { snakeCase, type Table } from './tables/index.js';
import type { Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';

/*
 * What the warehouse knows of a stream's completeness: how many records of a span are here, which of them a run was
 * served, and what became of the comparison. Rows that say when they changed are counted by that instant; rows of
 * streams without a cursor are counted all.
 */

/** Both ends included; `from` is null for "from the beginning". */
export interface Span {
  readonly from: Date | null;
  readonly to: Date;
}

/** Which rows a question is about. Without a span: all of the stream's. */
export interface Scope {
  readonly connectionId: string;
  readonly stream: string;
  readonly into: Table;
  readonly span: Span | null;
  /** The column that the span is of; the record's version by default. */
  readonly by?: string;
}

/** The condition on a version column; `$1` is the connection, `$2` and `$3` the span. */
const within = (column: string): string =>
  `($3::timestamptz is null or ${column} <= $3) and ($2::timestamptz is null or ${column} >= $2)`;
/** The scope's condition on a row `t`: days are instants at their midnight, UTC. */
export function inScope({ into, by }: Scope): string {
  if (by === undefined) return within('t.source_updated_at');
  const column = `t."${snakeCase(by)}"`;
  return within(into.columns[by]?.sql === 'date' ? `(${column}::timestamp at time zone 'UTC')` : column);
}

export const spanOf = ({ connectionId, span }: Scope): unknown[] => [
  connectionId,
  span?.from ?? null,
  span?.to ?? null,
];

export interface Here {
  /** Rows that are not gone, and records in the quarantine that have no row there. */
  readonly count: number;
  readonly quarantined: number;
  readonly sum: Decimal | null;
}

/**
 * What is here of a span. A record in the quarantine counts too: it was read. Where it does not say when it changed, it
 * belongs to the span of the run that met it.
 */
export async function countHere(
  warehouse: Pick<Warehouse, 'query'>,
  scope: Scope,
  counting: { run: RunRow; sums: string | null; countsGone: boolean },
): Promise<Here> {
  const table = `"${scope.into.name}"`;
  const rows = `from ${table} t where t.connection_id = $1 and ${inScope(scope)}
    and (t.deleted_at is null or $4::boolean)`;
  const sum = counting.sums === null ? 'null' : `sum(t."${snakeCase(counting.sums)}")`;
  const [found] = await warehouse.query<{ rows: string; sum: Decimal | null; quarantined: string }>(
    `select n.rows, n.sum, (
       select count(*) from quarantine q
       where q.connection_id = $1 and q.stream = $5 and q.state in ('open', 'ignored')
         and case when q.version is null
           then q.run_id = $6 or q.run_id in (select id from runs where backfill_id = $7)
           else ${within('q.version')} end
         -- A global id ends in the platform's own: the older version of a bad record may have its row already.
         and not exists (select ${rows} and t.source_id in (q.record_key, regexp_replace(q.record_key, '^.*/', '')))
     ) as quarantined
     from (select count(*) as rows, ${sum} as sum ${rows}) n`,
    [...spanOf(scope), counting.countsGone, scope.stream, counting.run.id, counting.run.backfillId],
  );
  const quarantined = Number(found!.quarantined);
  return { count: Number(found!.rows) + quarantined, quarantined, sum: found!.sum };
}

/** Live rows of the span, up to `most`: looked at where a read brought nothing. */
export async function countDue(
  warehouse: Pick<Warehouse, 'query'>,
  scope: Scope,
  most: number,
): Promise<number> {
  const [found] = await warehouse.query<{ n: string }>(
    `select count(*) as n from (
       select from "${scope.into.name}" t
       where t.connection_id = $1 and ${inScope(scope)} and t.deleted_at is null limit $4
     ) due`,
    [...spanOf(scope), most],
  );
  return Number(found!.n);
}

/** How many records of the span this reading was served, each counted once. */
export async function countSeen(
  warehouse: Pick<Warehouse, 'query'>,
  runId: string,
  span: Span | null,
): Promise<number> {
  const [found] = await warehouse.query<{ n: string }>(
    `select count(*) as n from run_seen s where s.run_id = $1 and (s.version is null or ${within('s.version')})`,
    [runId, span?.from ?? null, span?.to ?? null],
  );
  return Number(found!.n);
}

/** What the close of a run found. */
export interface Finding {
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly sourceCount: number | null;
  readonly ourCount: number | null;
  readonly sourceSum: Decimal | null;
  readonly ourSum: Decimal | null;
}

/**
 * Writes the finding on the run. Where it is proven the count vouches for the stream's checkpoint up to there;
 * `refuted` takes the checkpoint back to where the last count vouched for it, `open` leaves both.
 */
export async function noteFinding(
  warehouse: Warehouse,
  run: RunRow,
  finding: Finding,
  proof: { readonly provenTo: Date } | 'refuted' | 'open',
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    await held(
      query,
      `update runs set verdict = $3, verdict_reason = $4, source_count = $5, our_count = $6, source_sum = $7, our_sum = $8
       where id = $1 and lease = $2 and state = 'running' returning id`,
      [
        run.id,
        run.lease,
        finding.verdict,
        finding.reason,
        finding.sourceCount,
        finding.ourCount,
        finding.sourceSum,
        finding.ourSum,
      ],
    );
    if (proof === 'refuted') await refute(query, run);
    else if (proof !== 'open') await prove(query, run, proof.provenTo);
  });
}

async function prove(query: Query, run: RunRow, upTo: Date): Promise<void> {
  await query(
    `with proven as (
       update checkpoints set proven_at = greatest(proven_at, least(cursor_at, $3::timestamptz))
       where connection_id = $1 and stream = $2 returning 1
     ) select from proven`,
    [run.connectionId, run.stream, upTo],
  );
}

async function refute(query: Query, run: RunRow): Promise<void> {
  await query(
    `with back as (
       update checkpoints set cursor_at = proven_at, updated_at = now()
       where connection_id = $1 and stream = $2 and cursor_at > proven_at returning 1
     ), none as (
       delete from checkpoints where connection_id = $1 and stream = $2 and proven_at is null returning 1
     ) select from back union all select from none`,
    [run.connectionId, run.stream],
  );
}

export async function held(query: Query, update: string, parameters: readonly unknown[]): Promise<void> {
  const rows = await query(`with held as (${update}) select id from held`, parameters);
  if (rows.length === 0) throw new LeaseLost(String(parameters[0]));
}

/** Lets the run read once more: from the first page, and its window anew where one is given. */
export async function beginReading(
  warehouse: Warehouse,
  run: RunRow,
  next: {
    reading: Reading;
    window?: Span;
    /** Records that were read and do not count, since they are read again. */
    uncounted?: number;
  },
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    const query = queryOf(manager);
    await held(
      query,
      `update runs set reading = $3, place = null, read_at = null, records = records - $7,
         window_from = case when $4 then $5 else window_from end, window_to = coalesce($6, window_to)
       where id = $1 and lease = $2 and state = 'running' returning id`,
      [
        run.id,
        run.lease,
        next.reading,
        next.window !== undefined,
        next.window?.from ?? null,
        next.window?.to ?? null,
        next.uncounted ?? 0,
      ],
    );
    // What the second reading of a window is served stands alone against the second count.
    if (next.reading === 'again') await forgetSeen(query, run.id);
  });
}

/** One of the runs that a suspicion is measured by. */
export interface PastRun {
  readonly records: number;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly accepted: boolean;
}

/** The latest runs of the same kind that succeeded, newest first; of backfills only those of the same range. */
export const latestSuccesses = (
  warehouse: Pick<Warehouse, 'query'>,
  run: RunRow,
  most: number,
): Promise<PastRun[]> =>
  warehouse.query(
    `select records, window_from as "from", window_to as "to", accepted_at is not null as accepted from runs
     where connection_id = $1 and stream = $2 and kind = $3 and state = 'succeeded' and not dry and id <> $4
       and ($3 <> 'backfill' or (window_from is not distinct from $6 and window_to is not distinct from $7))
     order by queued_at desc limit $5`,
    [run.connectionId, run.stream, run.kind, run.id, most, run.windowFrom, run.windowTo],
  );

/** The whole range of a backfill and what its slices were served, once each of them is read; null before. */
export async function readBackfill(
  warehouse: Pick<Warehouse, 'query'>,
  backfillId: string,
): Promise<{ from: Date; to: Date; records: number } | null> {
  const [found] = await warehouse.query<{ from: Date; to: Date; records: string }>(
    `select b.window_from as "from", b.window_to as "to",
       (select coalesce(sum(r.records), 0) from runs r where r.backfill_id = b.id) as records
     from backfills b
     where b.id = $1 and not exists (select from runs r where r.backfill_id = b.id and r.read_at is null)`,
    [backfillId],
  );
  return found ? { ...found, records: Number(found.records) } : null;
}

/** The last run of the same kind that ended found the same difference: reading it all again would not help. */
export async function foundBefore(
  warehouse: Pick<Warehouse, 'query'>,
  run: RunRow,
  difference: number,
): Promise<boolean> {
  const [last] = await warehouse.query<{ verdict: Verdict | null; difference: string | null }>(
    `select verdict, source_count - our_count as difference from runs
     where connection_id = $1 and stream = $2 and kind = $3 and id <> $4 and not dry
       and state in ('succeeded', 'failed') and backfill_id is null
     order by queued_at desc, finished_at desc limit 1`,
    [run.connectionId, run.stream, run.kind, run.id],
  );
  return last?.verdict === 'differs' && Number(last.difference) === difference;
}
