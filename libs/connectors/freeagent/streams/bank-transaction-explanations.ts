import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentBankTransactionExplanations } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf, CHANGES } from '../changes.js';
import { bankAccount, eachBankAccount, inCurrencyOf } from '../each-bank-account.js';
import { listQuery, nextInList, PAGE_SIZE, since, upTo } from '../pages.js';
import { Explanation } from '../records/explanation.js';
import type { FreeAgentSettings } from '../settings.js';

/** Where FreeAgent books what settles an invoice or a bill, of which it sends no category: trade debtors, trade creditors. */
const settledIn = (one: z.output<typeof Explanation>): string | null =>
  one.paid_invoice !== null ? '681' : one.paid_bill !== null ? '796' : null;

export const bankTransactionExplanations = defineStream({
  name: 'freeagent.bank_transaction_explanations',
  title: 'Bank transaction explanations',
  every: days(1),
  size: PAGE_SIZE,

  each: eachBankAccount,
  request: ({ settings, window, parent, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'bank_transaction_explanations', {
      ...bankAccount(parent),
      updated_since: since(window),
      ...listQuery(at),
    }),
  body: z.object({ bank_transaction_explanations: z.array(z.unknown()) }),
  records: (body, { parent, window }) =>
    inCurrencyOf(parent, upTo(window, body.bank_transaction_explanations)),
  next: ({ body, ...page }) => nextInList(page, body.bank_transaction_explanations.length),

  schema: Explanation,
  key: (one) => one.url,
  rawKey: addressOf,
  cursor: { ...CHANGES, of: (one) => one.updated_at, order: 'unordered', lookback: days(7) },

  into: freeagentBankTransactionExplanations,
  map: (one) => ({
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
  }),
});
