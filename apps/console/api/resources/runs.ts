import { z } from 'zod';
import { acceptRun, attemptsOf, callsOf, logOf, pageOfRuns, type ListedRun } from '#warehouse';
import { standings, type Standing } from '../../../desk/progress.js';
import { endRun } from '../../../desk/runs.js';
import { retryRun } from '../../retry.js';
import { deskOf } from '../desk.js';
import { instant, instantIn, shortId } from '../fields.js';
import { paged, pageFrom, pageOf, placeOf } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { resource, route } from '../route.js';
import { runHere } from '../within-workspace.js';
import { failureKind, run, runKind, runOut, runState, wait } from './run-schemas.js';

const params = z.object({ id: shortId('run') });

const states = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(runState).min(1).max(6))
  .meta({ description: 'one or several, with commas between', example: 'failed,cancelled' });

const detail = run
  .extend({
    wait: wait.nullable().meta({ description: 'why it does not run now' }),
    attempts: z.array(
      z.object({
        worker: z.string().nullable(),
        startedAt: instant.nullable(),
        endedAt: instant,
        ended: z.string().meta({ description: "the run's state then, or `lost` where its worker died" }),
        failureKind: failureKind.nullable(),
        said: z.string().nullable(),
      }),
    ),
    may: z.object({ retry: z.boolean(), cancel: z.boolean(), accept: z.boolean() }).meta({
      description: 'what can be done with it in its state',
    }),
  })
  .meta({ id: 'RunDetail' });

const call = z
  .object({
    id: z.string(),
    at: instant,
    operation: z.string(),
    method: z.string(),
    path: z.string().meta({ description: 'without its query; what looks like a secret is redacted' }),
    status: z.number().nullable(),
    failure: z.string().nullable(),
    ms: z.number(),
    tries: z.number(),
  })
  .meta({ id: 'RunCall' });

const line = z
  .object({ id: z.string(), at: instant, level: z.enum(['info', 'warn', 'error']), message: z.string() })
  .meta({ id: 'RunLogLine' });

const standingOut = (standing: Standing | undefined) =>
  standing
    ? {
        why: standing.why,
        progress: {
          share: standing.share,
          endsAt: standing.forecast?.endsAt ?? null,
          pagesLeft: standing.forecast?.pagesLeft ?? null,
          text: standing.forecast?.text ?? 'cannot be told yet',
        },
      }
    : {};

