import { z } from 'zod';
import type { Duration } from '#kernel';
import { cadenceComplaint, type Cadence } from '#queue';
import type { Stream } from '#sync';
import type { ConnectionRow, FreshnessRow, LateArrivals, StreamSettings, StripRun } from '#warehouse';
import { cadenceSet, heatOf, NOTHING_SET, objectiveOf, slots } from '../../../desk/streams.js';
import { cadenceOf } from '../../../scheduler/declared.js';
import type { ConsoleOptions } from '../../options.js';
import { instant } from '../fields.js';
import { Problem } from '../problem.js';
import { runKind, runState } from './run-schemas.js';

export const schedule = z
  .object({
    everyMs: z.number().nullable(),
    cron: z.string().nullable(),
    zone: z.string().nullable().meta({ description: 'of the cron pattern; UTC where nothing is said' }),
  })
  .meta({ id: 'Schedule' });

/** A schedule as it is set: one of both, or null for what the configuration says. */
export const scheduleIn = z
  .union([
    z.strictObject({ everyMs: z.int().min(1000) }),
    z.strictObject({ cron: z.string().trim().min(9).max(100), zone: z.string().max(64).default('UTC') }),
  ])
  .superRefine((value, ctx) => {
    const complaint = cadenceComplaint(cadenceIn(value));
    if (complaint !== null) ctx.addIssue({ code: 'custom', message: complaint });
  });

export const cadenceIn = (value: { everyMs: number } | { cron: string; zone: string }): Cadence =>
  'everyMs' in value ? { every: value.everyMs } : { pattern: value.cron, zone: value.zone };

export const heat = z
  .enum(['off', 'paused', 'reconnect', 'unavailable', 'waiting', 'failing', 'late', 'ageing', 'fresh'])
  .meta({ id: 'Heat' });

const stripRun = z.object({
  id: z.string(),
  kind: runKind,
  state: runState,
  queuedAt: instant,
  finishedAt: instant.nullable(),
  records: z.number(),
  moved: z.number().meta({ description: 'rows that are new, changed or gone' }),
  failure: z.string().nullable(),
});

export const stream = z
  .object({
    stream: z.string(),
    title: z.string(),
    enabled: z.boolean(),
    heat,
    schedule,
    set: z
      .object({
        enabled: z.boolean().nullable(),
        schedule: schedule.nullable(),
        lookbackMs: z.number().nullable(),
      })
      .meta({ description: 'what was set here; null is what the configuration says' }),
    nextAt: z.array(instant).meta({ description: 'the next five times; none while it does not run' }),
    objectiveMs: z.number().meta({ description: 'how old its last success may be' }),
    ageMs: z.number().nullable(),
    lookbackMs: z
      .number()
      .nullable()
      .meta({ description: 'null where it has no checkpoint to step back from' }),
    checkpointAt: instant.nullable(),
    lastSuccessAt: instant.nullable(),
    state: z.string(),
    runningSince: instant.nullable(),
    lastFailure: z.string().nullable(),
    notice: z.string().nullable(),
    quarantineOpen: z.number(),
    comparedAt: instant.nullable(),
    drift: z
      .object({ missing: z.number(), older: z.number(), gone: z.number(), awaited: z.number() })
      .nullable(),
    late: z
      .object({ records: z.number(), beyondLookback: z.number(), maxMs: z.number() })
      .nullable()
      .meta({ description: 'records of the last seven days that the platform showed after newer ones' }),
    tables: z.array(z.string()),
    can: z.object({ backfill: z.boolean(), reconcile: z.boolean() }),
    runs: z.array(stripRun).meta({ description: 'the latest, the newest first' }),
  })
  .meta({ id: 'Stream' });

export const scheduleOut = (cadence: Cadence): z.input<typeof schedule> =>
  'every' in cadence
    ? { everyMs: cadence.every, cron: null, zone: null }
    : { everyMs: null, cron: cadence.pattern, zone: cadence.zone ?? 'UTC' };

export const lookbackIn = (
  doors: ConsoleOptions,
  { name, cursor }: Stream,
  set: StreamSettings,
): Duration | null => (cursor ? (set.lookbackMs ?? doors.lookbackOf?.(name) ?? cursor.lookback) : null);

/** What a stream of a connection is and how it stands, from what was read of it. */
export function streamOut(
  doors: ConsoleOptions,
  now: Date,
  {
    connection,
    stream: one,
    row,
    set = NOTHING_SET,
    late,
    runs,
  }: {
    readonly connection: ConnectionRow;
    readonly stream: Stream;
    readonly row: FreshnessRow | undefined;
    readonly set: StreamSettings | undefined;
    readonly late: LateArrivals | undefined;
    readonly runs: readonly StripRun[];
  },
): z.input<typeof stream> {
  const setting = doors.settings?.get(one.name);
  const enabled = set.enabled ?? setting?.enabled ?? true;
  const own = cadenceSet(set);
  const cadence = own ?? cadenceOf(one, setting);
  const objectiveMs = objectiveOf(cadence, now);
  const goes = enabled && connection.status === 'active';
  return {
    stream: one.name,
    title: one.title,
    enabled,
    heat: heatOf(row, { enabled, status: connection.status, objectiveMs }, now),
    schedule: scheduleOut(cadence),
    set: { enabled: set.enabled, schedule: own && scheduleOut(own), lookbackMs: set.lookbackMs },
    nextAt: goes ? slots(cadence, now, 5).next : [],
    objectiveMs,
    ageMs: row?.lastSuccessAt ? Math.max(0, now.getTime() - row.lastSuccessAt.getTime()) : null,
    lookbackMs: lookbackIn(doors, one, set),
    checkpointAt: row?.checkpointAt ?? null,
    lastSuccessAt: row?.lastSuccessAt ?? null,
    state: row?.runningSince ? 'running' : (row?.lastState ?? 'waiting'),
    runningSince: row?.runningSince ?? null,
    lastFailure: row?.lastFailure ?? null,
    notice: row?.notice ?? null,
    quarantineOpen: row?.openQuarantine ?? 0,
    comparedAt: row?.comparedAt ?? null,
    drift: row?.drift ?? null,
    late: late ?? null,
    tables: [one.into.name, ...one.children.map(({ into }) => into.name)],
    can: { backfill: one.cursor !== undefined, reconcile: one.listing !== undefined },
    runs: [...runs],
  };
}

/** Throws `invalid` for what a stream without a checkpoint cannot be given. */
export function mustHaveCursor({ name, cursor }: Stream, field: string): void {
  if (cursor) return;
  throw new Problem('invalid', `${name} is read in one go: it has no checkpoint`, {
    errors: [{ field, message: 'leave it out' }],
  });
}
