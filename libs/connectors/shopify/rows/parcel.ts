import type { orderShipments, RowOf } from '#warehouse/tables';
import type { Parcel } from '../records/parcel.js';
import type { Wire } from '../unfold.js';

/** A fulfilment's parcels: one for each tracking number, and one where it has none. */
export function parcelsOf(fulfillment: Wire): readonly Wire[] {
  const { trackingInfo, ...parcel } = fulfillment;
  if (!Array.isArray(trackingInfo)) return [fulfillment];
  const [first = null, ...others] = trackingInfo as readonly unknown[];
  return [
    { ...parcel, tracking: first },
    ...others.map((tracking, i) => ({ ...parcel, tracking, part: i + 2 })),
  ];
}

export const parcelRow = (parcel: Parcel): RowOf<typeof orderShipments> => ({
  orderId: parcel.order.name,
  orderSourceId: parcel.order.id,
  source: 'shopify',
  fulfillmentId: parcel.id,
  name: parcel.name,
  parcel: parcel.part ?? 1,
  status: parcel.status,
  deliveryStatus: parcel.displayStatus,
  trackingNumber: parcel.tracking?.number ?? null,
  carrier: parcel.tracking?.company ?? null,
  trackingUrl: parcel.tracking?.url ?? null,
  fulfillmentQuantity: parcel.totalQuantity,
  shippedAt: parcel.createdAt,
  inTransitAt: parcel.inTransitAt,
  deliveredAt: parcel.deliveredAt,
  estimatedDeliveryAt: parcel.estimatedDeliveryAt,
  updatedAt: parcel.updatedAt,
});
