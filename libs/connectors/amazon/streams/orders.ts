import { days, minutes } from '#kernel';
import { children, defineStream, type PageQuery } from '#sync';
import { orderItems, orders as table } from '#warehouse/tables';
import { z } from 'zod';
import { afterToken, textAt, tokenOf } from '../pages.js';
import { Order } from '../records/order.js';
import { itemRow, orderRow } from '../rows/order.js';
import type { AmazonSettings } from '../settings.js';

const Page = z.object({
  orders: z.array(z.unknown()),
  // Absent on the last page.
  pagination: z.object({ nextToken: z.string().optional() }).optional(),
});

export const orders = defineStream({
  name: 'amazon.orders',
  title: 'Orders and their lines',
  // Amazon allows twenty calls an hour; a run without news is one.
  every: minutes(10),
  size: { start: 100, min: 1, max: 100 },

  request: ({ window, place, size, settings }: PageQuery<AmazonSettings>) => ({
    path: '/orders/2026-01-01/orders',
    query: {
      lastUpdatedAfter: window.from?.toISOString(),
      lastUpdatedBefore: window.to.toISOString(),
      marketplaceIds: settings.marketplaceIds.join(','),
      includedData: settings.includedData.join(','),
      maxResultsPerPage: size,
      paginationToken: tokenOf(place),
    },
    operation: 'searchOrders',
  }),
  body: Page,
  records: (body) => body.orders,
  next: ({ body }) => afterToken(body.pagination?.nextToken),

  schema: Order,
  key: (order) => order.orderId,
  rawKey: textAt('orderId'),
  cursor: {
    of: (order) => order.lastUpdatedTime,
    order: 'unordered',
    lookback: minutes(10),
    startAt: null,
    // Two minutes by its own rule, and one for clocks that differ.
    settle: minutes(3),
    reach: days(730),
  },

  into: table,
  map: orderRow,
  children: [
    children({
      into: orderItems,
      of: (order: Order) => order.orderItems,
      key: (item) => item.orderItemId,
      map: itemRow,
    }),
  ],
});
