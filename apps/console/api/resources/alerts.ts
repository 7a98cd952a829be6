import { z } from 'zod';
import { pageOfAlerts } from '#warehouse';
import { instant, shortId } from '../fields.js';
import { paged, pageFrom, pageOf, placeOf } from '../paging.js';
import { resource, route } from '../route.js';

const alert = z
  .object({
    id: z.string(),
    key: z.string(),
    severity: z.enum(['warning', 'critical']),
    title: z.string(),
    detail: z.string().meta({ description: 'what was seen, and the next step' }),
    connectionId: z.string().nullable(),
    connection: z.string().nullable(),
    stream: z.string().nullable(),
    state: z.enum(['open', 'resolved']),
    times: z.number(),
    firstAt: instant,
    lastAt: instant,
    resolvedAt: instant.nullable(),
  })
  .meta({ id: 'Alert' });

export const alerts = resource('alerts', 'What does not heal by itself, and what to do about it.', {
  'GET /alerts': route({
    summary: 'Alerts, those seen last first',
    may: 'viewer',
    shared: true,
    query: z.strictObject({
      ...paged,
      state: z.enum(['open', 'resolved']).default('open'),
      severity: z.enum(['warning', 'critical']).optional(),
      connection: shortId('conn').optional(),
    }),
    reply: pageOf(alert),
    handle: async ({ query, doors, workspace }) =>
      pageFrom(
        await pageOfAlerts(doors.warehouse, {
          workspace,
          state: query.state,
          severity: query.severity,
          connectionId: query.connection,
          after: placeOf(query.after, [z.string(), z.string()]),
          limit: query.limit,
        }),
        query.limit,
        (last) => [last.place, last.id],
      ),
  }),
});
