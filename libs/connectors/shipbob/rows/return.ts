import { sum, type Decimal } from '#kernel';
import type { RowOf, shipbobReturns } from '#warehouse/tables';
import type { Return } from '../records/return.js';

/** What was charged for it step by step; the invoice where no steps are listed. */
function costOf({ transactions, invoice }: Return): Decimal | null {
  return transactions.length > 0 ? sum(transactions.map(({ amount }) => amount)) : (invoice?.amount ?? null);
}

export const returnRow = (back: Return): RowOf<typeof shipbobReturns> => ({
  returnId: back.id,
  source: 'shipbob',
  originalShipmentId: back.original_shipment_id,
  referenceId: back.reference_id,
  storeOrderId: back.store_order_id,
  status: back.status,
  returnType: back.return_type,
  customerName: back.customer_name,
  trackingNumber: back.tracking_number,
  totalCost: costOf(back),
  currency: back.invoice?.currency_code ?? null,
  fulfillmentCenterId: back.fulfillment_center?.id ?? null,
  fulfillmentCenterName: back.fulfillment_center?.name ?? null,
  items: back.inventory,
  transactions: back.transactions,
  statusHistory: back.status_history.map(({ status, timestamp }) => ({
    status,
    timestamp: timestamp.toISOString(),
  })),
  insertDate: back.insert_date,
  arrivedDate: back.arrived_date,
  completedDate: back.completed_date,
  cancelledDate: back.cancelled_date,
});
