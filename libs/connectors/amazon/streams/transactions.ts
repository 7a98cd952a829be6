import { days, hours, later, minutes } from '#kernel';
import { defineStream, type PageQuery } from '#sync';
import { amazonTransactions as table } from '#warehouse/tables';
import { z } from 'zod';
import { afterToken, textAt, tokenOf } from '../pages.js';
import { Transaction } from '../records/transaction.js';
import { keyOf, transactionRow } from '../rows/transaction.js';
import type { AmazonSettings } from '../settings.js';

const Page = z.object({
  payload: z.object({ nextToken: z.string().nullish(), transactions: z.array(z.unknown()).nullish() }),
});

export const transactions = defineStream({
  name: 'amazon.transactions',
  title: 'What Amazon booked',
  every: hours(6),
  // Amazon says how many it puts on a page.
  size: { start: 100, min: 100, max: 100 },

  request: ({ window, place }: PageQuery<AmazonSettings>) => ({
    path: '/finances/2024-06-19/transactions',
    // No marketplace: one would leave out orders that belong to none.
    query: {
      postedAfter: window.from?.toISOString(),
      // Amazon leaves out this very instant.
      postedBefore: later(window.to, 1).toISOString(),
      nextToken: tokenOf(place),
    },
    operation: 'listTransactions',
  }),
  body: Page,
  records: ({ payload }) => payload.transactions ?? [],
  next: ({ body }) => afterToken(body.payload.nextToken),

  schema: Transaction,
  key: keyOf,
  rawKey: textAt('transactionId'),
  cursor: {
    of: (one) => one.postedDate,
    // A status changes without a clock: what came last counts.
    version: () => null,
    order: 'unordered',
    // Entries come up to two days late, under their own date, and deferred ones are released after weeks.
    lookback: days(30),
    startAt: null,
    reach: days(730),
    // More than 180 days are answered with nothing at all, a month has failed inside.
    maxSpan: days(7),
    settle: minutes(3),
  },

  into: table,
  map: transactionRow,
});
