import { wireInstant } from '#sync';
import { z } from 'zod';
import { OrderRef } from './order-ref.js';
import { gid } from './scalars.js';

const Tracking = z.object({
  number: z.string().nullable(),
  company: z.string().nullable(),
  url: z.string().nullable(),
});

/** A fulfilment, once for each of its tracking numbers. */
export const Parcel = z.object({
  id: gid,
  /** From 2, where the fulfilment has several. */
  part: z.int().min(2).optional(),
  name: z.string(),
  status: z.string(),
  displayStatus: z.string().nullable(),
  totalQuantity: z.int(),
  createdAt: wireInstant,
  updatedAt: wireInstant,
  inTransitAt: wireInstant.nullable(),
  deliveredAt: wireInstant.nullable(),
  estimatedDeliveryAt: wireInstant.nullable(),
  tracking: Tracking.nullable(),
  order: OrderRef,
});

export type Parcel = z.output<typeof Parcel>;
