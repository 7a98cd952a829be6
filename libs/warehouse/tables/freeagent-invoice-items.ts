import { defineChildTable, exact, indexedText, text } from './define.js';

/** Lines of invoices, tax excluded. */
export const freeagentInvoiceItems = defineChildTable('freeagent_invoice_items', {
  invoiceId: text(),
  source: text(),
  position: exact().orNull,
  description: text().orNull,
  itemType: text().orNull,
  quantity: exact().orNull,
  /** For one, tax excluded. */
  price: exact().orNull,
  salesTaxRate: exact().orNull,
  salesTaxStatus: text().orNull,
  currency: text().orNull,
  categoryId: indexedText().orNull,
  projectId: text().orNull,
  stockItemId: text().orNull,
});
