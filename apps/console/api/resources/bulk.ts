import { z } from 'zod';
import { streamOf } from '#catalog';
import {
  abortBulk,
  beginBulk,
  findBulk,
  findRun,
  noteBulk,
  queryOf,
  replayable,
  requeueMany,
  retryable,
  runsOfBulk,
  unqueueBulk,
  type DeskFilter,
} from '#warehouse';
import { addJob, callOffReplay, startReplay } from '../../../desk/bulk.js';
import { deskOf } from '../desk.js';
import { instant, instantIn, shortId, wholeText } from '../fields.js';
import { notFound, Problem } from '../problem.js';
import { resource, route, type UndoCall } from '../route.js';
import { connectionHere } from '../within-workspace.js';
import { failureKind, runKind } from './run-schemas.js';

const chosen = {
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional()
    .meta({ description: 'of this failure' }),
  stream: z.string().max(100).optional(),
  connection: shortId('conn').optional(),
  since: instantIn.optional().meta({ description: 'that failed, or were seen last, then or later' }),
};
const retryFilter = z.strictObject({ ...chosen, cause: failureKind.optional() });
const replayFilter = z.strictObject({ ...chosen, ids: z.array(wholeText).min(1).max(1000).optional() });

const retryPreview = z.object({
  runs: z.number(),
  covered: z.number().meta({
    description: 'older failed runs of the same streams that need not go again: these bring what they lack',
  }),
  groups: z.array(z.object({ connection: z.string(), stream: z.string(), kind: runKind, runs: z.number() })),
});
const replayPreview = z.object({
  records: z.number(),
  groups: z.array(
    z.object({
      connectionId: z.string(),
      connection: z.string(),
      stream: z.string(),
      records: z.number(),
      cut: z.number().meta({ description: 'not kept whole: they are asked for again by their id' }),
    }),
  ),
});

const bulk = z
  .object({
    id: z.string(),
    action: z.enum(['retry', 'replay']),
    state: z.enum(['running', 'done', 'aborted']),
    total: z.number().meta({ description: 'runs of a retry, records of a replay' }),
    done: z.number(),
    failed: z.number(),
    requestedBy: z.string(),
    createdAt: instant,
    finishedAt: instant.nullable(),
    runs: z
      .object({
        open: z.number(),
        succeeded: z.number(),
        failed: z.number(),
        cancelled: z.number(),
      })
      .meta({ description: 'the runs it made go, by where they stand' }),
  })
  .meta({ id: 'BulkAction' });
const started = z.object({
  id: z.string().nullable().meta({ description: 'null where nothing was left to do' }),
});
const params = z.object({ id: shortId('bulk') });

type Here = UndoCall;

async function filterOf(
  here: Here,
  { connection, cause, ...rest }: z.output<typeof retryFilter> & { ids?: string[] | undefined },
): Promise<DeskFilter> {
  if (connection !== undefined) await connectionHere(here, connection);
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...known,
    workspace: here.workspace,
    ...(connection === undefined ? {} : { connectionId: connection }),
    ...(cause === undefined ? {} : { kind: cause }),
  };
}

async function stateOf(here: Here, id: string): Promise<z.input<typeof bulk>> {
  const { warehouse } = here.doors;
  const found = await findBulk(warehouse, id, here.workspace);
  if (!found) throw notFound('bulk action');
  const runs = await runsOfBulk(warehouse, id);
  const count = (...states: string[]): number => runs.filter(({ state }) => states.includes(state)).length;
  return {
    ...found,
    runs: {
      open: count('queued', 'running', 'snoozed'),
      succeeded: count('succeeded'),
      failed: count('failed'),
      cancelled: count('cancelled'),
    },
  };
}

/** Takes out of the queue what no worker has begun; what has begun goes on, what landed stays. */
async function callOff(here: Here, id: string): Promise<number> {
  const { warehouse, queues } = here.doors;
  const desk = deskOf(here.doors);
  const found = await findBulk(warehouse, id, here.workspace);
  if (!found) throw notFound('bulk action');
  if (found.action === 'replay') {
    const runs = (await runsOfBulk(warehouse, id)).filter(
      ({ state }) => state === 'queued' || state === 'running' || state === 'snoozed',
    );
    await callOffReplay(desk, { bulkId: id, runs }, here.now);
    return runs.length;
  }
  const back = await unqueueBulk(warehouse, id, here.now);
  await abortBulk(warehouse, id, here.now);
  for (const run of back) await queues.removeRun(streamOf(run.stream).platform, run.id);
  return back.length;
}

