import { z } from 'zod';
import { later, minutes } from '#kernel';
import { pageOfDeeds } from '#warehouse';
import { UNDO_MINUTES } from '../deeds.js';
import { instant, instantIn } from '../fields.js';
import { paged, pageFrom, pageOf, placeOf } from '../paging.js';
import { resource, route } from '../route.js';

const deed = z
  .object({
    id: z.string(),
    at: instant,
    actor: z.string(),
    via: z.enum(['session', 'token']).nullable(),
    action: z.string(),
    subject: z.string().nullable(),
    outcome: z.string(),
    before: z.unknown().meta({ description: 'without secrets' }),
    after: z.unknown(),
    undo: z
      .object({ until: instant })
      .nullable()
      .meta({ description: 'it can be taken back until then, with POST /undo/{id}' }),
    undoneBy: z.string().nullable(),
  })
  .meta({ id: 'Deed' });

export const audit = resource('audit', 'Who did what to which thing, with what it was before and after.', {
  'GET /audit': route({
    summary: 'The audit log, the newest first',
    may: 'viewer',
    shared: true,
    query: z.strictObject({
      ...paged,
      actor: z.string().max(200).optional(),
      action: z
        .string()
        .max(64)
        .optional()
        .meta({ description: 'one deed, or all that begin so: `connection`' }),
      subject: z.string().max(200).optional(),
      from: instantIn.optional(),
      to: instantIn.optional(),
    }),
    reply: pageOf(deed),
    handle: async ({ query, doors, workspace, now }) => {
      const rows = await pageOfDeeds(doors.warehouse, {
        workspace,
        actor: query.actor,
        action: query.action,
        subject: query.subject,
        from: query.from,
        to: query.to,
        before: placeOf(query.after, [z.string().regex(/^\d{1,18}$/)])?.[0] ?? null,
        limit: query.limit,
      });
      const { items, next } = pageFrom(rows, query.limit, (last) => [last.id]);
      return {
        items: items.map(({ undoable, ...row }) => {
          const until = later(row.at, minutes(UNDO_MINUTES));
          return { ...row, undo: undoable && row.undoneBy === null && until > now ? { until } : null };
        }),
        next,
      };
    },
  }),
});
