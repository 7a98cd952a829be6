import { wireId, wireInteger } from '#sync';
import { z } from 'zod';
import { listOf, orNull } from './scalars.js';

const text = orNull(z.string());

const AtLocation = z.object({
  location_id: wireId,
  name: text,
  on_hand_quantity: wireInteger,
  committed_quantity: wireInteger,
  fulfillable_quantity: wireInteger,
  awaiting_quantity: wireInteger,
  internal_transfer_quantity: wireInteger,
});

/** A stock item over all centres, with what `inventory-level/locations` says of each. */
export const InventoryLevel = z.object({
  inventory_id: wireId,
  name: text,
  sku: text,
  total_on_hand_quantity: wireInteger,
  total_committed_quantity: wireInteger,
  total_fulfillable_quantity: wireInteger,
  total_sellable_quantity: wireInteger,
  total_awaiting_quantity: wireInteger,
  total_exception_quantity: wireInteger,
  total_backordered_quantity: wireInteger,
  total_internal_transfer_quantity: wireInteger,
  locations: listOf(AtLocation),
});

export type InventoryLevel = z.output<typeof InventoryLevel>;
