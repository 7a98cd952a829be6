import { days } from '#kernel';
import { children, defineStream, type PageQuery } from '#sync';
import { freeagentBillItems, freeagentBills } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf, CHANGES, placed } from '../changes.js';
import { listQuery, nextInList, PAGE_SIZE, since, upTo } from '../pages.js';
import { Bill } from '../records/bill.js';
import { billRow, itemRow } from '../rows/bill.js';
import type { FreeAgentSettings } from '../settings.js';

const lines = children({
  into: freeagentBillItems,
  of: (bill: Bill) => placed(bill.url, bill.bill_items),
  key: ({ key }) => key,
  map: itemRow,
});

export const bills = defineStream({
  name: 'freeagent.bills',
  title: 'Bills and their lines',
  every: days(1),
  size: PAGE_SIZE,

  request: ({ settings, window, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'bills', {
      view: 'all',
      nested_bill_items: 'true',
      updated_since: since(window),
      ...listQuery(at),
    }),
  body: z.object({ bills: z.array(z.unknown()) }),
  records: ({ bills: all }, { window }) => upTo(window, all),
  next: ({ body, ...page }) => nextInList(page, body.bills.length),

  schema: Bill,
  key: (bill) => bill.url,
  rawKey: addressOf,
  // A bill falls overdue without a change of its stamp: those of the last month are read again.
  cursor: { ...CHANGES, of: (bill) => bill.updated_at, order: 'unordered', lookback: days(30) },

  into: freeagentBills,
  map: billRow,
  children: [lines],
});
