import { wireInstant } from '#sync';
import { z } from 'zod';
import { maybeDate, maybeDecimal, maybeFlag, maybeInstant, maybeText, ref } from './scalars.js';

export const BankTransaction = z.object({
  url: ref,
  bank_account: ref,
  /** Of its account: added to the record, which has none of its own. */
  currency: maybeText,
  dated_on: maybeDate,
  amount: maybeDecimal,
  unexplained_amount: maybeDecimal,
  description: maybeText,
  full_description: maybeText,
  transaction_id: maybeText,
  is_manual: maybeFlag,
  uploaded_at: maybeInstant,
  created_at: maybeInstant,
  updated_at: wireInstant,
});
