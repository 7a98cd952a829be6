import { wireInstant } from '#sync';
import { z } from 'zod';
import { maybeDate, maybeDecimal, maybeInstant, maybeRef, maybeText, ref } from './scalars.js';

const BillItem = z.object({
  url: maybeRef,
  description: maybeText,
  category: maybeRef,
  quantity: maybeDecimal,
  unit: maybeText,
  total_value: maybeDecimal,
  total_value_ex_tax: maybeDecimal,
  sales_tax_rate: maybeDecimal,
  sales_tax_status: maybeText,
  sales_tax_value: maybeDecimal,
  project: maybeRef,
  stock_item: maybeRef,
});

export const Bill = z.object({
  url: ref,
  contact: maybeRef,
  contact_name: maybeText,
  reference: maybeText,
  dated_on: maybeDate,
  due_on: maybeDate,
  paid_on: maybeDate,
  net_value: maybeDecimal,
  sales_tax_value: maybeDecimal,
  total_value: maybeDecimal,
  paid_value: maybeDecimal,
  due_value: maybeDecimal,
  native_due_value: maybeDecimal,
  currency: maybeText,
  exchange_rate: maybeDecimal,
  status: maybeText,
  comments: maybeText,
  ec_status: maybeText,
  project: maybeRef,
  created_at: maybeInstant,
  updated_at: wireInstant,
  bill_items: z.array(BillItem),
});
export type Bill = z.output<typeof Bill>;
