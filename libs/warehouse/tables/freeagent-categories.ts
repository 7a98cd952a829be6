import { defineTable, flag, indexedText, text } from './define.js';

/** The chart of accounts, sub-accounts included. Ids are nominal codes: text, with leading zeros. */
export const freeagentCategories = defineTable('freeagent_categories', {
  categoryId: text(),
  source: text(),
  description: text().orNull,
  nominalCode: indexedText(),
  /** `income`, `cost_of_sales`, `admin_expenses` or `general`. */
  categoryType: indexedText(),
  /** `750` of `750-1`. */
  parentCategoryId: indexedText().orNull,
  /** In words: `Standard rate`, `Zero rate`, … */
  autoSalesTaxRate: text().orNull,
  allowableForTax: flag().orNull,
  /** FreeAgent has no such field: always null. */
  isVisible: flag().orNull,
  groupDescription: text().orNull,
  taxReportingName: text().orNull,
  bankAccountId: text().orNull,
  userId: text().orNull,
});
