import { defineChildTable, flag, indexedText, instant, integer, json, text } from './define.js';

/** One kind of a product: what has a SKU, a barcode and stock. */
export const shipbobVariants = defineChildTable('shipbob_variants', {
  variantId: text(),
  productId: text(),
  source: text(),
  name: text().orNull,
  sku: indexedText().orNull,
  barcode: text().orNull,
  upc: text().orNull,
  gtin: text().orNull,
  status: text().orNull,
  isCase: flag().orNull,
  isLot: flag().orNull,
  isActive: flag().orNull,
  isDigital: flag().orNull,
  isHazmat: flag().orNull,
  /** The stock item, which several variants may share; null for a bundle. */
  inventoryId: indexedText().orNull,
  onHandQuantity: integer().orNull,
  dimensions: json().orNull,
  weight: json().orNull,
  value: json().orNull,
  /** Where it is sold: one object per sales channel. */
  channels: json().orNull,
  createdAt: instant().orNull,
  updatedAt: instant().orNull,
});
