import { z } from 'zod';
import { streamOf } from '#catalog';
import { type Json } from '#kernel';
import {
  estimate,
  freshness,
  reactivate,
  reloadConnection,
  removeConnection,
  resealConnection,
  saveConnection,
  setPaused,
  updateConnection,
  warehouseTables,
  type ConnectionRow,
  type FreshnessRow,
} from '#warehouse';
import { instant, nameIn, shortId } from '../fields.js';
import { Problem } from '../problem.js';
import { resource, route } from '../route.js';
import { connectionHere, connectionsHere } from '../within-workspace.js';
import { checked, checkedPlace, platformNamed, tested, tryOut } from './connection-inputs.js';
import { mustStayThere, tokenUrlOf } from './connection-place.js';

const connection = z
  .object({
    id: z.string(),
    name: z.string(),
    platform: z.string(),
    status: z.enum(['active', 'paused', 'reconnect']),
    statusReason: z.string().nullable(),
    settings: z.record(z.string(), z.unknown()),
    baseUrl: z.string().nullable(),
    sandbox: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
    renewedAt: instant.nullable().meta({ description: 'when its token was renewed last' }),
  })
  .meta({ id: 'Connection' });

const health = connection
  .extend({
    streams: z.object({
      total: z.number(),
      failing: z.number(),
      running: z.number(),
      unavailable: z.number(),
    }),
    lastSuccessAt: instant.nullable(),
    quarantineOpen: z.number(),
    failure: z.string().nullable().meta({ description: 'why the newest failing stream fails' }),
  })
  .meta({ id: 'ConnectionHealth' });

const params = z.object({ id: shortId('conn') });
const place = {
  baseUrl: z.string().max(500).nullable().default(null).meta({
    description: "calls go there instead of the platform's own place",
  }),
  sandbox: z.boolean().default(false).meta({
    description: 'a stand-in: plain http and private addresses are allowed',
  }),
};
const secret = z.record(z.string(), z.unknown()).meta({
  description: 'sealed before it is kept, and never shown again',
});
const saved = z.object({ connection, resumed: z.number() });

/** As the audit log keeps it; credentials are no field of it. */
const shown = ({ name, platform, status, settings, baseUrl, sandbox }: ConnectionRow) => ({
  name,
  platform,
  status,
  settings,
  baseUrl,
  sandbox,
});

