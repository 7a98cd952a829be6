import { z } from 'zod';
import { heartbeats, isAlive } from '#warehouse';
import { PATIENCE } from '../../news.js';
import { keptFor, within } from '../../within.js';
import type { ConsoleOptions } from '../../options.js';
import { instant } from '../fields.js';
import { resource, route } from '../route.js';
import { seconds } from '#kernel';

const queue = z
  .object({
    name: z.string(),
    paused: z.boolean(),
    counts: z.record(z.string(), z.number()).meta({ description: 'jobs by their state' }),
    schedules: z.number().nullable(),
  })
  .meta({ id: 'Queue' });

const process = z
  .object({
    process: z.string(),
    part: z.enum(['worker', 'scheduler']),
    platforms: z.array(z.string()),
    slots: z.number(),
    leads: z.boolean(),
    alive: z.boolean(),
    startedAt: instant,
    seenAt: instant,
    stoppedAt: instant.nullable(),
  })
  .meta({ id: 'Process' });

const KEPT = seconds(2);

/** One question to the queue's store, however many pages ask. */
export const queuesNow = keptFor(KEPT, async ({ queues }: ConsoleOptions) => {
  const ask = Promise.all(
    queues.boards.map(async (one) => ({
      name: one.name,
      paused: await one.isPaused(),
      counts: { ...(await one.getJobCounts()) },
      schedules: null,
    })),
  );
  return within(PATIENCE, ask).catch(() => null);
});

export const queues = resource(
  'queues',
  'The queues and who works on them. Bull Board shows them job by job.',
  {
    'GET /queues': route({
      summary: 'Every queue with its counts',
      may: 'viewer',
      shared: true,
      reply: z.object({
        items: z.array(queue).nullable().meta({ description: 'null where the queue does not answer' }),
      }),
      handle: async ({ doors, now }) => ({ items: await queuesNow(doors, '', now) }),
    }),

    'GET /processes': route({
      summary: 'Workers and schedulers, those seen last first',
      may: 'viewer',
      shared: true,
      reply: z.object({ items: z.array(process) }),
      handle: async ({ doors, now }) => ({
        items: (await heartbeats(doors.warehouse)).map((one) => ({
          ...one,
          platforms: [...one.platforms],
          alive: isAlive(one, now),
        })),
      }),
    }),
  },
);
