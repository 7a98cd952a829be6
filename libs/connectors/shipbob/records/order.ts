import { wireDecimal, wireId, wireInteger } from '#sync';
import { z } from 'zod';
import { instant, listOf, newestOf, orNull } from './scalars.js';

const text = orNull(z.string());

const Place = z.object({ id: wireId, name: text });

const Shipment = z.object({
  id: wireId,
  reference_id: text,
  status: z.string(),
  status_details: listOf(z.object({ id: wireInteger, name: text })),
  created_date: orNull(instant),
  last_update_at: orNull(instant),
  last_tracking_update_at: orNull(instant),
  actual_fulfillment_date: orNull(instant),
  estimated_fulfillment_date: orNull(instant),
  estimated_fulfillment_date_status: text,
  delivery_date: orNull(instant),
  location: orNull(Place),
  /** Null, or without a number, until the parcel is labelled. */
  tracking: orNull(
    z.object({ carrier: text, carrier_service: text, tracking_number: text, tracking_url: text }),
  ),
  measurements: orNull(z.object({ total_weight_oz: orNull(wireDecimal) })),
  /** Told days after the parcel left. */
  invoice_amount: orNull(wireDecimal),
  invoice_currency_code: text,
  ship_option: text,
  is_tracking_uploaded: orNull(z.boolean()),
});

export const Order = z.object({
  id: wireId,
  reference_id: text,
  order_number: text,
  status: z.string(),
  type: text,
  created_date: instant,
  purchase_date: orNull(instant),
  channel: orNull(Place),
  recipient: orNull(z.object({ name: text, email: text })),
  shipping_method: text,
  shipments: listOf(Shipment),
});

export type Shipment = z.output<typeof Shipment>;
export type Order = z.output<typeof Order>;

export const shipmentUpdatedAt = (shipment: Shipment): Date | null =>
  newestOf([shipment.last_update_at, shipment.last_tracking_update_at]);

/** The order has no clock of its own: its parcels' newest change, or when it was made. */
export const orderUpdatedAt = (order: Order): Date =>
  newestOf([order.created_date, ...order.shipments.map(shipmentUpdatedAt)])!;
