import { defineTable, instant, json, text } from './define.js';

export const shopifyProducts = defineTable('shopify_products', {
  productId: text(),
  title: text().orNull,
  handle: text().orNull,
  vendor: text().orNull,
  productType: text().orNull,
  status: text().orNull,
  tags: json().orNull,
  createdAt: instant().orNull,
  updatedAt: instant().orNull,
  publishedAt: instant().orNull,
});
