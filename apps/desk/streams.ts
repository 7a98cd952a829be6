import { minutes, type Duration } from '#kernel';
import { slotAt, slotsAfter, spanAt, type Cadence } from '#queue';
import type { FreshnessRow, StreamSettings } from '#warehouse';

/** How a stream stands against its objective, for a strip of colours; the worst that is true. */
export type Heat =
  | 'off'
  | 'paused'
  | 'reconnect'
  | 'unavailable'
  | 'waiting'
  | 'failing'
  | 'late'
  | 'ageing'
  | 'fresh';

/** A stream is late once this many cadences have passed without a success, and ages from half of that on. */
const CADENCES = 3;
/** Below this nobody's objective lies: a stream that runs each second may take a breath. */
const SHORTEST_OBJECTIVE = minutes(2);

/** How old a stream's last success may be. */
export const objectiveOf = (cadence: Cadence, now: Date): Duration =>
  Math.max(SHORTEST_OBJECTIVE, CADENCES * spanAt(cadence, now));

export function heatOf(
  row: Pick<FreshnessRow, 'lastSuccessAt' | 'lastFailure' | 'unavailable'> | undefined,
  stream: {
    readonly enabled: boolean;
    readonly status: 'active' | 'paused' | 'reconnect';
    readonly objectiveMs: Duration;
  },
  now: Date,
): Heat {
  if (stream.status !== 'active') return stream.status;
  if (!stream.enabled) return 'off';
  if (!row) return 'waiting';
  if (row.unavailable) return 'unavailable';
  if (row.lastFailure !== null) return 'failing';
  if (row.lastSuccessAt === null) return 'waiting';
  const age = now.getTime() - row.lastSuccessAt.getTime();
  if (age > stream.objectiveMs) return 'late';
  return age > stream.objectiveMs / 2 ? 'ageing' : 'fresh';
}

/** What an operator set, as a cadence; null where that is left to the configuration. */
export function cadenceSet({ everyMs, cron, zone }: StreamSettings): Cadence | null {
  if (cron !== null) return { pattern: cron, ...(zone === null ? {} : { zone }) };
  return everyMs === null ? null : { every: everyMs };
}

export const NOTHING_SET: StreamSettings = {
  enabled: null,
  everyMs: null,
  cron: null,
  zone: null,
  lookbackMs: null,
};

/** The newest slot that is due and the next ones; a cadence that cannot be kept has none. */
export function slots(cadence: Cadence, now: Date, count: number): { last: Date | null; next: Date[] } {
  try {
    return { last: slotAt(cadence, now), next: slotsAfter(cadence, now, count) };
  } catch {
    return { last: null, next: [] };
  }
}
