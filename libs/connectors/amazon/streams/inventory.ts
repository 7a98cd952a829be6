import { hours } from '#kernel';
import { among, children, defineStream, type PageQuery } from '#sync';
import { amazonInventory, inventory as table } from '#warehouse/tables';
import { z } from 'zod';
import { afterToken, tokenOf } from '../pages.js';
import { InventorySummary } from '../records/inventory.js';
import { detailRow, inventoryRow, keyOf, rawKeyOf } from '../rows/inventory.js';
import type { AmazonSettings } from '../settings.js';

const Page = z.object({
  payload: z.object({ inventorySummaries: z.array(z.unknown()) }),
  // Beside the payload, not in it.
  pagination: z.object({ nextToken: z.string().optional() }).nullish(),
});

export const inventory = defineStream({
  name: 'amazon.inventory',
  title: 'Stock in Amazon’s centres',
  every: hours(4),
  // Amazon says how many it puts on a page.
  size: { start: 50, min: 50, max: 50 },

  each: among(({ marketplaceIds }: AmazonSettings) => marketplaceIds.map((id) => ({ id }))),
  // No startDateTime: lists of what changed are known to be incomplete.
  request: ({ parent, place }: PageQuery<AmazonSettings>) => ({
    path: '/fba/inventory/v1/summaries',
    query: {
      granularityType: 'Marketplace',
      granularityId: parent.id,
      marketplaceIds: parent.id,
      details: 'true',
      nextToken: tokenOf(place),
    },
    operation: 'getInventorySummaries',
  }),
  body: Page,
  records: ({ payload }, { parent }) =>
    payload.inventorySummaries.map((one) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? { marketplaceId: parent.id, ...one }
        : one,
    ),
  next: ({ body }) => afterToken(body.pagination?.nextToken),

  schema: InventorySummary,
  key: keyOf,
  rawKey: rawKeyOf,

  into: table,
  map: inventoryRow,
  children: [
    children({ into: amazonInventory, of: (one: InventorySummary) => [one], key: keyOf, map: detailRow }),
  ],
});
