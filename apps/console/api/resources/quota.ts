import { z } from 'zod';
import { seconds } from '#kernel';
import type { ConnectionRow } from '#warehouse';
import { metersFor, quotaOf, type Meters, type Quota } from '../../../desk/quota.js';
import type { ConsoleOptions } from '../../options.js';
import { keptFor } from '../../within.js';
import { deskOf, meteredDeskOf } from '../desk.js';
import { instant, shortId } from '../fields.js';
import { resource, route } from '../route.js';
import { connectionHere, connectionsHere } from '../within-workspace.js';
import { wait } from './run-schemas.js';

const account = z
  .object({
    connectionId: z.string(),
    connection: z.string(),
    platform: z.string(),
    meters: z.array(
      z.object({
        limit: z.string(),
        operation: z.string().nullable(),
        kind: z.string(),
        capacity: z.number().nullable(),
        ceiling: z.number().meta({ description: 'as much as is used of it at most' }),
        available: z.number(),
        perSecond: z
          .number()
          .nullable()
          .meta({ description: 'what comes back; null where slots are counted' }),
        waiting: z.number(),
        reservedForWrite: z.number(),
        closedUntil: instant.nullable(),
        usedLastHour: z.number(),
        refusedLastHour: z.number(),
        fullAt: instant.nullable().meta({ description: 'when all of it is back, if nothing is spent' }),
      }),
    ),
    spent: z
      .array(
        z.object({
          limit: z.string(),
          lane: z.enum(['write', 'live', 'backfill']),
          spender: z.string(),
          calls: z.number(),
          used: z.number(),
          refused: z.number(),
          waitedMs: z.number(),
          lastAt: instant,
        }),
      )
      .meta({ description: 'by whom, in the last hour' }),
    runs: z.array(
      z.object({
        run: z.string(),
        stream: z.string(),
        state: z.string(),
        wait: wait.nullable(),
        endsAt: instant.nullable(),
        pagesLeft: z.number().nullable(),
        heldBy: z.enum(['pace', 'budget']).nullable(),
        text: z.string(),
      }),
    ),
  })
  .meta({ id: 'QuotaAccount' });

const quotaReply = z.object({
  asOf: instant,
  source: z.enum(['shared', 'worker', 'limits']).meta({
    description:
      'read from the shared store, as the worker showed it last, or what the limits allow while nothing works',
  }),
  items: z.array(account),
});

/** Of a limit's runs so many are forecast: the rest waits behind them. */
const MOST_RUNS = 50;

function accountOut(one: Quota, now: Date): z.input<typeof account> {
  return {
    ...one,
    spent: [...one.spent],
    meters: one.meters.map((meter) => ({
      ...meter,
      operation: meter.operation ?? null,
      capacity: meter.capacity ?? null,
      fullAt: fullAt(meter, now),
    })),
    runs: one.runs.slice(0, MOST_RUNS).map(({ forecast, ...run }) => ({
      ...run,
      endsAt: forecast.endsAt,
      pagesLeft: forecast.pagesLeft,
      heldBy: forecast.heldBy,
      text: forecast.text,
    })),
  };
}

function fullAt(meter: Quota['meters'][number], now: Date): Date | null {
  if (meter.perSecond === null || meter.perSecond <= 0) return null;
  const missing = Math.max(0, meter.ceiling - meter.available);
  return new Date(now.getTime() + (missing / meter.perSecond) * 1000);
}

const KEPT = seconds(1);

/** The accounts of one workspace, read once a second however many pages look at them. */
export const quotaNow = keptFor(
  KEPT,
  async (doors: ConsoleOptions, workspace, now): Promise<{ meters: Meters; accounts: Quota[] }> => {
    const connections = await connectionsHere({ doors, workspace, now });
    return read(doors, connections, now);
  },
);

async function read(doors: ConsoleOptions, connections: readonly ConnectionRow[], now: Date) {
  const known = connections.filter(({ platform }) => doors.platforms.some(({ name }) => name === platform));
  const meters = await metersFor(meteredDeskOf(doors), now);
  return { meters, accounts: await quotaOf(deskOf(doors), meters, known, now) };
}

export const quota = resource(
  'quota',
  "What every account's platform allows, who spends it, and when it is back.",
  {
    'GET /quota': route({
      summary: 'Every account of the workspace',
      may: 'viewer',
      shared: true,
      reply: quotaReply,
      handle: async (here) => {
        const { meters, accounts } = await quotaNow(here.doors, here.workspace, here.now);
        return {
          asOf: meters.asOf,
          source: meters.source,
          items: accounts.map((one) => accountOut(one, here.now)),
        };
      },
    }),

    'GET /quota/{id}': route({
      summary: 'One account, by its connection',
      may: 'viewer',
      shared: true,
      params: z.object({ id: shortId('conn') }),
      reply: quotaReply,
      handle: async (here) => {
        const connection = await connectionHere(here, here.params.id);
        const { meters, accounts } = await read(here.doors, [connection], here.now);
        return {
          asOf: meters.asOf,
          source: meters.source,
          items: accounts.map((one) => accountOut(one, here.now)),
        };
      },
    }),
  },
);
