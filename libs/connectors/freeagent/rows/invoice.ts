import { times, toFixed, type Decimal } from '#kernel';
import type { freeagentInvoiceItems, freeagentInvoices, RowOf } from '#warehouse/tables';
import type { Invoice } from '../records/invoice.js';
import { agreed } from '../records/scalars.js';

const inBaseCurrency = ({ net_value: net, exchange_rate: rate }: Invoice): Decimal | null =>
  net === null || rate === null ? null : toFixed(times(net, rate), 2);

export const invoiceRow = (invoice: Invoice): RowOf<typeof freeagentInvoices> => ({
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
});

export const itemRow = (
  { item }: { readonly item: Invoice['invoice_items'][number] },
  invoice: Invoice,
): RowOf<typeof freeagentInvoiceItems> => ({
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
});
