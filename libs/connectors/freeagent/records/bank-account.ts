import { wireInstant } from '#sync';
import { z } from 'zod';
import { maybeDate, maybeDecimal, maybeFlag, maybeInstant, maybeText, ref } from './scalars.js';

export const BankAccount = z.object({
  url: ref,
  name: maybeText,
  bank_name: maybeText,
  type: maybeText,
  account_number: maybeText,
  sort_code: maybeText,
  iban: maybeText,
  bic: maybeText,
  opening_balance: maybeDecimal,
  current_balance: maybeDecimal,
  currency: maybeText,
  is_primary: maybeFlag,
  is_personal: maybeFlag,
  status: maybeText,
  latest_activity_date: maybeDate,
  created_at: maybeInstant,
  updated_at: wireInstant,
});
