import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentBankAccounts } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf } from '../changes.js';
import { listQuery, nextInList, PAGE_SIZE } from '../pages.js';
import { BankAccount } from '../records/bank-account.js';
import type { FreeAgentSettings } from '../settings.js';

export const bankAccounts = defineStream({
  name: 'freeagent.bank_accounts',
  title: 'Bank accounts',
  every: days(1),
  size: PAGE_SIZE,

  request: ({ settings, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'bank_accounts', listQuery(at)),
  body: z.object({ bank_accounts: z.array(z.unknown()) }),
  records: (body) => body.bank_accounts,
  next: ({ body, ...page }) => nextInList(page, body.bank_accounts.length),

  schema: BankAccount,
  key: (account) => account.url,
  rawKey: addressOf,

  into: freeagentBankAccounts,
  map: (account) => ({
    bankAccountId: account.url,
    source: 'freeagent',
    name: account.name,
    bankName: account.bank_name,
    type: account.type,
    accountNumber: account.account_number,
    sortCode: account.sort_code,
    iban: account.iban,
    bic: account.bic,
    openingBalance: account.opening_balance,
    currentBalance: account.current_balance,
    currency: account.currency,
    isPrimary: account.is_primary,
    isPersonal: account.is_personal,
    emailNewTransactions: null,
    defaultBillCategoryId: null,
    openingBalanceDate: null,
    status: account.status,
    latestActivityOn: account.latest_activity_date,
    createdAtApi: account.created_at,
    updatedAtApi: account.updated_at,
  }),
});
