import type { Drift } from './rows.js';
import type { RunState } from './run-states.js';
import type { Warehouse } from './warehouse.js';

/** How fresh one stream of one connection is. */
export interface FreshnessRow {
  readonly connectionId: string;
  readonly connection: string;
  readonly stream: string;
  /** How new the newest committed record is; null where the stream has no cursor or nothing was read yet. */
  readonly checkpointAt: Date | null;
  /** When a run last read everything there was to read: a backfill of a past range or a dry run does not count. */
  readonly lastSuccessAt: Date | null;
  /** The state of the newest run that reads; comparisons of ids are told apart. */
  readonly lastState: RunState | null;
  /** Why the newest attempt that ended did not succeed; null once one did. */
  readonly lastFailure: string | null;
  /** Since when the run that is under way runs; null where none is. */
  readonly runningSince: Date | null;
  readonly openQuarantine: number;
  /** The newest comparison of ids that ended: what it found, or why it found nothing. */
  readonly comparedAt: Date | null;
  readonly drift: Drift | null;
  readonly comparisonFailure: string | null;
  /** What the platform said that an operator should know: that the account does not have the stream goes first. */
  readonly notice: string | null;
  /** The account does not have it: nothing is late, and it is asked again once a week. */
  readonly unavailable: boolean;
}

/**
 * One row per (connection, stream) that has ever run or holds a checkpoint, by name: of a workspace, of one connection, or
 * all. It walks the index of runs from pair to pair and reads the newest few runs of each, so its cost follows the number
 * of streams, not of runs.
 */
export const freshness = (
  warehouse: Warehouse,
  workspace: string | null = null,
  connectionId: string | null = null,
): Promise<FreshnessRow[]> =>
  warehouse.query<FreshnessRow>(
    `
    with recursive ran as (
      (select connection_id, stream from runs order by connection_id, stream limit 1)
      union all
      select next.connection_id, next.stream from ran cross join lateral (
        select connection_id, stream from runs
        where (connection_id, stream) > (ran.connection_id, ran.stream)
        order by connection_id, stream limit 1
      ) next
    ), pairs as (
      select connection_id, stream from ran where $2::text is null or connection_id = $2
      union select connection_id, stream from checkpoints where $2::text is null or connection_id = $2
    ), held as (
      select connection_id, stream, count(*)::int as n from quarantine
      where state = 'open' and ($2::text is null or connection_id = $2) group by 1, 2
    )
    select c.id as "connectionId", c.name as connection, p.stream,
      k.cursor_at as "checkpointAt",
      good.finished_at as "lastSuccessAt",
      newest.state as "lastState",
      case when s.unavailable is null then coalesce(newest.failure, ended.failure) end as "lastFailure",
      busy.started_at as "runningSince",
      coalesce(held.n, 0) as "openQuarantine",
      compared.finished_at as "comparedAt",
      compared.drift,
      compared.failure as "comparisonFailure",
      coalesce('unavailable: ' || s.unavailable, s.notice) as notice,
      s.unavailable is not null as unavailable
    from pairs p
    join connections c on c.id = p.connection_id
    left join checkpoints k on k.connection_id = p.connection_id and k.stream = p.stream
    left join streams s on s.connection_id = p.connection_id and s.stream = p.stream
    left join held on held.connection_id = p.connection_id and held.stream = p.stream
    left join lateral (
      select state, failure from runs r
      where r.connection_id = p.connection_id and r.stream = p.stream and r.kind <> 'reconcile'
      order by queued_at desc limit 1
    ) newest on true
    left join lateral (
      select failure from runs r
      where r.connection_id = p.connection_id and r.stream = p.stream and r.state in ('succeeded', 'failed')
        and r.kind <> 'reconcile'
      order by queued_at desc limit 1
    ) ended on true
    left join lateral (
      select finished_at from runs r
      where r.connection_id = p.connection_id and r.stream = p.stream
        and r.state = 'succeeded' and r.kind not in ('backfill', 'replay', 'reconcile') and not r.dry
      order by queued_at desc limit 1
    ) good on true
    left join lateral (
      select finished_at, drift, failure from runs r
      where r.connection_id = p.connection_id and r.stream = p.stream
        and r.kind = 'reconcile' and r.state in ('succeeded', 'failed')
      order by queued_at desc limit 1
    ) compared on true
    left join lateral (
      select started_at from runs r
      where r.connection_id = p.connection_id and r.stream = p.stream and r.state = 'running'
        and r.kind <> 'reconcile' limit 1
    ) busy on true
    where $1::text is null or c.workspace_id = $1
    order by c.name, p.stream`,
    [workspace, connectionId],
  );
