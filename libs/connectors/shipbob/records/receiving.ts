import { wireId, wireInteger } from '#sync';
import { z } from 'zod';
import { instant, listOf, orNull } from './scalars.js';

const text = orNull(z.string());

export const Receiving = z.object({
  id: wireId,
  purchase_order_number: text,
  status: z.string(),
  package_type: text,
  box_packaging_type: text,
  fulfillment_center: orNull(z.object({ id: wireId, name: text })),
  inventory_quantities: listOf(
    z.object({
      inventory_id: wireId,
      sku: text,
      expected_quantity: wireInteger,
      /** May be below what is stowed for a while. */
      received_quantity: wireInteger,
      stowed_quantity: wireInteger,
    }),
  ),
  status_history: listOf(z.object({ id: orNull(wireInteger), status: text, timestamp: instant })),
  expected_arrival_date: orNull(instant),
  insert_date: instant,
  last_updated_date: instant,
});

export type Receiving = z.output<typeof Receiving>;
