import { defineTable, date, exact, flag, indexedText, instant, integer, text } from './define.js';

/** Sales invoices. `status` also moves with the calendar: what is overdue today is `due_on` before today with a `due_value`. */
export const freeagentInvoices = defineTable('freeagent_invoices', {
  invoiceId: text(),
  source: text(),
  reference: indexedText().orNull,
  datedOn: date().orNull,
  dueOn: date().orNull,
  contactId: indexedText().orNull,
  contactName: text().orNull,
  netValue: exact().orNull,
  salesTaxValue: exact().orNull,
  totalValue: exact().orNull,
  paidValue: exact().orNull,
  dueValue: exact().orNull,
  currency: text().orNull,
  /** From `currency` to the company's own. */
  exchangeRate: exact().orNull,
  /** `net_value` by `exchange_rate`, to the penny. */
  netValueInBaseCurrency: exact().orNull,
  status: indexedText().orNull,
  paymentTermsInDays: integer().orNull,
  /** What all lines agree on; null where they differ. */
  salesTaxStatus: text().orNull,
  /** The opposite of `involves_sales_tax`, where FreeAgent tells it. */
  outsideOfSalesTaxScope: flag().orNull,
  /** Of the first line. */
  initialSalesTaxRate: exact().orNull,
  comments: text().orNull,
  projectId: text().orNull,
  poReference: text().orNull,
  discountPercent: exact().orNull,
  ecStatus: text().orNull,
  bankAccountId: text().orNull,
  paidOn: date().orNull,
  writtenOffOn: date().orNull,
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
