import { z } from 'zod';
import { days } from '#kernel';
import { planBackfill, SLICES, type Stream } from '#sync';
import { setStream, streamSettings, type ConnectionRow, type StreamSettings } from '#warehouse';
import { beginBackfill } from '../../../desk/backfills.js';
import { makeRun } from '../../../desk/runs.js';
import { cadenceSet, NOTHING_SET, slots } from '../../../desk/streams.js';
import { deskOf } from '../desk.js';
import { instant, instantIn, shortId } from '../fields.js';
import { Problem } from '../problem.js';
import { resource, route } from '../route.js';
import { backfillHere, connectionHere, mustGo, streamOn } from '../within-workspace.js';
import { backfill } from './backfills.js';
import { chosen, streamParams, streamsOf, subjectOf, type Here } from './stream-here.js';
import { cadenceIn, mustHaveCursor, scheduleIn, scheduleOut, stream } from './stream-schemas.js';

const connectionParams = z.object({ id: shortId('conn') });
async function settingsNow(here: Here, connection: ConnectionRow, one: Stream): Promise<StreamSettings> {
  const all = await streamSettings(here.doors.warehouse, here.workspace, connection.id);
  return all.get(`${connection.id} ${one.name}`) ?? NOTHING_SET;
}

const same = (a: StreamSettings, b: StreamSettings): boolean =>
  (['enabled', 'everyMs', 'cron', 'zone', 'lookbackMs'] as const).every((key) => a[key] === b[key]);

const kept = z.object({
  connectionId: z.string(),
  stream: z.string(),
  was: z.custom<StreamSettings>(),
  is: z.custom<StreamSettings>(),
});

const made = z.object({ run: z.string() });

const range = z.strictObject({
  from: instantIn,
  to: instantIn.optional().meta({ description: 'itself included; now where nothing is said' }),
  slices: z.enum(SLICES).default('week'),
  parallel: z.int().min(1).max(64).default(4),
});

