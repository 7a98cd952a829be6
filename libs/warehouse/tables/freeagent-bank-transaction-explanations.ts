import { defineTable, date, exact, flag, indexedText, instant, text } from './define.js';

/** What lines of bank statements were for. */
export const freeagentBankTransactionExplanations = defineTable('freeagent_bank_transaction_explanations', {
  explanationId: text(),
  source: text(),
  bankTransactionId: indexedText().orNull,
  bankAccountId: text(),
  datedOn: date().orNull,
  /** In the bank account's currency, as `gross_value`. */
  amount: exact().orNull,
  currency: text().orNull,
  description: text().orNull,
  categoryId: indexedText().orNull,
  /** Only where FreeAgent sends it. */
  categoryName: text().orNull,
  foreignCurrencyAmount: exact().orNull,
  /** Only where FreeAgent sends it. */
  foreignCurrencyType: text().orNull,
  grossValue: exact().orNull,
  salesTaxRate: exact().orNull,
  salesTaxValue: exact().orNull,
  salesTaxStatus: text().orNull,
  invoiceId: indexedText().orNull,
  billId: indexedText().orNull,
  paidUserId: text().orNull,
  transferBankAccountId: text().orNull,
  type: text().orNull,
  /** A guess of FreeAgent that nobody approved yet. */
  markedForReview: flag().orNull,
  projectId: text().orNull,
  /** FreeAgent tells none: always null. */
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
