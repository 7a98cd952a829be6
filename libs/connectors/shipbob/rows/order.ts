import type { RowOf, shipbobOrders, shipbobShipments } from '#warehouse/tables';
import {
  costOf,
  deliveredAt,
  deliveryStatusOf,
  detailOf,
  placeOf,
  shippedAt,
  trackedOf,
  weightOf,
} from '../delivery.js';
import { orderUpdatedAt, type Order, type Shipment } from '../records/order.js';

export function orderRow(order: Order): RowOf<typeof shipbobOrders> {
  const tracked = trackedOf(order)?.tracking ?? null;
  const { cost, currency } = costOf(order);
  return {
    shipbobOrderId: order.id,
    referenceId: order.reference_id,
    orderNumber: order.order_number,
    status: order.status,
    createdDate: order.created_date,
    purchaseDate: order.purchase_date,
    lastUpdatedDate: orderUpdatedAt(order),
    shippedDate: shippedAt(order),
    deliveredDate: deliveredAt(order),
    trackingNumber: tracked?.tracking_number ?? null,
    carrier: tracked?.carrier ?? null,
    trackingUrl: tracked?.tracking_url ?? null,
    recipientName: order.recipient?.name ?? null,
    recipientEmail: order.recipient?.email ?? null,
    fulfillmentCenterId: placeOf(order)?.id ?? null,
    totalWeight: weightOf(order),
    totalCost: cost,
    currency,
    shippingMethod: order.shipping_method,
    orderType: order.type,
    channelId: order.channel?.id ?? null,
    channelName: order.channel?.name ?? null,
  };
}

export const shipmentRow = (one: Shipment, order: Order): RowOf<typeof shipbobShipments> => ({
  shipmentId: one.id,
  shipbobOrderId: order.id,
  referenceId: one.reference_id,
  status: one.status,
  statusDetail: detailOf(one)?.name ?? null,
  deliveryStatus: deliveryStatusOf(one),
  createdDate: one.created_date,
  lastUpdatedDate: one.last_update_at,
  lastTrackingUpdatedDate: one.last_tracking_update_at,
  shippedDate: one.actual_fulfillment_date,
  deliveredDate: one.delivery_date,
  estimatedFulfillmentDate: one.estimated_fulfillment_date,
  estimatedFulfillmentDateStatus: one.estimated_fulfillment_date_status,
  fulfillmentCenterId: one.location?.id ?? null,
  fulfillmentCenterName: one.location?.name ?? null,
  carrier: one.tracking?.carrier ?? null,
  carrierService: one.tracking?.carrier_service ?? null,
  trackingNumber: one.tracking?.tracking_number ?? null,
  trackingUrl: one.tracking?.tracking_url ?? null,
  weight: one.measurements?.total_weight_oz ?? null,
  cost: one.invoice_amount,
  currency: one.invoice_currency_code,
  shipOption: one.ship_option,
  isTrackingUploaded: one.is_tracking_uploaded,
});
