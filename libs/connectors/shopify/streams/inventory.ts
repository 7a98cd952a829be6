import { hours } from '#kernel';
import { children, cursorOf, defineStream, type PageQuery } from '#sync';
import { inventory as table, shopifyInventoryLevels } from '#warehouse/tables';
import { z } from 'zod';
import { connection, LARGEST_PAGE, object } from '../cost.js';
import { graphql } from '../graphql.js';
import { afterOf, listOf, nextById, nextInside, NO_MORE, searchById } from '../pages.js';
import { InventoryItem, Levels, QUANTITIES } from '../records/inventory.js';
import { toGid } from '../records/scalars.js';
import { inventoryRow, levelRow } from '../rows/inventory.js';
import type { ShopifySettings } from '../settings.js';

/** Locations read with their item: more than most shops have. */
const LEVELS = 10;
/** Locations asked for at once when an item has more. */
const MORE_LEVELS = 100;

const LEVEL_FIELDS = `pageInfo { hasNextPage endCursor }
      nodes {
        updatedAt
        location { id name }
        quantities(names: [${QUANTITIES.map((name) => `"${name}"`).join(', ')}]) { name quantity }
      }`;

// The list of quantities has no size: it is charged as one object.
const LEVEL_COST = object(object(), object());

export const INVENTORY = `query Inventory($first: Int!, $after: String, $query: String, $levels: Int!) {
  inventoryItems(first: $first, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id sku tracked
      variants(first: 1) { nodes { displayName } }
      inventoryLevels(first: $levels) { ${LEVEL_FIELDS} }
    }
  }
}`;

export const inventoryCost = (size: number): number =>
  connection(size, object(1 + object(), connection(LEVELS, LEVEL_COST)));

export const ITEM_LEVELS = `query ItemLevels($id: ID!, $after: String, $levels: Int!) {
  inventoryItem(id: $id) {
    id
    inventoryLevels(first: $levels, after: $after) { ${LEVEL_FIELDS} }
  }
}`;

export const ITEM_LEVELS_COST = object(connection(MORE_LEVELS, LEVEL_COST));

const ItemLevels = z.object({
  data: z.object({ inventoryItem: z.object({ inventoryLevels: Levels }).nullable() }),
});

/** An item with the next page of its levels; where it was deleted between the calls, they end here. */
function withMoreLevels(item: InventoryItem, body: unknown): InventoryItem {
  const more = ItemLevels.parse(body).data.inventoryItem?.inventoryLevels ?? { pageInfo: NO_MORE, nodes: [] };
  const nodes = [...item.inventoryLevels.nodes, ...more.nodes];
  return { ...item, inventoryLevels: { pageInfo: more.pageInfo, nodes } };
}

export const inventory = defineStream({
  name: 'shopify.inventory',
  title: 'Stock over all locations, and in each',
  every: hours(2),
  size: { start: 10, min: 1, max: LARGEST_PAGE },

  // No filter by change: an item's own clock is not said to move with its stock.
  request: ({ place, size, settings }: PageQuery<ShopifySettings>) =>
    graphql({
      settings,
      operation: 'Inventory',
      document: INVENTORY,
      variables: { first: size, after: afterOf(place), query: searchById(place), levels: LEVELS },
      weight: inventoryCost(size),
    }),
  body: listOf('inventoryItems'),
  records: (body) => body.data.inventoryItems.nodes,
  next: ({ body, place, size }) => nextById({ list: body.data.inventoryItems, place, size }),

  schema: InventoryItem,
  key: (item) => item.id,
  follow: [
    {
      next: (item: InventoryItem) => nextInside(item.inventoryLevels.pageInfo, `stock item ${item.id}`),
      request: ({ record, place, settings }) =>
        graphql({
          settings,
          operation: 'ItemLevels',
          document: ITEM_LEVELS,
          variables: { id: toGid('InventoryItem', record.id), after: cursorOf(place), levels: MORE_LEVELS },
          weight: ITEM_LEVELS_COST,
        }),
      merge: withMoreLevels,
    },
  ],

  into: table,
  map: inventoryRow,
  children: [
    children({
      into: shopifyInventoryLevels,
      of: (item: InventoryItem) => item.inventoryLevels.nodes.map((level) => ({ ...level, item: item.id })),
      key: ({ item, location }) => `${item}/${location.id}`,
      map: levelRow,
    }),
  ],
});
