import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentBankTransactionExplanations } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf, CHANGES } from '../changes.js';
import { bankAccount, eachBankAccount, inCurrencyOf } from '../each-bank-account.js';
import { listQuery, nextInList, PAGE_SIZE, since, upTo } from '../pages.js';
import { Explanation } from '../records/explanation.js';
import { explanationRow } from '../rows/explanation.js';
import type { FreeAgentSettings } from '../settings.js';

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
  map: explanationRow,
});
