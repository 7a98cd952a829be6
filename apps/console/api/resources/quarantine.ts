import { z } from 'zod';
import type { Json } from '#kernel';
import { editQuarantined, ignoreQuarantined, pageOfRecords, type QuarantinedRecord } from '#warehouse';
import { instant, shortId, wholeText } from '../fields.js';
import { paged, pageFrom, pageOf, placeOf } from '../paging.js';
import { Problem } from '../problem.js';
import { resource, route } from '../route.js';
import { recordHere } from '../within-workspace.js';

const state = z.enum(['open', 'landed', 'ignored']).meta({ id: 'RecordState' });

const record = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    connection: z.string(),
    stream: z.string(),
    recordKey: z.string(),
    runId: z.string(),
    page: z.number(),
    reason: z.string(),
    state,
    times: z.number(),
    fingerprint: z.string().nullable(),
    whole: z.boolean().meta({ description: 'false where the payload is not kept as it was sent' }),
    editedBy: z.string().nullable(),
    editedAt: instant.nullable(),
    replaying: z.boolean().meta({ description: 'a replay has it now' }),
    firstSeenAt: instant,
    lastSeenAt: instant,
  })
  .meta({ id: 'QuarantinedRecord' });

const detail = record
  .extend({
    payload: z.unknown().meta({ description: 'as the platform sent it' }),
    edited: z.unknown().meta({ description: 'what a person made of it; null where nobody did' }),
  })
  .meta({ id: 'QuarantinedPayload' });

const params = z.object({ id: wholeText });
const out = (row: QuarantinedRecord) => ({
  ...row,
  replaying: row.replayRun !== null,
  edited: row.editedAt === null ? null : row.editedPayload,
});
const subjectOf = (row: QuarantinedRecord): string => `${row.stream} ${row.recordKey} on ${row.connection}`;

export const quarantine = resource(
  'quarantine',
  'Records that could not be used: their payload beside the reason.',
  {
    'GET /quarantine': route({
      summary: 'Records in the quarantine, what was seen last first',
      may: 'viewer',
      shared: true,
      query: z.strictObject({
        ...paged,
        state: state.default('open'),
        connection: shortId('conn').optional(),
        stream: z.string().max(100).optional(),
        failure: z.string().max(16).optional().meta({ description: "a failure's fingerprint" }),
      }),
      reply: pageOf(record),
      handle: async ({ query, doors, workspace }) => {
        const rows = await pageOfRecords(doors.warehouse, {
          workspace,
          state: query.state,
          connectionId: query.connection,
          stream: query.stream,
          fingerprint: query.failure,
          after: placeOf(query.after, [z.string(), z.string()]),
          limit: query.limit,
        });
        const page = pageFrom(rows, query.limit, (last) => [last.place, last.id]);
        return { ...page, items: page.items.map((row) => ({ ...row, replaying: row.replayRun !== null })) };
      },
    }),

    'GET /quarantine/{id}': route({
      summary: 'One record with its payload',
      description: 'The payload is shown to operators: it may hold data of people.',
      may: 'operator',
      params,
      reply: detail,
      handle: async (here) => out(await recordHere(here, here.params.id)),
    }),

    'PUT /quarantine/{id}/payload': route({
      summary: 'Keeps a mended payload, to be replayed in place of what was sent',
      may: 'operator',
      params,
      body: z.strictObject({
        payload: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]),
        times: z
          .int()
          .meta({ description: 'as the record said when it was read: it may have been sent anew since' }),
      }),
      bodyLimit: '2mb',
      reply: record,
      audit: 'quarantine.edit',
      handle: async (here) => {
        const row = await recordHere(here, here.params.id);
        here.tell({ subject: subjectOf(row) });
        if (row.times !== here.body.times)
          throw new Problem('conflict', 'this record was sent anew meanwhile: look at it again');
        const asked = { by: here.caller.name, at: here.now, toldElsewhere: true } as const;
        await editQuarantined(here.doors.warehouse, row, here.body.payload as Json, asked);
        return out(await recordHere(here, row.id));
      },
    }),

    'POST /quarantine/{id}/ignore': route({
      summary: 'Puts a record aside for good: neither replayed nor counted',
      may: 'operator',
      params,
      reply: record,
      audit: 'quarantine.ignore',
      handle: (here) => mark(here, true),
    }),

    'POST /quarantine/{id}/reopen': route({
      summary: 'Takes an ignored record back',
      may: 'operator',
      params,
      reply: record,
      audit: 'quarantine.reopen',
      handle: (here) => mark(here, false),
    }),
  },
);

async function mark(
  here: Parameters<typeof recordHere>[0] & {
    params: { id: string };
    caller: { name: string };
    tell(deed: { subject: string; before: object; after: object }): void;
  },
  ignored: boolean,
) {
  const row = await recordHere(here, here.params.id);
  const asked = { by: here.caller.name, at: here.now, toldElsewhere: true } as const;
  await ignoreQuarantined(here.doors.warehouse, row, ignored, asked);
  const fresh = await recordHere(here, row.id);
  here.tell({ subject: subjectOf(row), before: { state: row.state }, after: { state: fresh.state } });
  return out(fresh);
}