export const streams = resource(
  'streams',
  'What is read from a connection: when, from where on, and how it stands.',
  {
    'GET /connections/{id}/streams': route({
      summary: 'Every stream of a connection as it stands',
      may: 'viewer',
      shared: true,
      params: connectionParams,
      reply: z.object({ items: z.array(stream) }),
      handle: async (here) => ({ items: await streamsOf(here, await connectionHere(here, here.params.id)) }),
    }),

    'GET /connections/{id}/streams/{stream}': route({
      summary: 'One stream of a connection as it stands',
      may: 'viewer',
      shared: true,
      params: streamParams,
      reply: stream,
      handle: async (here) => {
        const { connection, one } = await chosen(here);
        return (await streamsOf(here, connection, one))[0]!;
      },
    }),

    'POST /schedules/preview': route({
      summary: 'The next five times of a schedule that nobody has set yet',
      may: 'viewer',
      body: scheduleIn,
      reply: z.object({ nextAt: z.array(instant) }),
      changes: false,
      handle: async ({ body, now }) => ({ nextAt: slots(cadenceIn(body), now, 5).next }),
    }),

    'PATCH /connections/{id}/streams/{stream}': route({
      summary: 'Switches a stream on or off, sets its schedule or its lookback',
      description: 'null gives back to the configuration what was set here. Can be undone.',
      may: 'operator',
      params: streamParams,
      body: z
        .strictObject({
          enabled: z.boolean().nullable().optional(),
          schedule: scheduleIn.nullable().optional(),
          lookbackMs: z.int().min(0).max(days(366)).nullable().optional(),
        })
        .refine((body) => Object.keys(body).length > 0, 'say what is to change'),
      reply: stream,
      audit: 'stream.set',
      handle: async (here) => {
        const { connection, one } = await chosen(here);
        const { enabled, schedule, lookbackMs } = here.body;
        if (lookbackMs !== undefined && lookbackMs !== null) mustHaveCursor(one, 'body.lookbackMs');
        const was = await settingsNow(here, connection, one);
        const cadence = schedule === undefined ? cadenceSet(was) : schedule && cadenceIn(schedule);
        const set = cadence === null ? { everyMs: null, cron: null, zone: null } : scheduleOut(cadence);
        const is: StreamSettings = {
          ...set,
          enabled: enabled === undefined ? was.enabled : enabled,
          lookbackMs: lookbackMs === undefined ? was.lookbackMs : lookbackMs,
        };
        await setStream(here.doors.warehouse, connection.id, one.name, is);
        here.tell({
          subject: subjectOf(connection, one),
          before: was,
          after: is,
          undo: { connectionId: connection.id, stream: one.name, was, is },
        });
        return (await streamsOf(here, connection, one))[0]!;
      },
      undo: async (here, data) => {
        const { connectionId, stream: name, was, is } = kept.parse(data);
        const connection = await connectionHere(here, connectionId);
        const one = streamOn(here, connection, name);
        if (!same(await settingsNow(here, connection, one), is))
          throw new Problem('conflict', 'it was set anew since: change it by hand');
        await setStream(here.doors.warehouse, connection.id, one.name, was);
        here.tell({ subject: subjectOf(connection, one), before: is, after: was });
      },
    }),

    'POST /connections/{id}/streams/{stream}/runs': route({
      summary: 'Reads a stream now',
      description:
        '`incremental` from its checkpoint, `refresh` everything again, `reconcile` compares ids; `backfill` reads one range in one go.',
      may: 'operator',
      params: streamParams,
      body: z
        .strictObject({
          kind: z.enum(['incremental', 'refresh', 'reconcile', 'backfill']).default('incremental'),
          from: instantIn.optional(),
          to: instantIn.optional(),
          dry: z.boolean().default(false).meta({ description: 'reads and maps, and writes nothing' }),
        })
        .refine(({ kind, from, to }) => (kind === 'backfill') === (from !== undefined || to !== undefined), {
          path: ['from'],
          message: 'a range goes with kind backfill, and only with it',
        })
        .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
          path: ['to'],
          message: 'is not after `from`',
        })
        .default({ kind: 'incremental', dry: false }),
      reply: made,
      status: 202,
      audit: 'stream.run',
      handle: async (here) => {
        const { connection, one } = await chosen(here);
        const { kind, from, to, dry } = here.body;
        if (kind === 'backfill') mustHaveCursor(one, 'body.from');
        if (kind === 'reconcile' && !one.listing)
          throw new Problem(
            'conflict',
            `the ids of ${one.name} cannot be listed: read all of it with refresh`,
          );
        here.tell({ subject: subjectOf(connection, one), after: here.body });
        mustGo(connection);
        const windowTo = kind === 'backfill' ? (to ?? here.now) : null;
        const run = { stream: one.name, kind, dry, windowFrom: from ?? null, windowTo };
        return { run: (await makeRun(deskOf(here.doors), connection, run, here.now)).id };
      },
    }),

    'POST /connections/{id}/sync/{stream}': route({
      summary: 'Reads a stream now from its checkpoint: the short way',
      may: 'operator',
      params: streamParams,
      reply: made,
      status: 202,
      audit: 'stream.run',
      handle: async (here) => {
        const { connection, one } = await chosen(here);
        here.tell({ subject: subjectOf(connection, one), after: { kind: 'incremental' } });
        mustGo(connection);
        const run = { stream: one.name, kind: 'incremental' } as const;
        return { run: (await makeRun(deskOf(here.doors), connection, run, here.now)).id };
      },
    }),

    'POST /connections/{id}/streams/{stream}/backfills/preview': route({
      summary: 'How many slices a past range would be cut into',
      may: 'viewer',
      params: streamParams,
      body: range,
      reply: z.object({ slices: z.number(), from: instant, to: instant }),
      changes: false,
      handle: async (here) => {
        const { one } = await chosen(here);
        const windows = planBackfill({ ...here.body, stream: one, to: here.body.to ?? here.now }, here.now);
        return { slices: windows.length, from: windows.at(-1)!.from, to: windows[0]!.to };
      },
    }),

    'POST /connections/{id}/streams/{stream}/backfills': route({
      summary: 'Reads a past range in slices beside the live runs',
      may: 'operator',
      params: streamParams,
      body: range,
      reply: backfill,
      status: 202,
      audit: 'backfill.start',
      handle: async (here) => {
        const { connection, one } = await chosen(here);
        const range = { ...here.body, to: here.body.to ?? here.now };
        here.tell({ subject: subjectOf(connection, one), after: here.body });
        mustGo(connection);
        const by = here.caller.name;
        const id = await beginBackfill(deskOf(here.doors), { connection, stream: one, range, by }, here.now);
        return backfillHere(here, id);
      },
    }),
  },
);
