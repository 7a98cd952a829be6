import { z } from 'zod';
import { orderStory, pageOfOrders } from '#warehouse';
import { storyEvents } from '../../../desk/order-events.js';
import { instant, instantIn, shortId } from '../fields.js';
import { paged, pageFrom, pageOf, placeOf } from '../paging.js';
import { notFound } from '../problem.js';
import { resource, route } from '../route.js';

const order = z
  .object({
    connectionId: z.string(),
    connection: z.string(),
    platform: z.string(),
    sourceId: z.string(),
    orderId: z.string().meta({ description: 'what people call it', example: '#1001' }),
    purchaseDate: instant,
    status: z.string().nullable(),
    financialStatus: z.string().nullable(),
    fulfillmentStatus: z.string().nullable(),
    total: z.string().nullable().meta({ description: 'exact; never a float' }),
    currency: z.string().nullable(),
    email: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    cancelledAt: instant.nullable(),
    deletedAt: instant.nullable(),
    test: z.boolean(),
  })
  .meta({ id: 'Order' });

export const shownRow = z.record(z.string(), z.unknown()).meta({
  description: 'a row as the warehouse holds it, under its column names',
});

const story = z
  .object({
    order: shownRow,
    events: z.array(
      z.object({
        at: z.iso.datetime(),
        what: z.string(),
        table: z.string(),
        connectionId: z.string(),
        sourceId: z.string(),
      }),
    ),
    parts: z.array(
      z.object({ table: z.string(), title: z.string(), rows: z.array(shownRow), more: z.boolean() }),
    ),
  })
  .meta({ id: 'OrderStory' });

export const orders = resource('data', 'What the warehouse holds: orders, their stories, and every table.', {
  'GET /orders': route({
    summary: 'Orders, the latest purchase first',
    may: 'viewer',
    shared: true,
    query: z.strictObject({
      ...paged,
      q: z
        .string()
        .trim()
        .min(2)
        .max(200)
        .optional()
        .meta({
          description:
            'a number, an email or the beginning of a customer’s name, a SKU, or a tracking number: every order that fits, ' +
            'page by page; of names those of the first 2,000 customers',
        }),
      connection: shortId('conn').optional(),
      from: instantIn.optional(),
      to: instantIn.optional(),
    }),
    reply: pageOf(order),
    handle: async ({ query, doors, workspace }) => {
      const rows = await pageOfOrders(doors.warehouse, {
        workspace,
        connectionId: query.connection,
        from: query.from,
        to: query.to,
        search: query.q,
        after: placeOf(query.after, [z.string(), z.string(), z.string()]),
        limit: query.limit,
      });
      return pageFrom(rows, query.limit, (last) => [last.place, last.connectionId, last.sourceId]);
    },
  }),

  'GET /orders/{connection}/{sourceId}': route({
    summary: "One order's story: every row of the workspace that tells of it, and what happened when",
    may: 'viewer',
    shared: true,
    params: z.object({ connection: shortId('conn'), sourceId: z.string().min(1).max(500) }),
    reply: story,
    handle: async ({ params, doors, workspace }) => {
      const found = await orderStory(doors.warehouse, workspace, {
        connectionId: params.connection,
        sourceId: params.sourceId,
      });
      if (!found) throw notFound('order');
      return {
        order: found.order,
        events: storyEvents(found),
        parts: found.parts.map((part) => ({ ...part, rows: [...part.rows] })),
      };
    },
  }),
});
