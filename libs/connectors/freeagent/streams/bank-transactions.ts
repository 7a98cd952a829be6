import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentBankTransactions } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf, CHANGES } from '../changes.js';
import { bankAccount, eachBankAccount, inCurrencyOf } from '../each-bank-account.js';
import { listQuery, nextInList, PAGE_SIZE, since, upTo } from '../pages.js';
import { BankTransaction } from '../records/bank-transaction.js';
import type { FreeAgentSettings } from '../settings.js';

/** `OTHER` of `…/OTHER/£730.0`. */
const typeIn = (description: string | null): string | null =>
  /\/([A-Z]+)\/[^/]*$/.exec(description ?? '')?.[1] ?? null;

export const bankTransactions = defineStream({
  name: 'freeagent.bank_transactions',
  title: 'Bank transactions',
  every: days(1),
  size: PAGE_SIZE,

  each: eachBankAccount,
  request: ({ settings, window, parent, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'bank_transactions', {
      ...bankAccount(parent),
      updated_since: since(window),
      ...listQuery(at),
    }),
  body: z.object({ bank_transactions: z.array(z.unknown()) }),
  records: (body, { parent, window }) => inCurrencyOf(parent, upTo(window, body.bank_transactions)),
  next: ({ body, ...page }) => nextInList(page, body.bank_transactions.length),

  schema: BankTransaction,
  key: (line) => line.url,
  rawKey: addressOf,
  cursor: { ...CHANGES, of: (line) => line.updated_at, order: 'unordered', lookback: days(7) },

  into: freeagentBankTransactions,
  map: (line) => ({
    transactionId: line.url,
    source: 'freeagent',
    bankAccountId: line.bank_account,
    datedOn: line.dated_on,
    amount: line.amount,
    currency: line.currency,
    description: line.description,
    fullDescription: line.full_description,
    bankReference: line.transaction_id,
    transactionType: typeIn(line.full_description),
    runningBalance: null,
    unexplainedAmount: line.unexplained_amount,
    isManual: line.is_manual,
    uploadedAt: line.uploaded_at,
    createdAtApi: line.created_at,
    updatedAtApi: line.updated_at,
  }),
});
