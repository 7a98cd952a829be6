import { defineTable, date, exact, indexedText, instant, text } from './define.js';

/** Purchase invoices. FreeAgent sends net and tax of some of them below zero: they are stored as sent. */
export const freeagentBills = defineTable('freeagent_bills', {
  billId: text(),
  source: text(),
  reference: indexedText().orNull,
  datedOn: date().orNull,
  dueOn: date().orNull,
  contactId: indexedText().orNull,
  /** Only where FreeAgent sends it. */
  contactName: text().orNull,
  netValue: exact().orNull,
  salesTaxValue: exact().orNull,
  totalValue: exact().orNull,
  paidValue: exact().orNull,
  dueValue: exact().orNull,
  currency: text().orNull,
  exchangeRate: exact().orNull,
  nativeDueValue: exact().orNull,
  status: indexedText().orNull,
  /** What all lines agree on; null where they differ. */
  salesTaxStatus: text().orNull,
  comments: text().orNull,
  projectId: text().orNull,
  ecStatus: text().orNull,
  paidOn: date().orNull,
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
