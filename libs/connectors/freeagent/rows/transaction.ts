import { compare, subtract, ZERO, type Decimal } from '#kernel';
import type { freeagentTransactions, RowOf } from '#warehouse/tables';
import type { Transaction } from '../records/transaction.js';

/** The debit and the credit of a signed value, neither below zero. */
const sides = (value: Decimal): { debitValue: Decimal; creditValue: Decimal } =>
  compare(value, ZERO) < 0
    ? { debitValue: ZERO, creditValue: subtract(ZERO, value) }
    : { debitValue: value, creditValue: ZERO };

export const transactionRow = (entry: Transaction): RowOf<typeof freeagentTransactions> => ({
  transactionId: entry.url,
  source: 'freeagent',
  datedOn: entry.dated_on,
  description: entry.description,
  categoryId: entry.category,
  categoryName: entry.category_name,
  nominalCode: entry.nominal_code,
  ...sides(entry.debit_value),
  signedValue: entry.debit_value,
  sourceItemUrl: entry.source_item_url,
  foreignCurrencyData: entry.foreign_currency_data,
  createdAtApi: entry.created_at,
  updatedAtApi: entry.updated_at,
});
