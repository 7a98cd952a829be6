import { later, minutes, type Duration } from '#kernel';
import { arrayLiteral } from './array-literal.js';
import type { RunRow } from './rows.js';
import type { Incoming, Query } from './upsert.js';
import type { Warehouse } from './warehouse.js';

/*
 * A late arrival is a record that came new or in a newer version although its version lies before the checkpoint its
 * run started from: the platform showed it only after something newer. The lookback is there to catch those; one that
 * lies even before checkpoint − lookback was found by a refresh or a reconcile alone.
 */

/** Where lateness begins for one run. */
export interface LateBefore {
  /** The checkpoint the run started from. */
  readonly checkpoint: Date;
  readonly lookback: Duration;
  readonly now: Date;
}

/** Upper ends of the histogram's steps; what is later than the last one stands behind it. */
const STEPS: readonly Duration[] = [1, 5, 15, 60, 6 * 60, 24 * 60].map(minutes);

/** Adds one page's late arrivals to their stream's day. */
export async function noteLateArrivals(
  query: Query,
  run: Pick<RunRow, 'connectionId' | 'stream'>,
  arrived: readonly Incoming[],
  late: LateBefore,
): Promise<void> {
  const versions = arrived.flatMap(({ version }) => (version && version < late.checkpoint ? [version] : []));
  if (versions.length === 0) return;
  const lags = versions.map((version) => Math.max(0, late.now.getTime() - version.getTime()));
  const histogram = [...STEPS, Infinity].map(
    (end, i) => lags.filter((lag) => lag <= end && lag > (STEPS[i - 1] ?? -1)).length,
  );
  const caught = later(late.checkpoint, -late.lookback);
  await query(
    `with noted as (
       insert into late_arrivals as l (connection_id, stream, day, records, beyond_lookback, max_ms, histogram)
       values ($1, $2, ($3::timestamptz at time zone 'UTC')::date, $4, $5, $6, $7::integer[])
       on conflict (connection_id, stream, day) do update set records = l.records + excluded.records,
         beyond_lookback = l.beyond_lookback + excluded.beyond_lookback, max_ms = greatest(l.max_ms, excluded.max_ms),
         histogram = (select array_agg(a + b order by n)
           from unnest(l.histogram, excluded.histogram) with ordinality as u(a, b, n))
       returning 1
     ) select from noted`,
    [
      run.connectionId,
      run.stream,
      late.now,
      versions.length,
      versions.filter((version) => version < caught).length,
      lags.reduce((most, lag) => Math.max(most, lag), 0),
      arrayLiteral(histogram),
    ],
  );
}

/** What came late to one stream of one connection over the days since an instant. */
export interface LateArrivals {
  readonly connectionId: string;
  readonly stream: string;
  readonly records: number;
  readonly beyondLookback: number;
  readonly maxMs: number;
}

export const lateArrivals = async (
  warehouse: Pick<Warehouse, 'query'>,
  since: Date,
): Promise<LateArrivals[]> =>
  (
    await warehouse.query<LateArrivals & { maxMs: string }>(
      `select connection_id as "connectionId", stream, sum(records)::int as records,
         sum(beyond_lookback)::int as "beyondLookback", max(max_ms) as "maxMs"
       from late_arrivals where day >= ($1::timestamptz at time zone 'UTC')::date group by 1, 2`,
      [since],
    )
  ).map((row) => ({ ...row, maxMs: Number(row.maxMs) }));
