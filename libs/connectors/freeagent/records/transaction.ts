import { wireDate, wireDecimal } from '#sync';
import { z } from 'zod';
import { maybeInstant, maybeJson, maybeRef, maybeText, ref } from './scalars.js';

export const Transaction = z.object({
  url: ref,
  dated_on: wireDate,
  description: maybeText,
  /** May be the top account while `nominal_code` names the sub-account. */
  category: maybeRef,
  category_name: maybeText,
  nominal_code: maybeText,
  /** Credits are below zero. */
  debit_value: wireDecimal,
  source_item_url: maybeText,
  foreign_currency_data: maybeJson,
  created_at: maybeInstant,
  updated_at: maybeInstant,
});
export type Transaction = z.output<typeof Transaction>;
