import { wireInstant } from '#sync';
import { z } from 'zod';
import { gid } from './scalars.js';

const text = z.string().nullable();

export const Location = z.object({
  id: gid,
  name: z.string(),
  isActive: z.boolean(),
  fulfillsOnlineOrders: z.boolean(),
  hasActiveInventory: z.boolean(),
  fulfillmentService: z.object({ handle: z.string() }).nullable(),
  address: z.object({
    address1: text,
    address2: text,
    city: text,
    province: text,
    zip: text,
    countryCode: text,
    phone: text,
  }),
  createdAt: wireInstant,
  updatedAt: wireInstant,
  /** A `String` by its schema, an instant by its description. */
  deactivatedAt: wireInstant.nullable(),
});
