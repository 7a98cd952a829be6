import { days } from '#kernel';
import { children, defineStream, type PageQuery } from '#sync';
import { freeagentInvoiceItems, freeagentInvoices } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { nextInWalk, PAGE_SIZE, unseenIn, upTo, walkQuery } from '../pages.js';
import { Invoice } from '../records/invoice.js';
import { invoiceRow, itemRow } from '../rows/invoice.js';
import { addressOf, CHANGES, placed } from '../changes.js';
import type { FreeAgentSettings } from '../settings.js';

const lines = children({
  into: freeagentInvoiceItems,
  of: (invoice: Invoice) => placed(invoice.url, invoice.invoice_items),
  key: ({ key }) => key,
  map: itemRow,
});

export const invoices = defineStream({
  name: 'freeagent.invoices',
  title: 'Invoices and their lines',
  every: days(1),
  size: PAGE_SIZE,

  request: ({ settings, ...at }: PageQuery<FreeAgentSettings>) =>
    get(settings, 'invoices', { view: 'all', nested_invoice_items: 'true', ...walkQuery(at) }),
  body: z.object({ invoices: z.array(z.unknown()) }),
  records: ({ invoices: all }, { place, window }) => upTo(window, unseenIn(all, place)),
  next: ({ body, ...page }) => nextInWalk(page, body.invoices),

  schema: Invoice,
  key: (invoice) => invoice.url,
  rawKey: addressOf,
  // An invoice falls overdue without a change of its stamp: those of the last month are read again.
  cursor: { ...CHANGES, of: (invoice) => invoice.updated_at, order: 'ascending', lookback: days(30) },

  into: freeagentInvoices,
  map: invoiceRow,
  children: [lines],
});
