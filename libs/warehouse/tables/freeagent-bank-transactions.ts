import { defineTable, date, exact, flag, indexedText, instant, text } from './define.js';

/** Lines of bank statements. */
export const freeagentBankTransactions = defineTable('freeagent_bank_transactions', {
  transactionId: text(),
  source: text(),
  bankAccountId: indexedText(),
  datedOn: date().orNull,
  amount: exact().orNull,
  currency: text().orNull,
  description: text().orNull,
  fullDescription: text().orNull,
  /** The bank's own id of the line. */
  bankReference: text().orNull,
  /** As the bank names it: `OTHER`, `DEBIT`, … */
  transactionType: text().orNull,
  /** FreeAgent tells none: always null. */
  runningBalance: exact().orNull,
  unexplainedAmount: exact().orNull,
  isManual: flag().orNull,
  uploadedAt: instant().orNull,
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
