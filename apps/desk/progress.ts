import { forecast, paces, type Forecast, type PaceRow, type RunRow, type Wait } from '#warehouse';
import type { Desk } from './doors.js';
import { openWaits, whyOf } from './waits.js';

/** How far an open run is, why it waits, and when it ends. */
export interface Standing {
  readonly wait: Wait | null;
  /** Why it waits, or how far it is. */
  readonly why: string | null;
  /** 0 to 1; null where that cannot be told. */
  readonly share: number | null;
  readonly forecast: Forecast | null;
}

/** What can be told of open runs, by id; those that have ended are left out. */
export async function standings(
  desk: Desk,
  runs: readonly RunRow[],
  now: Date,
): Promise<ReadonlyMap<string, Standing>> {
  const open = runs.filter(({ state }) => state === 'running' || state === 'queued' || state === 'snoozed');
  if (open.length === 0) return new Map();
  const ids = open.map(({ id }) => id);
  const [waits, pace] = await Promise.all([openWaits(desk, now, ids), paces(desk.warehouse, ids)]);
  const waitOf = new Map(waits.map(({ run, wait }) => [run.id, wait]));
  const paceOf = new Map(pace.map((row) => [row.id, row]));
  return new Map(
    open.map((run) => {
      const wait = waitOf.get(run.id) ?? null;
      const row = paceOf.get(run.id);
      const ends = row ? forecast(row, wait, null, now) : null;
      return [run.id, { wait, why: whyOf(run, wait), share: shareOf(run, row), forecast: ends }];
    }),
  );
}

/** By the platform's own count where it told one, else by how much of the window's time lies behind the cursor. */
export function shareOf(
  {
    records,
    windowFrom,
    windowTo,
    cursorAt,
  }: Pick<RunRow, 'records' | 'windowFrom' | 'windowTo' | 'cursorAt'>,
  row: Pick<PaceRow, 'sourceCount'> | undefined,
): number | null {
  const within = (share: number): number => Math.min(0.99, Math.max(0, share));
  if (row?.sourceCount) return within(records / row.sourceCount);
  if (!windowFrom || !windowTo || !cursorAt) return null;
  const span = windowTo.getTime() - windowFrom.getTime();
  return span <= 0 ? null : within((cursorAt.getTime() - windowFrom.getTime()) / span);
}
