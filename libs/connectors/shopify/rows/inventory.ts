import { latest } from '#kernel';
import type { inventory, RowOf, shopifyInventoryLevels } from '#warehouse/tables';
import type { InventoryItem, Level, QUANTITIES } from '../records/inventory.js';

/** Over all locations; null where nobody counts the item. */
function total(
  { tracked, inventoryLevels }: InventoryItem,
  name: (typeof QUANTITIES)[number],
): number | null {
  if (!tracked) return null;
  return inventoryLevels.nodes.reduce((all, { quantities }) => all + quantities[name], 0);
}

export const inventoryRow = (item: InventoryItem): RowOf<typeof inventory> => ({
  sku: item.sku,
  source: 'shopify',
  quantityOnHand: total(item, 'on_hand'),
  quantityAvailable: total(item, 'available'),
  quantityReserved: total(item, 'committed'),
  quantityIncoming: total(item, 'incoming'),
  asin: null,
  fnsku: null,
  fulfillmentCenter: null,
  inventoryId: item.id,
  inventoryName: item.variants?.nodes[0]?.displayName ?? null,
  fulfillableQuantity: null,
  backorderedQuantity: null,
  exceptionQuantity: null,
  internalTransferQuantity: null,
  lastUpdated: item.inventoryLevels.nodes.reduce<Date | null>(
    (newest, { updatedAt }) => (newest === null ? updatedAt : latest(newest, updatedAt)),
    null,
  ),
});

export const levelRow = (
  { location, quantities, updatedAt }: Level,
  item: InventoryItem,
): RowOf<typeof shopifyInventoryLevels> => ({
  inventoryItemId: item.id,
  locationId: location.id,
  locationName: location.name,
  sku: item.sku,
  available: quantities.available,
  onHand: quantities.on_hand,
  committed: quantities.committed,
  incoming: quantities.incoming,
  reserved: quantities.reserved,
  damaged: quantities.damaged,
  safetyStock: quantities.safety_stock,
  qualityControl: quantities.quality_control,
  updatedAt,
});
