import { z } from 'zod';
import { maybeFlag, maybeRef, maybeText, ref } from './scalars.js';

/** A category beside the name of the list it stood in, which FreeAgent tells nowhere else. */
export const Category = z.object({
  group: z.string(),
  category: z.object({
    url: ref,
    description: maybeText,
    // Text: it has leading zeros, and sub-accounts are spelled 750-1.
    nominal_code: z.string().regex(/^\d{3}(-\d+)?$/, 'a nominal code is three digits, or three and a number'),
    group_description: maybeText,
    allowable_for_tax: maybeFlag,
    tax_reporting_name: maybeText,
    auto_sales_tax_rate: maybeText,
    bank_account: maybeRef,
    user: maybeRef,
  }),
});
export type Category = z.output<typeof Category>;
