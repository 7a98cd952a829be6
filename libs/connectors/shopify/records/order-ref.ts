import { wireInstant } from '#sync';
import { z } from 'zod';
import { gid } from './scalars.js';

/** What a parcel, a refund or a payment says of its order. */
export const OrderRef = z.object({
  id: gid,
  name: z.string(),
  updatedAt: wireInstant,
  test: z.boolean(),
  taxesIncluded: z.boolean(),
});
