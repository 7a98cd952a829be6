import type { Json } from '#kernel';
import { msOf, type WireOrder, type WireShipment } from './wire.js';

/*
 * What one parcel's row holds, and which of an order's parcels its own row speaks of.
 */

const at = (text: string | null): string | null =>
  text === null ? null : new Date(msOf(text)).toISOString();

/** What the simulator's own carriers say, by the number of the newest detail. */
const SAID: Readonly<Record<number, string>> = {
  200: 'LABEL_CREATED',
  201: 'IN_TRANSIT',
  202: 'OUT_FOR_DELIVERY',
  203: 'DELIVERED',
  204: 'EXCEPTION',
};
const LABELLED = 102;

const detailOf = ({ status_details: details }: WireShipment): WireShipment['status_details'][number] | null =>
  details.reduce<WireShipment['status_details'][number] | null>(
    (furthest, one) => (furthest === null || one.id > furthest.id ? one : furthest),
    null,
  );

function deliveryOf(parcel: WireShipment): string | null {
  const detail = detailOf(parcel)?.id ?? 0;
  if (parcel.status === 'Cancelled') return 'CANCELLED';
  if (parcel.status === 'Completed')
    return parcel.delivery_date === null ? (SAID[detail] ?? 'IN_TRANSIT') : 'DELIVERED';
  if (parcel.status === 'Processing') return detail === LABELLED ? 'LABEL_CREATED' : 'PENDING';
  return null;
}

export const parcelRow = (parcel: WireShipment): Readonly<Record<string, Json>> => ({
  shipment_id: String(parcel.id),
  reference_id: parcel.reference_id,
  status: parcel.status,
  status_detail: detailOf(parcel)?.name ?? null,
  delivery_status: deliveryOf(parcel),
  created_date: at(parcel.created_date),
  last_updated_date: at(parcel.last_update_at),
  last_tracking_updated_date: at(parcel.last_tracking_update_at),
  shipped_date: at(parcel.actual_fulfillment_date),
  delivered_date: at(parcel.delivery_date),
  estimated_fulfillment_date: at(parcel.estimated_fulfillment_date),
  estimated_fulfillment_date_status: parcel.estimated_fulfillment_date_status,
  fulfillment_center_id: String(parcel.location.id),
  fulfillment_center_name: parcel.location.name,
  carrier: parcel.tracking?.carrier ?? null,
  carrier_service: parcel.tracking?.carrier_service ?? null,
  tracking_number: parcel.tracking?.tracking_number ?? null,
  tracking_url: parcel.tracking?.tracking_url ?? null,
  weight: parcel.measurements.total_weight_oz,
  cost: parcel.invoice_amount,
  currency: parcel.invoice_currency_code,
  ship_option: parcel.ship_option,
  is_tracking_uploaded: parcel.is_tracking_uploaded,
});

/** The later in the list of two that changed together. */
const newest = (parcels: readonly WireShipment[]): WireShipment | undefined =>
  parcels.reduce<WireShipment | undefined>(
    (best, one) => (best === undefined || changedMs(one) >= changedMs(best) ? one : best),
    undefined,
  );

const changedMs = ({ last_update_at, last_tracking_update_at: tracked }: WireShipment): number =>
  Math.max(msOf(last_update_at), tracked === null ? 0 : msOf(tracked));

/** The parcels that count for an order: those not called off; which of them tells where it is. */
export function spokenFor({ status, shipments }: WireOrder): {
  readonly sent: readonly WireShipment[];
  readonly tracked: WireShipment | undefined;
  readonly placed: WireShipment | undefined;
  /** Every one of them has arrived. */
  readonly isDelivered: boolean;
} {
  const sent = shipments.filter((one) => one.status !== 'Cancelled');
  return {
    sent,
    tracked: newest(sent.filter(({ tracking }) => tracking !== null)),
    placed: newest(sent),
    isDelivered: status === 'Fulfilled' && sent.every((one) => deliveryOf(one) === 'DELIVERED'),
  };
}