export const connections = resource(
  'connections',
  'Accounts on platforms. Credentials go in and never come out.',
  {
    'GET /connections': route({
      summary: 'Every connection with its health, by name',
      may: 'viewer',
      shared: true,
      reply: z.object({ items: z.array(health) }),
      handle: async (here) => {
        const [rows, streams] = await Promise.all([
          connectionsHere(here),
          freshness(here.doors.warehouse, here.workspace),
        ]);
        const of = new Map<string, FreshnessRow[]>(rows.map(({ id }) => [id, []]));
        for (const one of streams) of.get(one.connectionId)?.push(one);
        return {
          items: rows.map((row) => {
            const own = of.get(row.id)!;
            const platform = here.doors.platforms.find(({ name }) => name === row.platform);
            const successes = own.flatMap(({ lastSuccessAt }) => lastSuccessAt?.getTime() ?? []);
            return {
              ...row,
              streams: {
                total: platform?.streams.length ?? own.length,
                failing: own.filter(({ lastFailure }) => lastFailure !== null).length,
                running: own.filter(({ runningSince }) => runningSince !== null).length,
                unavailable: own.filter(({ unavailable }) => unavailable).length,
              },
              lastSuccessAt: successes.length > 0 ? new Date(Math.max(...successes)) : null,
              quarantineOpen: own.reduce((sum, one) => sum + one.openQuarantine, 0),
              failure: own.find(({ lastFailure }) => lastFailure !== null)?.lastFailure ?? null,
            };
          }),
        };
      },
    }),

    'POST /connections': route({
      summary: 'Adds a connection',
      may: 'admin',
      body: z.strictObject({
        platform: z.string().max(40),
        name: nameIn(),
        settings: z.record(z.string(), z.unknown()).default({}),
        credentials: secret,
        ...place,
      }),
      reply: connection,
      status: 201,
      audit: 'connection.add',
      handle: async (here) => {
        const { body, doors, workspace } = here;
        here.tell({ subject: body.name });
        const platform = platformNamed(doors, body.platform);
        const settings = checked(platform, 'settings', body.settings);
        const credentials = checked(platform, 'credentials', body.credentials);
        const baseUrl = await checkedPlace(here, { ...body, settings });
        if ((await connectionsHere(here)).some(({ name }) => name === body.name))
          throw new Problem('conflict', `there is a connection ${body.name} already; choose another name`);
        const row = await saveConnection(doors.warehouse, doors.ring, {
          platform: platform.name,
          name: body.name,
          settings,
          credentials: credentials as Json,
          baseUrl,
          sandbox: body.sandbox,
          workspace,
        });
        here.tell({ after: shown(row) });
        return row;
      },
    }),

    'GET /connections/{id}': route({
      summary: 'One connection, without its credentials',
      may: 'viewer',
      shared: true,
      params,
      reply: connection,
      handle: (here) => connectionHere(here, here.params.id),
    }),

    'PATCH /connections/{id}': route({
      summary: 'Changes its name, its settings or where it is called',
      description:
        'Its credentials stay where the host stays. They must be entered again where it changes: 409 names the field ' +
        '`body.credentials` then.',
      may: 'admin',
      params,
      body: z
        .strictObject({
          name: nameIn().optional(),
          settings: z.record(z.string(), z.unknown()).optional(),
          baseUrl: z.string().max(500).nullable().optional(),
          sandbox: z.boolean().optional(),
          credentials: secret.optional(),
        })
        .refine((body) => Object.keys(body).length > 0, 'say what is to change'),
      reply: connection,
      audit: 'connection.edit',
      handle: async (here) => {
        const before = await connectionHere(here, here.params.id);
        const { body, doors } = here;
        here.tell({ subject: before.name, before: shown(before) });
        if (body.name !== undefined && body.name !== before.name)
          if ((await connectionsHere(here)).some(({ name }) => name === body.name))
            throw new Problem('conflict', `there is a connection ${body.name} already; choose another name`);
        const platform = platformNamed(doors, before.platform);
        const settings = body.settings
          ? { ...tokenUrlOf(before), ...checked(platform, 'settings', body.settings) }
          : before.settings;
        const sandbox = body.sandbox ?? before.sandbox;
        const asked = body.baseUrl === undefined ? before.baseUrl : body.baseUrl;
        const baseUrl = await checkedPlace(here, { baseUrl: asked, sandbox, settings });
        const to = { name: body.name ?? before.name, settings, baseUrl, sandbox };
        if (body.credentials === undefined) mustStayThere(platform, before, to);
        const credentials =
          body.credentials === undefined ? null : checked(platform, 'credentials', body.credentials);
        await updateConnection(doors.warehouse, doors.ring, before.id, { ...to, credentials }, here.now);
        const after = await connectionHere(here, before.id);
        here.tell({ after: shown(after), ...(credentials && { outcome: 'done, with new credentials' }) });
        return after;
      },
    }),

    'POST /connections/{id}/credentials': route({
      summary: 'Gives it new credentials: it is active again, and the runs that waited for them go on',
      may: 'admin',
      params,
      body: z.strictObject({ credentials: secret }),
      reply: saved,
      audit: 'connection.reconnect',
      handle: async (here) => {
        const row = await connectionHere(here, here.params.id);
        const { doors, body } = here;
        here.tell({ subject: row.name, before: { status: row.status } });
        const credentials = checked(platformNamed(doors, row.platform), 'credentials', body.credentials);
        const resumed = await resealConnection(
          doors.warehouse,
          doors.ring,
          row.id,
          credentials as Json,
          here.now,
        );
        here.tell({ after: { status: 'active' }, outcome: `done; ${resumed} runs go on` });
        return { connection: (await reloadConnection(doors.warehouse, row.id))!, resumed };
      },
    }),

    'POST /connections/{id}/test': route({
      summary: 'Makes one cheap call and says what the platform answered',
      description: 'Ends the wait for new credentials where those it has work after all.',
      may: 'operator',
      params,
      reply: tested,
      audit: 'connection.test',
      handle: async (here) => {
        const row = await connectionHere(here, here.params.id);
        const found = await tryOut(here.doors, row);
        const resumed = found.ok ? await reactivate(here.doors.warehouse, row.id, here.now) : 0;
        here.tell({ subject: row.name, outcome: found.ok ? 'it works' : `it does not: ${found.says}` });
        return { ...found, resumed };
      },
    }),

    'POST /connections/{id}/pause': route({
      summary: 'Stops its schedules; runs under way end first, waiting ones wait',
      may: 'operator',
      params,
      reply: connection,
      audit: 'connection.pause',
      handle: async (here) => {
        const row = await pause(here, here.params.id, true);
        here.tell({ undo: { id: row.id } });
        return row;
      },
      undo: async (here, data) => {
        await pause(here, z.object({ id: z.string() }).parse(data).id, false);
      },
    }),

    'POST /connections/{id}/resume': route({
      summary: 'Starts its schedules again, and the runs that waited',
      may: 'operator',
      params,
      reply: connection,
      audit: 'connection.resume',
      handle: async (here) => {
        const row = await pause(here, here.params.id, false);
        here.tell({ undo: { id: row.id } });
        return row;
      },
      undo: async (here, data) => {
        await pause(here, z.object({ id: z.string() }).parse(data).id, true);
      },
    }),

    'GET /connections/{id}/removal': route({
      summary: 'What would happen if it were removed',
      may: 'admin',
      params,
      reply: z.object({
        openRuns: z.number(),
        runs: z.number().meta({ description: 'an estimate: all of its history goes with it' }),
        quarantined: z.number(),
        schedules: z.number(),
        tables: z
          .array(z.object({ table: z.string(), rows: z.number() }))
          .meta({ description: 'rows it brought, estimated: they stay unless purged' }),
      }),
      handle: async (here) => removal(here, await connectionHere(here, here.params.id)),
    }),

    'DELETE /connections/{id}': route({
      summary: 'Forgets it with its credentials, schedules and runs; rows stay unless purged',
      may: 'admin',
      params,
      query: z.strictObject({
        name: z.string().max(64).meta({ description: 'its name, so that nothing else is meant' }),
        purge: z.enum(['true', 'false']).default('false').meta({
          description: 'true: every warehouse row it brought goes too',
        }),
      }),
      reply: 'nothing',
      audit: 'connection.remove',
      handle: async (here) => {
        const row = await connectionHere(here, here.params.id);
        here.tell({ subject: row.name, before: shown(row) });
        if (here.query.name !== row.name)
          throw new Problem('conflict', `this connection is called ${row.name}: give that name to remove it`);
        const purge = here.query.purge === 'true';
        const tables = purge ? warehouseTables.map((table) => table.name) : [];
        const open = await here.doors.warehouse.query<{ id: string; stream: string }>(
          `select id, stream from runs where connection_id = $1 and state in ('queued', 'running', 'snoozed') limit 5000`,
          [row.id],
        );
        await removeConnection(here.doors.warehouse, row.id, tables);
        for (const run of open) await here.doors.queues.removeRun(streamOf(run.stream).platform, run.id);
        here.tell({ outcome: purge ? 'done, with its rows' : 'done; its rows stay' });
      },
    }),
  },
);

