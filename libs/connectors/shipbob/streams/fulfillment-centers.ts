import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { shipbobFulfillmentCenters } from '#warehouse/tables';
import { z } from 'zod';
import { FulfillmentCenter } from '../records/fulfillment-center.js';
import type { ShipBobSettings } from '../settings.js';

export const fulfillmentCenters = defineStream({
  name: 'shipbob.fulfillment_centers',
  title: 'ShipBob’s warehouses',
  every: days(1),
  // One reply holds them all.
  size: { start: 250, min: 1, max: 250 },

  request: ({ settings }: PageQuery<ShipBobSettings>) => ({
    path: `/${settings.apiVersion}/fulfillment-center`,
    operation: 'fulfillment centers',
  }),
  body: z.array(z.unknown()),
  records: (body) => body,

  schema: FulfillmentCenter,
  key: (centre) => centre.id,

  into: shipbobFulfillmentCenters,
  map: (centre) => ({
    centerId: centre.id,
    source: 'shipbob',
    name: centre.name,
    address1: centre.address1,
    address2: centre.address2,
    city: centre.city,
    state: centre.state,
    zipCode: centre.zip_code,
    country: centre.country,
    phoneNumber: centre.phone_number,
    email: centre.email,
    timezone: centre.timezone,
  }),
});
