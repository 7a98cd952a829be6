import { defineTable, flag, indexedText, instant, json, text } from './define.js';

/**
 * What can be sent, as ShipBob knows it. A product has variants; what only those have is told here where there is
 * one of them, and in `shipbob_variants` always.
 */
export const shipbobProducts = defineTable('shipbob_products', {
  productId: text(),
  source: text(),
  name: text().orNull,
  sku: indexedText().orNull,
  barcode: text().orNull,
  /** What the customs declaration says. */
  description: text().orNull,
  category: indexedText().orNull,
  /** True where it holds for any variant, as the next five. */
  isCase: flag().orNull,
  isLot: flag().orNull,
  isActive: flag().orNull,
  isBundle: flag().orNull,
  isDigital: flag().orNull,
  isHazmat: flag().orNull,
  /** `{length, width, height, unit}`. */
  dimensions: json().orNull,
  /** `{value, unit}`. */
  weight: json().orNull,
  /** `{amount, currency}`: what customs are told. */
  value: json().orNull,
  createdAt: instant().orNull,
  updatedAt: instant().orNull,
});
