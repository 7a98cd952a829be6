import type { RowOf, shipbobReceivingOrders } from '#warehouse/tables';
import type { Receiving } from '../records/receiving.js';

export const receivingRow = (wro: Receiving): RowOf<typeof shipbobReceivingOrders> => ({
  wroId: wro.id,
  source: 'shipbob',
  purchaseOrderNumber: wro.purchase_order_number,
  status: wro.status,
  packageType: wro.package_type,
  boxPackagingType: wro.box_packaging_type,
  fulfillmentCenterId: wro.fulfillment_center?.id ?? null,
  fulfillmentCenterName: wro.fulfillment_center?.name ?? null,
  inventoryQuantities: wro.inventory_quantities,
  statusHistory: wro.status_history.map(({ status, timestamp }) => ({
    status,
    timestamp: timestamp.toISOString(),
  })),
  expectedArrivalDate: wro.expected_arrival_date,
  insertDate: wro.insert_date,
  lastUpdatedDate: wro.last_updated_date,
});
