import { z } from 'zod';
import {
  closeBackfills,
  moveBackfill,
  pageOfBackfills,
  retryBackfill,
  slicesOf,
  type BackfillRow,
} from '#warehouse';
import { endBackfill, wakeSlices } from '../../../desk/backfills.js';
import { deskOf } from '../desk.js';
import { instant, shortId } from '../fields.js';
import { paged, pageFrom, pageOf, placeOf } from '../paging.js';
import { resource, route } from '../route.js';
import { backfillHere } from '../within-workspace.js';
import { runState } from './run-schemas.js';

const state = z.enum(['running', 'paused', 'succeeded', 'failed', 'cancelled']).meta({ id: 'BackfillState' });

export const backfill = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    connection: z.string(),
    platform: z.string(),
    stream: z.string(),
    from: instant,
    to: instant,
    slice: z.string().meta({ description: 'how it was cut: day, week or month' }),
    parallel: z.number(),
    state,
    requestedBy: z.string(),
    createdAt: instant,
    finishedAt: instant.nullable(),
    slices: z.number(),
    waiting: z.number(),
    running: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    cancelled: z.number(),
    pages: z.number(),
    calls: z.number(),
    records: z.number(),
    inserted: z.number(),
    changed: z.number(),
    same: z.number(),
    gone: z.number(),
    quarantined: z.number(),
    share: z.number().meta({ description: '0 to 1 of the time asked for that is read' }),
    leftMs: z.number().nullable().meta({ description: 'at the pace so far; null before anything is known' }),
  })
  .meta({ id: 'Backfill' });

const slice = z
  .object({
    id: z.string().meta({ description: "the slice's run" }),
    slice: z.number(),
    from: instant,
    to: instant,
    state: runState,
    records: z.number(),
    pages: z.number(),
    reason: z.string().nullable(),
    failure: z.string().nullable(),
  })
  .meta({ id: 'BackfillSlice' });

const params = z.object({ id: shortId('backfill') });
const subjectOf = ({ id, stream, connection }: BackfillRow): string => `${id} (${stream} on ${connection})`;

type Here = Parameters<typeof backfillHere>[0] & {
  readonly params: { readonly id: string };
  tell(deed: { subject: string; before: object; after: object }): void;
};

/** Does it, tells of it, and gives the backfill as it is then. */
async function moved(here: Here, move: (row: BackfillRow) => Promise<unknown>): Promise<BackfillRow> {
  const before = await backfillHere(here, here.params.id);
  await move(before);
  const after = await backfillHere(here, before.id);
  here.tell({ subject: subjectOf(before), before: { state: before.state }, after: { state: after.state } });
  return after;
}

export const backfills = resource(
  'backfills',
  'Past ranges of a stream, read in slices beside the live runs.',
  {
    'GET /backfills': route({
      summary: 'Backfills, the newest first',
      may: 'viewer',
      shared: true,
      query: z.strictObject({
        ...paged,
        connection: shortId('conn').optional(),
        stream: z.string().max(100).optional(),
        state: z
          .string()
          .transform((text) => text.split(','))
          .pipe(z.array(state).min(1).max(5))
          .optional()
          .meta({ description: 'one or several, with commas between', example: 'running,paused' }),
      }),
      reply: pageOf(backfill),
      handle: async ({ query, doors, workspace, now }) =>
        pageFrom(
          await pageOfBackfills(
            doors.warehouse,
            {
              workspace,
              connectionId: query.connection,
              stream: query.stream,
              states: query.state,
              after: placeOf(query.after, [z.string(), z.string()]),
              limit: query.limit,
            },
            now,
          ),
          query.limit,
          (last) => [last.place, last.id],
        ),
    }),

    'GET /backfills/{id}': route({
      summary: 'How far a backfill is',
      may: 'viewer',
      shared: true,
      params,
      reply: backfill,
      handle: (here) => backfillHere(here, here.params.id),
    }),

    'GET /backfills/{id}/slices': route({
      summary: 'Its slices, the most recent range first',
      may: 'viewer',
      shared: true,
      params,
      query: z.strictObject(paged),
      reply: pageOf(slice),
      handle: async (here) => {
        const { id } = await backfillHere(here, here.params.id);
        const { limit, after } = here.query;
        const place = placeOf(after, [z.int()])?.[0] ?? null;
        const rows = await slicesOf(here.doors.warehouse, id, { after: place, limit });
        return pageFrom(rows, limit, (last) => [last.slice]);
      },
    }),

    'POST /backfills/{id}/pause': route({
      summary: 'Its slices stop at their next page and wait',
      may: 'operator',
      params,
      reply: backfill,
      audit: 'backfill.pause',
      handle: async (here) => {
        const row = await moved(here, ({ id }) => moveBackfill(here.doors.warehouse, id, 'paused', here.now));
        here.tell({ undo: { id: row.id } });
        return row;
      },
      undo: async (here, data) => {
        const { id } = z.object({ id: z.string() }).parse(data);
        const row = await backfillHere(here, id);
        await moveBackfill(here.doors.warehouse, row.id, 'running', here.now);
        await wakeSlices(deskOf(here.doors), row);
      },
    }),

    'POST /backfills/{id}/resume': route({
      summary: 'Goes on with a paused one',
      may: 'operator',
      params,
      reply: backfill,
      audit: 'backfill.resume',
      handle: (here) =>
        moved(here, async (row) => {
          await moveBackfill(here.doors.warehouse, row.id, 'running', here.now);
          await wakeSlices(deskOf(here.doors), row);
        }),
    }),

    'POST /backfills/{id}/retry': route({
      summary: 'Reads its failed and cancelled slices again, each from its last page',
      may: 'operator',
      params,
      reply: backfill,
      audit: 'backfill.retry',
      handle: (here) =>
        moved(here, async (row) => {
          await retryBackfill(here.doors.warehouse, row.id, here.now);
          await wakeSlices(deskOf(here.doors), row);
        }),
    }),

    'POST /backfills/{id}/cancel': route({
      summary: 'Ends every slice that is left; what they committed stays',
      may: 'operator',
      params,
      reply: backfill,
      audit: 'backfill.cancel',
      handle: (here) =>
        moved(here, async (row) => {
          await endBackfill(deskOf(here.doors), row, here.now);
          await closeBackfills(here.doors.warehouse, here.now, row.id);
        }),
    }),
  },
);
