import { earliest, sum, type Decimal } from '#kernel';
import { newestOf } from './records/scalars.js';
import { shipmentUpdatedAt, type Order, type Shipment } from './records/order.js';

/*
 * What an order's parcels say together. An order may be split over parcels, one may be cancelled and sent again: none
 * of them speaks for the rest.
 */

const CALLED_OFF = new Set(['Cancelled', 'CleanSweeped']);
const isCalledOff = ({ status }: Shipment): boolean => CALLED_OFF.has(status);

/** Details come in stages, and later ones have higher numbers. */
export const detailOf = ({ status_details }: Shipment): Detail | null =>
  status_details.reduce<Detail | null>(
    (furthest, detail) => (furthest && furthest.id >= detail.id ? furthest : detail),
    null,
  );
interface Detail {
  readonly id: number;
  readonly name: string | null;
}

const LABELLED = 102;

/** ShipBob's `Completed` has left, and no more: how far it is the detail tells. */
const ON_ITS_WAY: Readonly<Record<number, string>> = {
  200: 'LABEL_CREATED',
  202: 'OUT_FOR_DELIVERY',
  203: 'DELIVERED',
  204: 'EXCEPTION',
};

/** Null where the parcel waits for a person and no carrier has a word to say. */
export function deliveryStatusOf(shipment: Shipment): string | null {
  const detail = detailOf(shipment)?.id;
  if (isCalledOff(shipment)) return 'CANCELLED';
  switch (shipment.status) {
    case 'Completed':
      if (shipment.delivery_date) return 'DELIVERED';
      return (detail === undefined ? undefined : ON_ITS_WAY[detail]) ?? 'IN_TRANSIT';
    case 'LabeledCreated':
      return 'LABEL_CREATED';
    case 'None':
    case 'Pending':
    case 'Processing':
      return detail === LABELLED ? 'LABEL_CREATED' : 'PENDING';
    default:
      return null;
  }
}

const isDelivered = (shipment: Shipment): boolean => deliveryStatusOf(shipment) === 'DELIVERED';
const sent = ({ shipments }: Order): Shipment[] => shipments.filter((one) => !isCalledOff(one));

/** The parcel that changed last of those that pass; the later in the list where two changed together. */
const newest = (shipments: readonly Shipment[]): Shipment | undefined =>
  shipments.reduce<Shipment | undefined>(
    (found, one) => (found && changedAt(found) > changedAt(one) ? found : one),
    undefined,
  );
const changedAt = (one: Shipment): number => shipmentUpdatedAt(one)?.getTime() ?? 0;

/** The parcel that the order's one tracking number is of. */
export const trackedOf = (order: Order): Shipment | undefined =>
  newest(sent(order).filter(({ tracking }) => tracking?.tracking_number));

export const placeOf = (order: Order): Shipment['location'] =>
  newest(sent(order).filter(({ location }) => location !== null))?.location ?? null;

/** In the words that orders of every channel share. */
const ORDER_STATUS: Readonly<Record<string, string>> = {
  Processing: 'processing',
  PartiallyFulfilled: 'partially_shipped',
  Fulfilled: 'shipped',
  Cancelled: 'cancelled',
  Exception: 'exception',
  ImportReview: 'exception',
};

/** `delivered` once every parcel is; null for a word that ShipBob has added since. */
export function orderStatusOf(order: Order): string | null {
  const status = ORDER_STATUS[order.status] ?? null;
  const parcels = sent(order);
  return status === 'shipped' && parcels.length > 0 && parcels.every(isDelivered) ? 'delivered' : status;
}

/** When its first parcel left. */
export const shippedAt = (order: Order): Date | null =>
  sent(order).reduce<Date | null>(
    (first, { actual_fulfillment_date: at }) => (at && first ? earliest(first, at) : (at ?? first)),
    null,
  );

/** When its last parcel arrived; null while any is on its way. */
export function deliveredAt(order: Order): Date | null {
  const parcels = sent(order);
  return order.status === 'Fulfilled' && parcels.every(isDelivered)
    ? newestOf(parcels.map(({ delivery_date }) => delivery_date))
    : null;
}

const some = (amounts: readonly (Decimal | null)[]): Decimal[] => amounts.filter((one) => one !== null);

export function weightOf(order: Order): Decimal | null {
  const weights = some(sent(order).map(({ measurements }) => measurements?.total_weight_oz ?? null));
  return weights.length > 0 ? sum(weights) : null;
}

/** Cancelled parcels too: what was charged was charged. Amounts of several currencies do not add up. */
export function costOf({ shipments }: Order): { cost: Decimal | null; currency: string | null } {
  const charged = shipments.filter(({ invoice_amount }) => invoice_amount !== null);
  const [currency, ...others] = new Set(charged.map(({ invoice_currency_code }) => invoice_currency_code));
  return charged.length > 0 && others.length === 0
    ? { cost: sum(some(charged.map(({ invoice_amount }) => invoice_amount))), currency: currency ?? null }
    : { cost: null, currency: null };
}
