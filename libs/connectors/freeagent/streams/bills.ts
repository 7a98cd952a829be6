import { days } from '#kernel';
import { children, defineStream, type PageQuery } from '#sync';
import { freeagentBillItems, freeagentBills } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { addressOf, CHANGES, placed } from '../changes.js';
import { listQuery, nextInList, PAGE_SIZE, since, upTo } from '../pages.js';
import { Bill } from '../records/bill.js';
import { agreed } from '../records/scalars.js';
import type { FreeAgentSettings } from '../settings.js';

const lines = children({
  into: freeagentBillItems,
  of: (bill: Bill) => placed(bill.url, bill.bill_items),
  key: ({ key }) => key,
  map: ({ item }, bill) => ({
    billId: bill.url,
    source: 'freeagent',
    description: item.description,
    categoryId: item.category,
    quantity: item.quantity,
    unit: item.unit,
    totalValue: item.total_value,
    totalValueExTax: item.total_value_ex_tax,
    salesTaxRate: item.sales_tax_rate,
    salesTaxStatus: item.sales_tax_status,
    salesTaxValue: item.sales_tax_value,
    currency: bill.currency,
    projectId: item.project,
    stockItemId: item.stock_item,
  }),
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
  map: (bill) => ({
    billId: bill.url,
    source: 'freeagent',
    reference: bill.reference,
    datedOn: bill.dated_on,
    dueOn: bill.due_on,
    contactId: bill.contact,
    contactName: bill.contact_name,
    netValue: bill.net_value,
    salesTaxValue: bill.sales_tax_value,
    totalValue: bill.total_value,
    paidValue: bill.paid_value,
    dueValue: bill.due_value,
    currency: bill.currency,
    exchangeRate: bill.exchange_rate,
    nativeDueValue: bill.native_due_value,
    status: bill.status,
    salesTaxStatus: agreed(bill.bill_items.map((item) => item.sales_tax_status)),
    comments: bill.comments,
    projectId: bill.project,
    ecStatus: bill.ec_status,
    paidOn: bill.paid_on,
    createdAtApi: bill.created_at,
    updatedAtApi: bill.updated_at,
  }),
  children: [lines],
});
