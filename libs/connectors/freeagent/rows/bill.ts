import type { freeagentBillItems, freeagentBills, RowOf } from '#warehouse/tables';
import type { Bill } from '../records/bill.js';
import { agreed } from '../records/scalars.js';

export const billRow = (bill: Bill): RowOf<typeof freeagentBills> => ({
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
});

export const itemRow = (
  { item }: { readonly item: Bill['bill_items'][number] },
  bill: Bill,
): RowOf<typeof freeagentBillItems> => ({
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
});
