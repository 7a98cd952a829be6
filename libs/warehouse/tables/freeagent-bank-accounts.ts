import { defineTable, date, exact, flag, indexedText, instant, text } from './define.js';

/** Bank, card and PayPal accounts, hidden ones too. */
export const freeagentBankAccounts = defineTable('freeagent_bank_accounts', {
  bankAccountId: text(),
  source: text(),
  name: indexedText().orNull,
  bankName: text().orNull,
  /** `StandardBankAccount`, `PaypalAccount` or `CreditCardAccount`. */
  type: indexedText().orNull,
  accountNumber: text().orNull,
  sortCode: text().orNull,
  iban: text().orNull,
  bic: text().orNull,
  openingBalance: exact().orNull,
  currentBalance: exact().orNull,
  currency: text().orNull,
  isPrimary: flag().orNull,
  isPersonal: flag().orNull,
  /** FreeAgent has no such field: always null, as the next two. */
  emailNewTransactions: flag().orNull,
  defaultBillCategoryId: text().orNull,
  openingBalanceDate: date().orNull,
  status: text().orNull,
  latestActivityOn: date().orNull,
  createdAtApi: instant().orNull,
  updatedAtApi: instant().orNull,
});
