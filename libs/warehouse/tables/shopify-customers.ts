import { defineTable, exact, indexedText, instant, integer, json, text } from './define.js';

export const shopifyCustomers = defineTable('shopify_customers', {
  customerId: text(),
  email: indexedText().orNull,
  firstName: text().orNull,
  lastName: text().orNull,
  displayName: indexedText().orNull,
  phone: text().orNull,
  countryCode: text().orNull,
  createdAt: instant().orNull,
  updatedAt: instant().orNull,
  /** Lifetime value in `currency`. */
  totalSpent: exact().orNull,
  currency: text().orNull,
  ordersCount: integer().orNull,
  state: text().orNull,
  tags: json().orNull,
  lastOrderId: text().orNull,
  lastOrderDate: instant().orNull,
});
