import { defineChildTable, exact, instant, indexedText, integer, text } from './define.js';

export const shopifyVariants = defineChildTable('shopify_variants', {
  variantId: text(),
  productId: text(),
  sku: indexedText().orNull,
  barcode: text().orNull,
  title: text().orNull,
  /** In the shop's currency, which Shopify leaves out of its `Money` scalar. */
  price: exact().orNull,
  compareAtPrice: exact().orNull,
  inventoryItemId: text().orNull,
  inventoryQuantity: integer().orNull,
  position: integer().orNull,
  createdAt: instant().orNull,
  updatedAt: instant().orNull,
});
