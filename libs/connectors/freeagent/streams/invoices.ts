import { days, times, toFixed } from '#kernel';
import { children, defineStream, type PageQuery } from '#sync';
import { freeagentInvoiceItems, freeagentInvoices } from '#warehouse/tables';
import { z } from 'zod';
import { get } from '../calls.js';
import { nextInWalk, PAGE_SIZE, unseenIn, upTo, walkQuery } from '../pages.js';
import { Invoice } from '../records/invoice.js';
import { agreed } from '../records/scalars.js';
import { addressOf, CHANGES, placed } from '../changes.js';
import type { FreeAgentSettings } from '../settings.js';

const lines = children({
  into: freeagentInvoiceItems,
  of: (invoice: Invoice) => placed(invoice.url, invoice.invoice_items),
  key: ({ key }) => key,
  map: ({ item }, invoice) => ({
    invoiceId: invoice.url,
    source: 'freeagent',
    position: item.position,
    description: item.description,
    itemType: item.item_type,
    quantity: item.quantity,
    price: item.price,
    salesTaxRate: item.sales_tax_rate,
    salesTaxStatus: item.sales_tax_status,
    currency: invoice.currency,
    categoryId: item.category,
    projectId: item.project,
    stockItemId: item.stock_item,
  }),
});

const inBaseCurrency = ({ net_value: net, exchange_rate: rate }: Invoice) =>
  net === null || rate === null ? null : toFixed(times(net, rate), 2);

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
  map: (invoice) => ({
    invoiceId: invoice.url,
    source: 'freeagent',
    reference: invoice.reference,
    datedOn: invoice.dated_on,
    dueOn: invoice.due_on,
    contactId: invoice.contact,
    contactName: invoice.contact_name,
    netValue: invoice.net_value,
    salesTaxValue: invoice.sales_tax_value,
    totalValue: invoice.total_value,
    paidValue: invoice.paid_value,
    dueValue: invoice.due_value,
    currency: invoice.currency,
    exchangeRate: invoice.exchange_rate,
    netValueInBaseCurrency: inBaseCurrency(invoice),
    status: invoice.status,
    paymentTermsInDays: invoice.payment_terms_in_days,
    salesTaxStatus: agreed(invoice.invoice_items.map((item) => item.sales_tax_status)),
    outsideOfSalesTaxScope: invoice.involves_sales_tax === null ? null : !invoice.involves_sales_tax,
    initialSalesTaxRate: invoice.invoice_items[0]?.sales_tax_rate ?? null,
    comments: invoice.comments,
    projectId: invoice.project,
    poReference: invoice.po_reference,
    discountPercent: invoice.discount_percent,
    ecStatus: invoice.ec_status,
    bankAccountId: invoice.bank_account,
    paidOn: invoice.paid_on,
    writtenOffOn: invoice.written_off_date,
    createdAtApi: invoice.created_at,
    updatedAtApi: invoice.updated_at,
  }),
  children: [lines],
});
