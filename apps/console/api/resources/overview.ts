import { z } from 'zod';
import { earlier, hours, seconds } from '#kernel';
import {
  freshness,
  heartbeats,
  isAlive,
  openCounts,
  runsByHour,
  runningNow,
  streamSettings,
} from '#warehouse';
import { cadenceSet, heatOf, NOTHING_SET, objectiveOf } from '../../../desk/streams.js';
import { cadenceOf } from '../../../scheduler/declared.js';
import type { ConsoleOptions } from '../../options.js';
import { keptFor } from '../../within.js';
import { instant } from '../fields.js';
import { resource, route } from '../route.js';
import { connectionsHere } from '../within-workspace.js';
import { queuesNow } from './queues.js';
import { quotaNow } from './quota.js';
import { heat } from './stream-schemas.js';

const hour = z.object({
  hour: instant,
  succeeded: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  records: z.number(),
  moved: z.number(),
});

const overviewReply = z
  .object({
    at: instant,
    connections: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        platform: z.string(),
        status: z.enum(['active', 'paused', 'reconnect']),
        statusReason: z.string().nullable(),
        streams: z.array(
          z.object({
            stream: z.string(),
            title: z.string(),
            heat,
            ageMs: z.number().nullable(),
            objectiveMs: z.number(),
            runningSince: instant.nullable(),
            failure: z.string().nullable(),
          }),
        ),
      }),
    ),
    day: z.object({
      hours: z.array(hour).meta({ description: 'hours in which a run ended, the oldest first' }),
      succeeded: z.number(),
      failed: z.number(),
      cancelled: z.number(),
      records: z.number(),
      moved: z.number().meta({ description: 'rows that were new, changed or gone' }),
    }),
    open: z.object({
      running: z.number(),
      waiting: z.number(),
      failures: z.number(),
      quarantine: z.number(),
      alerts: z.number(),
      backfills: z.number(),
    }),
    meters: z.array(
      z.object({
        connectionId: z.string(),
        connection: z.string(),
        limit: z.string(),
        operation: z.string().nullable(),
        ceiling: z.number(),
        available: z.number(),
        perSecond: z.number().nullable(),
        closedUntil: instant.nullable(),
        usedLastHour: z.number(),
      }),
    ),
    workers: z.array(
      z.object({
        process: z.string(),
        platforms: z.array(z.string()),
        slots: z.number(),
        seenAt: instant,
        runs: z
          .array(
            z.object({
              id: z.string(),
              connection: z.string(),
              stream: z.string(),
              kind: z.string(),
              pages: z.number(),
              records: z.number(),
              startedAt: instant.nullable(),
            }),
          )
          .meta({ description: 'what it does now for this workspace' }),
      }),
    ),
    scheduler: z.object({
      leads: z.string().nullable().meta({ description: 'null: nobody makes new runs' }),
      standby: z.number(),
    }),
    queue: z.enum(['connected', 'disconnected']),
  })
  .meta({ id: 'Overview' });

const KEPT = seconds(1);
const DAY = hours(24);

const overviewNow = keptFor(KEPT, async (doors: ConsoleOptions, workspace, now) => {
  const here = { doors, workspace, now };
  const { warehouse } = doors;
  const [connections, rows, settings, ended, open, running, signs, quota, queue] = await Promise.all([
    connectionsHere(here),
    freshness(warehouse, workspace),
    streamSettings(warehouse, workspace),
    runsByHour(warehouse, workspace, earlier(now, DAY)),
    openCounts(warehouse, workspace),
    runningNow(warehouse, workspace),
    heartbeats(warehouse),
    // A limiter's store that is away leaves the rest of the page as it is.
    quotaNow(doors, workspace, now).catch(() => null),
    queuesNow(doors, '', now),
  ]);
  const rowOf = new Map(rows.map((row) => [`${row.connectionId} ${row.stream}`, row]));
  const sum = (of: (one: (typeof ended)[number]) => number): number =>
    ended.reduce((total, one) => total + of(one), 0);
  const alive = signs.filter((one) => isAlive(one, now));
  const schedulers = alive.filter(({ part }) => part === 'scheduler');
  return {
    at: now,
    connections: connections.map((connection) => ({
      ...connection,
      streams: (doors.platforms.find(({ name }) => name === connection.platform)?.streams ?? []).map(
        (one) => {
          const key = `${connection.id} ${one.name}`;
          const set = settings.get(key) ?? NOTHING_SET;
          const setting = doors.settings?.get(one.name);
          const objectiveMs = objectiveOf(cadenceSet(set) ?? cadenceOf(one, setting), now);
          const row = rowOf.get(key);
          const enabled = set.enabled ?? setting?.enabled ?? true;
          return {
            stream: one.name,
            title: one.title,
            heat: heatOf(row, { enabled, status: connection.status, objectiveMs }, now),
            ageMs: row?.lastSuccessAt ? Math.max(0, now.getTime() - row.lastSuccessAt.getTime()) : null,
            objectiveMs,
            runningSince: row?.runningSince ?? null,
            failure: row?.lastFailure ?? null,
          };
        },
      ),
    })),
    day: {
      hours: ended,
      succeeded: sum((one) => one.succeeded),
      failed: sum((one) => one.failed),
      cancelled: sum((one) => one.cancelled),
      records: sum((one) => one.records),
      moved: sum((one) => one.moved),
    },
    open,
    meters: (quota?.accounts ?? []).flatMap((account) =>
      account.meters.map((meter) => ({
        ...meter,
        connectionId: account.connectionId,
        connection: account.connection,
        operation: meter.operation ?? null,
      })),
    ),
    workers: alive
      .filter(({ part }) => part === 'worker')
      .map((one) => ({
        ...one,
        platforms: [...one.platforms],
        runs: running.filter(({ worker }) => worker === one.process),
      })),
    scheduler: {
      leads: schedulers.find(({ leads }) => leads)?.process ?? null,
      standby: schedulers.filter(({ leads }) => !leads).length,
    },
    queue: queue === null ? ('disconnected' as const) : ('connected' as const),
  };
});

export const overview = resource('overview', 'How everything stands, at one look.', {
  'GET /overview': route({
    summary: 'Freshness, runs of the last 24 hours, open failures, meters, workers',
    may: 'viewer',
    shared: true,
    reply: overviewReply,
    handle: ({ doors, workspace, now }) => overviewNow(doors, workspace, now),
  }),
});
