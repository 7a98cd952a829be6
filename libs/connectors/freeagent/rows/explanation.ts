import type { freeagentBankTransactionExplanations, RowOf } from '#warehouse/tables';
import type { Explanation } from '../records/explanation.js';

/** Where FreeAgent books what settles an invoice or a bill, of which it sends no category: trade debtors, trade creditors. */
const settledIn = (one: Explanation): string | null =>
  one.paid_invoice !== null ? '681' : one.paid_bill !== null ? '796' : null;

export const explanationRow = (one: Explanation): RowOf<typeof freeagentBankTransactionExplanations> => ({
  explanationId: one.url,
  source: 'freeagent',
  bankTransactionId: one.bank_transaction,
  bankAccountId: one.bank_account,
  datedOn: one.dated_on,
  amount: one.gross_value,
  currency: one.currency,
  description: one.description,
  categoryId: one.category ?? settledIn(one),
  categoryName: one.category_name,
  foreignCurrencyAmount: one.foreign_currency_value,
  foreignCurrencyType: one.foreign_currency_type,
  grossValue: one.gross_value,
  salesTaxRate: one.sales_tax_rate,
  salesTaxValue: one.sales_tax_value,
  salesTaxStatus: one.sales_tax_status,
  invoiceId: one.paid_invoice,
  billId: one.paid_bill,
  paidUserId: one.paid_user,
  transferBankAccountId: one.transfer_bank_account,
  type: one.type,
  markedForReview: one.marked_for_review,
  projectId: one.project,
  createdAtApi: null,
  updatedAtApi: one.updated_at,
});
