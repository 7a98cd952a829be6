import { days } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { freeagentTransactions } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf } from '../changes.js';
import { listQuery, nextInList, PAGE_SIZE } from '../pages.js';
import { Transaction } from '../records/transaction.js';
import { transactionRow } from '../rows/transaction.js';
import type { FreeAgentSettings } from '../settings.js';

/** FreeAgent opened in this year; older books were entered into it later, with dates of theirs. */
const START = new Date('2005-01-01T00:00:00Z');

const day = (at: Date): string => at.toISOString().slice(0, 10);

export const transactions = defineStream({
  name: 'freeagent.transactions',
  title: 'General ledger',
  every: days(1),
  size: PAGE_SIZE,

  request: ({ settings, window, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'accounting/transactions', {
      from_date: day(window.from ?? START),
      to_date: day(window.to),
      ...listQuery(at),
    }),
  body: z.object({ transactions: z.array(z.unknown()) }),
  records: (body) => body.transactions,
  next: ({ body, ...page }) => nextInList(page, body.transactions.length),

  schema: Transaction,
  key: (entry) => entry.url,
  rawKey: addressOf,
  // Entries are made anew under other ids when their source changes, and nothing tells of it: two accounting years are
  // read each time, and what they do not hold any more is gone.
  cursor: {
    of: (entry) => new Date(`${entry.dated_on}T00:00:00Z`),
    version: (entry) => entry.updated_at,
    order: 'unordered',
    lookback: days(400),
    startAt: START,
    grain: days(1),
    // Twelve months at most, both days included.
    maxSpan: days(364),
    replaces: 'datedOn',
  },

  into: freeagentTransactions,
  map: transactionRow,
});
