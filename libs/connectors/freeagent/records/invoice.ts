import { wireInstant } from '#sync';
import { z } from 'zod';
import {
  maybeDate,
  maybeDecimal,
  maybeFlag,
  maybeInstant,
  maybeInteger,
  maybeRef,
  maybeText,
  ref,
} from './scalars.js';

const InvoiceItem = z.object({
  // The documentation shows lines without one.
  url: maybeRef,
  position: maybeDecimal,
  description: maybeText,
  item_type: maybeText,
  quantity: maybeDecimal,
  price: maybeDecimal,
  sales_tax_rate: maybeDecimal,
  sales_tax_status: maybeText,
  category: maybeRef,
  project: maybeRef,
  stock_item: maybeRef,
});

export const Invoice = z.object({
  url: ref,
  contact: maybeRef,
  contact_name: maybeText,
  reference: maybeText,
  dated_on: maybeDate,
  due_on: maybeDate,
  paid_on: maybeDate,
  written_off_date: maybeDate,
  net_value: maybeDecimal,
  sales_tax_value: maybeDecimal,
  total_value: maybeDecimal,
  paid_value: maybeDecimal,
  due_value: maybeDecimal,
  currency: maybeText,
  exchange_rate: maybeDecimal,
  discount_percent: maybeDecimal,
  status: maybeText,
  payment_terms_in_days: maybeInteger,
  involves_sales_tax: maybeFlag,
  comments: maybeText,
  po_reference: maybeText,
  ec_status: maybeText,
  project: maybeRef,
  bank_account: maybeRef,
  created_at: maybeInstant,
  updated_at: wireInstant,
  invoice_items: z.array(InvoiceItem),
});
export type Invoice = z.output<typeof Invoice>;
