import { z } from 'zod';
import { earlier } from '#kernel';
import { estimate, findCheckpoint, resetCheckpoint, restoreCheckpoint } from '#warehouse';
import { instant, instantIn } from '../fields.js';
import { notFound, Problem } from '../problem.js';
import { resource, route } from '../route.js';
import { connectionHere } from '../within-workspace.js';
import { chosen, streamParams, streamsOf, subjectOf, type Here } from './stream-here.js';
import { mustHaveCursor } from './stream-schemas.js';

const reset = z.object({
  checkpointAt: instant.nullable(),
  to: instant.nullable().meta({ description: 'null: from the stream’s beginning' }),
  lookbackMs: z.number().nullable(),
  readsFrom: instant.nullable().meta({ description: 'where the next run begins; null: everything' }),
  rows: z.number().meta({ description: 'rows of the table that the connection brought, estimated' }),
  runningSince: instant
    .nullable()
    .meta({ description: 'a run under way would move it again: cancel that first' }),
});

async function previewReset(here: Here & { params: z.output<typeof streamParams> }, to: Date | null) {
  const { connection, one } = await chosen(here);
  mustHaveCursor(one, 'path.stream');
  const [now] = await streamsOf(here, connection, one);
  const lookback = now!.lookbackMs ?? 0;
  return {
    checkpointAt: now!.checkpointAt,
    to,
    lookbackMs: now!.lookbackMs,
    readsFrom: to === null ? one.cursor!.startAt : earlier(to, lookback),
    rows: await estimate(here.doors.warehouse, one.into.name, [connection.id]),
    runningSince: now!.runningSince,
  };
}

export const checkpoints = resource('checkpoints', 'Where a stream is read on from, and setting that back.', {
  'POST /connections/{id}/streams/{stream}/checkpoint/preview': route({
    summary: 'What a checkpoint set back would read again',
    may: 'viewer',
    params: streamParams,
    body: z.strictObject({ to: instantIn.nullable() }),
    reply: reset,
    changes: false,
    handle: (here) => previewReset(here, here.body.to),
  }),

  'PUT /connections/{id}/streams/{stream}/checkpoint': route({
    summary: 'Sets a checkpoint back, or takes it away with null: the next run reads from there',
    description: 'Rows stay; what is read again is compared with them. Can be undone.',
    may: 'admin',
    params: streamParams,
    body: z.strictObject({
      to: instantIn.nullable(),
      was: instantIn.meta({ description: 'the checkpoint as it was looked at: it may have moved since' }),
    }),
    reply: reset,
    audit: 'checkpoint.reset',
    handle: async (here) => {
      const { connection, one } = await chosen(here);
      mustHaveCursor(one, 'path.stream');
      const { warehouse } = here.doors;
      const before = await findCheckpoint(warehouse, connection.id, one.name);
      if (!before) throw notFound('checkpoint');
      const { to, was } = here.body;
      here.tell({
        subject: subjectOf(connection, one),
        before: { checkpointAt: before.cursorAt },
        after: { checkpointAt: to },
      });
      if (to !== null && to >= before.cursorAt)
        throw new Problem(
          'conflict',
          'a checkpoint is only set back: forward it would skip what was never read',
        );
      const [now] = await streamsOf(here, connection, one);
      if (now!.runningSince !== null)
        throw new Problem('conflict', 'a run is under way and would move it again: cancel that run first');
      if (!(await resetCheckpoint(warehouse, connection.id, one.name, to, was)))
        throw new Problem('conflict', 'the checkpoint has moved since you looked: look again');
      const { cursorAt, provenAt, runId } = before;
      here.tell({ undo: { connectionId: connection.id, stream: one.name, cursorAt, provenAt, runId } });
      return previewReset(here, to);
    },
    undo: async (here, data) => {
      const back = z
        .object({
          connectionId: z.string(),
          stream: z.string(),
          cursorAt: instantIn,
          provenAt: instantIn.nullable(),
          runId: z.string(),
        })
        .parse(data);
      const connection = await connectionHere(here, back.connectionId);
      await restoreCheckpoint(here.doors.warehouse, connection.id, back.stream, back);
    },
  }),
});
