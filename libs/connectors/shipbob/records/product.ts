import { wireDecimal, wireId, wireInteger } from '#sync';
import { z } from 'zod';
import { instant, listOf, orNull } from './scalars.js';

const text = orNull(z.string());
const flag = orNull(z.boolean());
const decimal = orNull(wireDecimal);

const Variant = z.object({
  id: wireId,
  sku: text,
  name: text,
  status: text,
  barcodes: listOf(z.object({ value: text })),
  upc: text,
  gtin: text,
  is_digital: flag,
  /** Without an id for a bundle, which has no stock of its own. */
  inventory: orNull(z.object({ inventory_id: orNull(wireId), on_hand_qty: orNull(wireInteger) })),
  dimension: orNull(z.object({ length: decimal, width: decimal, height: decimal, unit: text })),
  weight: orNull(z.object({ weight: decimal, unit: text })),
  customs: orNull(z.object({ value: decimal, currency: text, description: text })),
  lot_information: orNull(z.object({ is_lot: flag })),
  fulfillment_settings: orNull(z.object({ is_case_pick: flag, dangerous_goods: flag })),
  channel_metadata: listOf(
    z.object({
      channel_id: orNull(wireId),
      channel_name: text,
      platform: text,
      platform_identifier: text,
      seller_sku: text,
    }),
  ),
  created_on: orNull(instant),
  updated_on: orNull(instant),
});

export const Product = z.object({
  id: wireId,
  name: text,
  type: text,
  taxonomy: orNull(z.object({ name: text })),
  created_on: orNull(instant),
  updated_on: orNull(instant),
  variants: listOf(Variant),
});

export type Variant = z.output<typeof Variant>;
export type Product = z.output<typeof Product>;
