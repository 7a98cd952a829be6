import { defineTable, date, exact, indexedText, instant, json, text } from './define.js';

/** The general ledger, double entry: `debit_value` and `credit_value` are never below zero, and add up to the same. */
export const freeagentTransactions = defineTable('freeagent_transactions', {
  transactionId: text(),
  source: text(),
  datedOn: date(),
  description: text().orNull,
  categoryId: indexedText().orNull,
  categoryName: text().orNull,
  nominalCode: indexedText().orNull,
  debitValue: exact(),
  creditValue: exact(),
  /** As FreeAgent sends it: credits below zero. */
  signedValue: exact(),
  sourceItemUrl: text().orNull,
  foreignCurrencyData: json().orNull,
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
