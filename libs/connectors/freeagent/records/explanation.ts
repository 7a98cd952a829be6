import { wireInstant } from '#sync';
import { z } from 'zod';
import { maybeDate, maybeDecimal, maybeFlag, maybeRef, maybeText, ref } from './scalars.js';

export const Explanation = z.object({
  url: ref,
  bank_account: ref,
  /** Of its account: added to the record, which has none of its own. */
  currency: maybeText,
  bank_transaction: maybeRef,
  type: maybeText,
  dated_on: maybeDate,
  gross_value: maybeDecimal,
  description: maybeText,
  category: maybeRef,
  category_name: maybeText,
  foreign_currency_value: maybeDecimal,
  foreign_currency_type: maybeText,
  sales_tax_rate: maybeDecimal,
  sales_tax_value: maybeDecimal,
  sales_tax_status: maybeText,
  paid_invoice: maybeRef,
  paid_bill: maybeRef,
  paid_user: maybeRef,
  transfer_bank_account: maybeRef,
  project: maybeRef,
  marked_for_review: maybeFlag,
  updated_at: wireInstant,
});
export type Explanation = z.output<typeof Explanation>;
