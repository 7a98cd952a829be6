import type { amazonInventory, inventory, RowOf } from '#warehouse/tables';
import { InventorySummary } from '../records/inventory.js';

/** The same article may be offered under several SKUs and conditions, and in several marketplaces. */
export const keyOf = ({ marketplaceId, sellerSku, condition }: Partial<InventorySummary>): string =>
  [marketplaceId, sellerSku, condition ?? ''].join('/');

const Keyed = InventorySummary.pick({ marketplaceId: true, sellerSku: true, condition: true });

/** The same, of an offer that may not parse otherwise. */
export function rawKeyOf(payload: unknown): string | null {
  const keyed = Keyed.safeParse(payload);
  return keyed.success ? keyOf(keyed.data) : null;
}

/** The sum of what is told; null where nothing is. */
function together(...quantities: readonly (number | undefined)[]): number | null {
  const told = quantities.filter((one) => one !== undefined);
  return told.length === 0 ? null : told.reduce((sum, one) => sum + one, 0);
}

export function inventoryRow(one: InventorySummary): RowOf<typeof inventory> {
  const details = one.inventoryDetails ?? {};
  const reserved = details.reservedQuantity;
  return {
    sku: one.sellerSku,
    source: 'amazon',
    quantityOnHand: together(
      details.fulfillableQuantity,
      reserved?.totalReservedQuantity,
      details.researchingQuantity?.totalResearchingQuantity,
      details.unfulfillableQuantity?.totalUnfulfillableQuantity,
    ),
    quantityAvailable: details.fulfillableQuantity ?? null,
    quantityReserved: reserved?.totalReservedQuantity ?? null,
    quantityIncoming: together(
      details.inboundWorkingQuantity,
      details.inboundShippedQuantity,
      details.inboundReceivingQuantity,
    ),
    asin: one.asin ?? null,
    fnsku: one.fnSku ?? null,
    fulfillmentCenter: null,
    inventoryId: one.fnSku ?? null,
    inventoryName: one.productName ?? null,
    fulfillableQuantity: details.fulfillableQuantity ?? null,
    backorderedQuantity: null,
    exceptionQuantity: null,
    internalTransferQuantity: reserved?.pendingTransshipmentQuantity ?? null,
    lastUpdated: one.lastUpdatedTime ?? null,
  };
}

export function detailRow(one: InventorySummary): RowOf<typeof amazonInventory> {
  const details = one.inventoryDetails ?? {};
  const { reservedQuantity: reserved, unfulfillableQuantity: unfit } = details;
  return {
    marketplaceId: one.marketplaceId,
    sku: one.sellerSku,
    asin: one.asin ?? null,
    fnsku: one.fnSku ?? null,
    condition: one.condition ?? null,
    productName: one.productName ?? null,
    totalQuantity: one.totalQuantity ?? null,
    fulfillable: details.fulfillableQuantity ?? null,
    inboundWorking: details.inboundWorkingQuantity ?? null,
    inboundShipped: details.inboundShippedQuantity ?? null,
    inboundReceiving: details.inboundReceivingQuantity ?? null,
    reserved: reserved?.totalReservedQuantity ?? null,
    reservedForOrders: reserved?.pendingCustomerOrderQuantity ?? null,
    reservedForTransfer: reserved?.pendingTransshipmentQuantity ?? null,
    reservedInProcessing: reserved?.fcProcessingQuantity ?? null,
    researching: details.researchingQuantity?.totalResearchingQuantity ?? null,
    unfulfillable: unfit?.totalUnfulfillableQuantity ?? null,
    customerDamaged: unfit?.customerDamagedQuantity ?? null,
    warehouseDamaged: unfit?.warehouseDamagedQuantity ?? null,
    distributorDamaged: unfit?.distributorDamagedQuantity ?? null,
    carrierDamaged: unfit?.carrierDamagedQuantity ?? null,
    defective: unfit?.defectiveQuantity ?? null,
    expired: unfit?.expiredQuantity ?? null,
  };
}
