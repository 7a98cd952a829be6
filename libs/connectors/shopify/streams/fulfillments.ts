import { minutes } from '#kernel';
import { defineStream, wireInstant } from '#sync';
import { orderShipments } from '#warehouse/tables';
import { LARGEST_PAGE, object } from '../cost.js';
import { orderList, type OrderListSpec } from '../order-lists.js';
import { Parcel } from '../records/parcel.js';
import { parcelRow, parcelsOf } from '../rows/parcel.js';
import { wireKeyOf, withPart } from '../unfold.js';

export const FULFILLMENTS = {
  field: 'fulfillments',
  type: 'Fulfillment',
  fields: `id name status displayStatus totalQuantity createdAt updatedAt inTransitAt deliveredAt estimatedDeliveryAt
        trackingInfo { number company url }`,
  cost: object(object()),
  shown: { first: 5 },
  whole: 20,
  count: 'fulfillmentsCount',
  ids: {
    fields: 'id updatedAt trackingInfo { number }',
    cost: object(object()),
    size: { start: 100, min: 1, max: LARGEST_PAGE },
    version: ({ updatedAt }) => wireInstant.parse(updatedAt),
  },
  fetched: 100,
  split: parcelsOf,
} as const satisfies OrderListSpec;

const head = orderList(FULFILLMENTS);

export const fulfillments = defineStream({
  ...head,
  name: 'shopify.fulfillments',
  title: 'Parcels of orders',
  every: minutes(10),
  size: { start: 35, min: 1, max: LARGEST_PAGE },

  schema: Parcel,
  key: (parcel) => withPart(parcel.id, parcel.part),
  rawKey: wireKeyOf,
  // Its own clock: what moves without the order's is found by the nightly comparison.
  cursor: { ...head.cursor, version: (parcel) => parcel.updatedAt },

  into: orderShipments,
  map: parcelRow,
});
