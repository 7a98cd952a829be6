import type { Warehouse } from '../warehouse.js';
import type { RunState } from '../run-states.js';
import type { RunKind } from '../rows.js';

/** What an operator sets on a stream of one connection; null is what the configuration or the catalog says. */
export interface StreamSettings {
  readonly enabled: boolean | null;
  readonly everyMs: number | null;
  readonly cron: string | null;
  readonly zone: string | null;
  readonly lookbackMs: number | null;
}

/** What is set on each stream of a workspace's connections, or of one of them. */
export async function streamSettings(
  warehouse: Warehouse,
  workspace: string,
  connectionId: string | null = null,
): Promise<ReadonlyMap<string, StreamSettings>> {
  const rows = await warehouse.query<
    Omit<StreamSettings, 'everyMs' | 'lookbackMs'> & {
      id: string;
      everyMs: string | null;
      lookbackMs: string | null;
    }
  >(
    `select s.connection_id || ' ' || s.stream as id, s.enabled, s.every_ms as "everyMs", s.cron, s.zone,
       s.lookback_ms as "lookbackMs"
     from streams s join connections c on c.id = s.connection_id
     where c.workspace_id = $1 and ($2::text is null or c.id = $2)`,
    [workspace, connectionId],
  );
  const number = (text: string | null): number | null => (text === null ? null : Number(text));
  return new Map(
    rows.map(({ id, everyMs, lookbackMs, ...row }) => [
      id,
      { ...row, everyMs: number(everyMs), lookbackMs: number(lookbackMs) },
    ]),
  );
}

/** Sets all of it at once. */
export async function setStream(
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
  to: StreamSettings,
): Promise<void> {
  await warehouse.query(
    `insert into streams (connection_id, stream, enabled, every_ms, cron, zone, lookback_ms)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (connection_id, stream) do update set enabled = excluded.enabled, every_ms = excluded.every_ms,
       cron = excluded.cron, zone = excluded.zone, lookback_ms = excluded.lookback_ms`,
    [connectionId, stream, to.enabled, to.everyMs, to.cron, to.zone, to.lookbackMs],
  );
}

/** A run as a stream's strip shows it. */
export interface StripRun {
  readonly stream: string;
  readonly id: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly queuedAt: Date;
  readonly finishedAt: Date | null;
  readonly records: number;
  readonly moved: number;
  readonly failure: string | null;
}

/** The latest runs of each of these streams, the newest first. */
export const lastRunsOf = (
  warehouse: Warehouse,
  connectionId: string,
  streams: readonly string[],
  each: number,
): Promise<StripRun[]> =>
  warehouse.query(
    `select s.stream, r.* from unnest($2::text[]) as s(stream)
     cross join lateral (
       select id, kind, state, queued_at as "queuedAt", finished_at as "finishedAt", records,
         inserted + changed + gone as moved, failure
       from runs where connection_id = $1 and stream = s.stream and backfill_id is null
       order by queued_at desc limit $3
     ) r`,
    [connectionId, [...streams], each],
  );

/** Sets a stream's checkpoint back, or takes it away: the next run reads from there, or from the stream's beginning. */
export async function resetCheckpoint(
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
  to: Date | null,
  expected: Date,
): Promise<boolean> {
  const rows = await warehouse.query<{ stream: string }>(
    to === null
      ? `with reset as (
           delete from checkpoints where connection_id = $1 and stream = $2
             and date_trunc('milliseconds', cursor_at) = $3 returning stream
         ) select stream from reset`
      : `with reset as (
           update checkpoints set cursor_at = $4, proven_at = least(proven_at, $4), updated_at = now()
           where connection_id = $1 and stream = $2 and date_trunc('milliseconds', cursor_at) = $3 returning stream
         ) select stream from reset`,
    to === null ? [connectionId, stream, expected] : [connectionId, stream, expected, to],
  );
  return rows.length > 0;
}

/** Puts a checkpoint back as it was, unless a run has moved it since. */
export async function restoreCheckpoint(
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
  was: { readonly cursorAt: Date; readonly provenAt: Date | null; readonly runId: string },
): Promise<void> {
  await warehouse.query(
    `insert into checkpoints as k (connection_id, stream, cursor_at, proven_at, run_id) values ($1, $2, $3, $4, $5)
     on conflict (connection_id, stream) do update set cursor_at = greatest(k.cursor_at, excluded.cursor_at),
       proven_at = greatest(k.proven_at, excluded.proven_at), updated_at = now()`,
    [connectionId, stream, was.cursorAt, was.provenAt, was.runId],
  );
}
