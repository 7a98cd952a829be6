import { hours } from '#kernel';
import { children, defineStream, onto } from '#sync';
import { orders as sales, shipbobOrders, shipbobShipments, type RowOf } from '#warehouse/tables';
import { z } from 'zod';
import {
  costOf,
  deliveredAt,
  deliveryStatusOf,
  detailOf,
  orderStatusOf,
  placeOf,
  shippedAt,
  trackedOf,
  weightOf,
} from '../delivery.js';
import { idListing } from '../fetch.js';
import { after, before, nextOf, requestOf, type NumberedList } from '../numbered.js';
import { Order, orderUpdatedAt, shipmentUpdatedAt, type Shipment } from '../records/order.js';

const ORDERS: NumberedList = {
  path: '/order',
  operation: 'orders',
  page: 'Page',
  always: { SortOrder: 'Oldest' },
  // What only the carrier said may move the second clock alone.
  passes: ({ from, to }) => [
    { LastUpdateStartDate: after(from), LastUpdateEndDate: before(to) },
    { LastTrackingUpdateStartDate: after(from), LastTrackingUpdateEndDate: before(to) },
  ],
};

const Body = z.array(z.unknown());

function orderRow(order: Order): RowOf<typeof shipbobOrders> {
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

const shipmentRow = (one: Shipment, order: Order): RowOf<typeof shipbobShipments> => ({
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

/** The sales channel's id of the sale; its name where no row has that id and one row alone has that name. */
const saleOf = (order: Order) =>
  [
    { column: 'sourceId', value: order.reference_id },
    { column: 'orderId', value: order.reference_id },
    { column: 'orderId', value: order.order_number },
  ] as const;

const onSales = [
  onto({
    into: sales,
    clock: 'statusUpdatedAt',
    match: saleOf,
    at: (order: Order) => (orderStatusOf(order) === null ? null : orderUpdatedAt(order)),
    map: (order) => ({ status: orderStatusOf(order) }),
  }),
  onto({
    into: sales,
    clock: 'trackingUpdatedAt',
    match: saleOf,
    at: (order: Order) => {
      const tracked = trackedOf(order);
      return tracked ? (shipmentUpdatedAt(tracked) ?? order.created_date) : null;
    },
    map: (order) => {
      const tracking = trackedOf(order)?.tracking;
      return {
        trackingNumber: tracking?.tracking_number ?? null,
        carrier: tracking?.carrier ?? null,
        trackingUrl: tracking?.tracking_url ?? null,
      };
    },
  }),
];

export const orders = defineStream({
  name: 'shipbob.orders',
  title: 'Orders and their parcels; status and tracking onto the sale they belong to',
  every: hours(1),
  size: { start: 250, min: 1, max: 250 },

  request: requestOf(ORDERS),
  body: Body,
  records: (body) => body,
  next: nextOf(ORDERS),

  schema: Order,
  key: (order) => order.id,
  cursor: { of: orderUpdatedAt, order: 'unordered', lookback: hours(24), startAt: null },
  listing: idListing({
    list: ORDERS,
    ids: 'IDs',
    body: Body,
    records: (body) => Body.parse(body),
    version: (payload) => {
      const order = Order.safeParse(payload);
      return order.success ? orderUpdatedAt(order.data) : null;
    },
  }),

  into: shipbobOrders,
  map: orderRow,
  children: [
    children({
      into: shipbobShipments,
      of: (order: Order) => order.shipments,
      key: (shipment) => shipment.id,
      map: shipmentRow,
    }),
  ],
  onto: onSales,
});
