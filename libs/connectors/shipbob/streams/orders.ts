import { hours } from '#kernel';
import { children, defineStream, onto } from '#sync';
import { orders as sales, shipbobOrders, shipbobShipments } from '#warehouse/tables';
import { z } from 'zod';
import { orderStatusOf, trackedOf } from '../delivery.js';
import { idListing } from '../fetch.js';
import { after, before, nextOf, requestOf, type NumberedList } from '../numbered.js';
import { Order, orderUpdatedAt, shipmentUpdatedAt } from '../records/order.js';
import { orderRow, shipmentRow } from '../rows/order.js';

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