export const runs = resource(
  'runs',
  'Every read of a stream: what it brought, why it waits, why it failed.',
  {
    'GET /runs': route({
      summary: 'Runs, the newest first',
      may: 'viewer',
      shared: true,
      query: z.strictObject({
        ...paged,
        connection: shortId('conn').optional(),
        stream: z.string().max(100).optional(),
        state: states.optional(),
        kind: runKind.optional(),
        cause: failureKind.optional().meta({ description: 'the kind of the last failure' }),
        failure: z.string().max(16).optional().meta({ description: "a failure's fingerprint" }),
        backfill: shortId('backfill').optional(),
        from: instantIn.optional().meta({ description: 'queued then or later' }),
        to: instantIn.optional().meta({ description: 'queued before then' }),
      }),
      reply: pageOf(run),
      handle: async (here) => {
        const { query, doors, workspace, now } = here;
        const rows = await pageOfRuns(doors.warehouse, {
          workspace,
          connectionId: query.connection,
          stream: query.stream,
          states: query.state,
          kind: query.kind,
          failureKind: query.cause,
          fingerprint: query.failure,
          backfillId: query.backfill,
          from: query.from,
          to: query.to,
          after: placeOf(query.after, [z.string(), z.string()]),
          limit: query.limit,
        });
        const page = pageFrom(rows, query.limit, (last) => [last.place, last.id]);
        const standing = await standings(deskOf(doors), page.items, now);
        return {
          ...page,
          items: page.items.map((row) => ({ ...runOut(row), ...standingOut(standing.get(row.id)) })),
        };
      },
    }),

    'GET /runs/{id}': route({
      summary: 'One run with its attempts, why it waits, and when it ends',
      may: 'viewer',
      shared: true,
      params,
      reply: detail,
      handle: async (here) => {
        const row = await runHere(here, here.params.id);
        const [standing, attempts] = await Promise.all([
          standings(deskOf(here.doors), [row], here.now),
          attemptsOf(here.doors.warehouse, row.id),
        ]);
        const found = standing.get(row.id);
        return {
          ...runOut(row),
          ...standingOut(found),
          wait: found?.wait ?? null,
          attempts,
          may: mayDo(row),
        };
      },
    }),

    'GET /runs/{id}/calls': route({
      summary: "A run's calls to the platform, the newest first: status and time, no bodies",
      may: 'viewer',
      shared: true,
      params,
      query: z.strictObject(paged),
      reply: pageOf(call),
      handle: async (here) => {
        const { id } = await runHere(here, here.params.id);
        const { after, limit } = here.query;
        const before = placeOf(after, [z.string().regex(/^\d{1,18}$/)])?.[0] ?? null;
        return pageFrom(await callsOf(here.doors.warehouse, id, { before, limit }), limit, (last) => [
          last.id,
        ]);
      },
    }),

    'GET /runs/{id}/log': route({
      summary: 'What was written down while it ran, the newest first',
      may: 'viewer',
      shared: true,
      params,
      query: z.strictObject(paged),
      reply: pageOf(line),
      handle: async (here) => {
        const { id } = await runHere(here, here.params.id);
        const { after, limit } = here.query;
        const before = placeOf(after, [z.string().regex(/^\d{1,18}$/)])?.[0] ?? null;
        return pageFrom(await logOf(here.doors.warehouse, id, { before, limit }), limit, (last) => [last.id]);
      },
    }),

    'POST /runs/{id}/retry': route({
      summary: 'Makes a failed or cancelled run go again from its last page',
      may: 'operator',
      params,
      reply: 'nothing',
      audit: 'run.retry',
      handle: async (here) => {
        const row = await runHere(here, here.params.id);
        here.tell({ subject: subjectOf(row), before: { state: row.state, failure: row.failure } });
        const { status, said } = await retryRun(here.doors, row.id);
        if (status === 404) throw notFound('run');
        if (status === 409) throw new Problem('conflict', said);
        here.tell({ after: { state: 'queued' } });
      },
    }),

    'POST /runs/{id}/cancel': route({
      summary: 'Ends a waiting or running run; what it committed stays',
      may: 'operator',
      params,
      reply: 'nothing',
      audit: 'run.cancel',
      handle: async (here) => {
        const row = await runHere(here, here.params.id);
        here.tell({ subject: subjectOf(row), before: { state: row.state } });
        if (!(await endRun(deskOf(here.doors), row, `cancelled by ${here.caller.name}`, here.now)))
          throw new Problem('conflict', `this run is ${row.state} already`);
        here.tell({ after: { state: 'cancelled' } });
      },
    }),

    'POST /runs/{id}/accept': route({
      summary: 'Says that a run whose counts differ is right: it counts as succeeded, its checkpoint moves',
      may: 'operator',
      params,
      reply: 'nothing',
      audit: 'run.accept',
      handle: async (here) => {
        const row = await runHere(here, here.params.id);
        here.tell({ subject: subjectOf(row), before: { state: row.state, verdict: row.verdict } });
        await acceptRun(here.doors.warehouse, row.id, {
          by: here.caller.name,
          now: here.now,
          toldElsewhere: true,
        });
        here.tell({ after: { state: 'succeeded' } });
      },
    }),
  },
);

const subjectOf = ({ id, stream, connection }: ListedRun): string => `run ${id} (${stream} on ${connection})`;

const mayDo = ({ state, verdict }: ListedRun) => ({
  retry: state === 'failed' || state === 'cancelled',
  cancel: state === 'queued' || state === 'running' || state === 'snoozed',
  accept: state === 'failed' && verdict === 'differs',
});
