import { hours } from '#kernel';
import { beside, children, defineStream, wireId } from '#sync';
import { inventory as table, shipbobInventory, type RowOf } from '#warehouse/tables';
import { z } from 'zod';
import { LinkedBody, linkedNext, linkedRequest, type LinkedList } from '../linked.js';
import { InventoryLevel } from '../records/inventory.js';
import type { ShipBobSettings } from '../settings.js';

const LEVELS: LinkedList = { path: '/inventory-level', operation: 'inventory' };
const LOCATIONS: LinkedList = { path: '/inventory-level/locations', operation: 'inventory by centre' };

const Named = z.object({ inventory_id: wireId });
const idOf = (payload: unknown): string | null => Named.safeParse(payload).data?.inventory_id ?? null;

/** The items of a page with what each centre holds of them: network-wide figures and centres are two lists. */
const centres = beside<ShipBobSettings, typeof LinkedBody>({
  request: ({ records, place, settings }) => {
    const ids = records.flatMap((one) => idOf(one) ?? []);
    if (ids.length === 0) return null;
    const asked = { ...LOCATIONS, always: { InventoryIds: ids.join(',') } };
    return linkedRequest(asked)({ place, size: ids.length, settings });
  },
  body: LinkedBody,
  next: ({ body, records }) => linkedNext(LOCATIONS)({ body, size: records.length }),
  merge: (records, { items }) => {
    const locations = new Map(
      items.flatMap((item) => {
        const id = idOf(item);
        return id === null ? [] : [[id, (item as { locations?: unknown }).locations] as const];
      }),
    );
    return records.map((one) => {
      const id = idOf(one);
      return id !== null && locations.has(id) ? { ...(one as object), locations: locations.get(id) } : one;
    });
  },
});

const levelRow = (level: InventoryLevel): RowOf<typeof table> => ({
  sku: level.sku,
  source: 'shipbob',
  quantityOnHand: level.total_on_hand_quantity,
  quantityAvailable: level.total_sellable_quantity,
  quantityReserved: level.total_committed_quantity,
  quantityIncoming: level.total_awaiting_quantity,
  asin: null,
  fnsku: null,
  fulfillmentCenter: null,
  inventoryId: level.inventory_id,
  inventoryName: level.name,
  fulfillableQuantity: level.total_fulfillable_quantity,
  backorderedQuantity: level.total_backordered_quantity,
  exceptionQuantity: level.total_exception_quantity,
  internalTransferQuantity: level.total_internal_transfer_quantity,
  lastUpdated: null,
});

export const inventory = defineStream({
  name: 'shipbob.inventory',
  title: 'Stock over all centres, and in each',
  every: hours(2),
  size: { start: 100, min: 1, max: 250 },

  request: linkedRequest(LEVELS),
  body: LinkedBody,
  records: (body) => body.items,
  beside: centres,
  next: linkedNext(LEVELS),

  schema: InventoryLevel,
  key: (level) => level.inventory_id,
  // Several SKUs may share one item, and an item may have none.
  rawKey: idOf,

  into: table,
  map: levelRow,
  children: [
    children({
      into: shipbobInventory,
      of: (level: InventoryLevel) => level.locations.map((at) => ({ ...at, item: level.inventory_id })),
      key: ({ item, location_id }) => `${item}/${location_id}`,
      map: (at, level) => ({
        inventoryId: level.inventory_id,
        sku: level.sku,
        inventoryName: level.name,
        fulfillmentCenterId: at.location_id,
        fulfillmentCenterName: at.name,
        quantityOnHand: at.on_hand_quantity,
        quantityReserved: at.committed_quantity,
        quantityIncoming: at.awaiting_quantity,
        fulfillableQuantity: at.fulfillable_quantity,
        internalTransferQuantity: at.internal_transfer_quantity,
      }),
    }),
  ],
});