async function pause(
  here: Parameters<typeof connectionHere>[0] & {
    caller: { name: string };
    tell(deed: { subject: string; before: object; after: object }): void;
  },
  id: string,
  paused: boolean,
): Promise<ConnectionRow> {
  const row = await connectionHere(here, id);
  await setPaused(here.doors.warehouse, row, paused, here.caller.name);
  const after = await connectionHere(here, id);
  here.tell({ subject: row.name, before: { status: row.status }, after: { status: after.status } });
  return after;
}

async function removal(here: Parameters<typeof connectionHere>[0], row: ConnectionRow) {
  const { warehouse } = here.doors;
  const [[counts], tables] = await Promise.all([
    warehouse.query<{ openRuns: number; quarantined: number; schedules: number }>(
      `select (select count(*)::int from runs
           where connection_id = $1 and state in ('queued', 'running', 'snoozed')) as "openRuns",
         (select count(*)::int from quarantine where connection_id = $1 and state = 'open') as quarantined`,
      [row.id],
    ),
    Promise.all(
      warehouseTables.map(async ({ name }) => ({
        table: name,
        rows: await estimate(warehouse, name, [row.id]),
      })),
    ),
  ]);
  return {
    ...counts!,
    runs: await estimate(warehouse, 'runs', [row.id], 'all'),
    schedules: here.doors.platforms.find(({ name }) => name === row.platform)?.streams.length ?? 0,
    tables: tables.filter(({ rows }) => rows > 1).sort((a, b) => b.rows - a.rows),
  };
}
