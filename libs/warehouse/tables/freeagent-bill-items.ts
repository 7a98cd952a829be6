import { defineChildTable, exact, indexedText, text } from './define.js';

/** Lines of bills: the expense category is theirs. */
export const freeagentBillItems = defineChildTable('freeagent_bill_items', {
  billId: text(),
  source: text(),
  description: text().orNull,
  categoryId: indexedText().orNull,
  quantity: exact().orNull,
  unit: text().orNull,
  /** Tax included. */
  totalValue: exact().orNull,
  totalValueExTax: exact().orNull,
  salesTaxRate: exact().orNull,
  salesTaxStatus: text().orNull,
  salesTaxValue: exact().orNull,
  currency: text().orNull,
  projectId: text().orNull,
  stockItemId: text().orNull,
});