export const bulkActions = resource(
  'bulk',
  'Retries and replays of many at once: looked at first, followed, called off.',
  {
    'POST /retries/preview': route({
      summary: 'Which failed runs a retry would make go',
      may: 'viewer',
      body: retryFilter,
      reply: retryPreview,
      changes: false,
      handle: async (here) => {
        const { runs, covered } = await retryable(here.doors.warehouse, await filterOf(here, here.body));
        const groups = new Map<string, z.input<typeof retryPreview>['groups'][number]>();
        for (const { connection, stream, kind } of runs) {
          const key = `${connection}\n${stream}\n${kind}`;
          groups.set(key, { connection, stream, kind, runs: (groups.get(key)?.runs ?? 0) + 1 });
        }
        return { runs: runs.length, covered, groups: [...groups.values()] };
      },
    }),

    'POST /retries': route({
      summary: 'Makes every failed run that is meant go again',
      description:
        'Of runs that read on from one checkpoint only the newest goes. Can be undone: those not begun are failed again.',
      may: 'operator',
      body: retryFilter,
      reply: started,
      status: 202,
      audit: 'runs.retry',
      handle: async (here) => {
        const { warehouse } = here.doors;
        const filter = await filterOf(here, here.body);
        const { runs } = await retryable(warehouse, filter);
        here.tell({ subject: `${runs.length} runs`, before: here.body });
        if (runs.length === 0) return { id: null };
        const ids = runs.map(({ id }) => id);
        const id = await warehouse.transaction(async (manager) => {
          const query = queryOf(manager);
          const by = here.caller.name;
          const made = await beginBulk(query, { action: 'retry', filter, total: ids.length, by }, here.now);
          const back = await requeueMany(query, ids, made, here.now);
          await noteBulk(query, made, { done: ids.length, failed: ids.length - back }, here.now);
          return made;
        });
        giveJobs(here, ids);
        here.tell({ after: { bulk: id, runs: runs.length }, undo: { id } });
        return { id };
      },
      undo: async (here, data) => {
        const { id } = z.object({ id: z.string() }).parse(data);
        const back = await callOff(here, id);
        if (back === 0)
          throw new Problem('conflict', 'every run of it has begun already: cancel those that should not go');
        here.tell({ outcome: `${back} runs are failed again, as they were` });
      },
    }),

    'POST /replays/preview': route({
      summary: 'Which records of the quarantine a replay would take',
      may: 'viewer',
      body: replayFilter,
      reply: replayPreview,
      changes: false,
      handle: async (here) => {
        const groups = await replayable(here.doors.warehouse, await filterOf(here, here.body));
        return { records: groups.reduce((sum, { records }) => sum + records, 0), groups };
      },
    }),

    'POST /replays': route({
      summary: 'Maps records of the quarantine again, as they were sent or as they were edited',
      may: 'operator',
      body: replayFilter,
      reply: started,
      status: 202,
      audit: 'quarantine.replay',
      handle: async (here) => {
        const filter = await filterOf(here, here.body);
        const replay = await startReplay(deskOf(here.doors), filter, here.caller.name, here.now);
        here.tell({ subject: 'quarantine', before: here.body, after: { bulk: replay?.bulkId ?? null } });
        return { id: replay?.bulkId ?? null };
      },
    }),

    'GET /bulk/{id}': route({
      summary: 'How far a retry or replay of many is',
      may: 'viewer',
      shared: true,
      params,
      reply: bulk,
      handle: (here) => stateOf(here, here.params.id),
    }),

    'POST /bulk/{id}/abort': route({
      summary: 'Calls off what has not begun; what was done stays',
      may: 'operator',
      params,
      reply: bulk,
      audit: 'bulk.abort',
      handle: async (here) => {
        const left = await callOff(here, here.params.id);
        here.tell({ outcome: `${left} called off` });
        return stateOf(here, here.params.id);
      },
    }),
  },
);

/** The rows say that they wait: whoever does not get a job here gets one from the scheduler. */
function giveJobs(here: Here, ids: readonly string[]): void {
  const give = async (): Promise<void> => {
    for (const id of ids) {
      const run = await findRun(here.doors.warehouse, id);
      if (run?.state === 'queued') await addJob(deskOf(here.doors), run);
    }
  };
  give().catch((error: unknown) =>
    here.doors.logger.warn({ error }, 'jobs of a bulk retry are left to the scheduler'),
  );
}
