import { wireInstant } from '#sync';
import { z } from 'zod';
import { maybeDecimal, maybeFlag, maybeInstant, maybeInteger, maybeText, ref } from './scalars.js';

export const Contact = z.object({
  url: ref,
  organisation_name: maybeText,
  first_name: maybeText,
  last_name: maybeText,
  contact_name_on_invoices: maybeFlag,
  email: maybeText,
  billing_email: maybeText,
  phone_number: maybeText,
  mobile: maybeText,
  address1: maybeText,
  address2: maybeText,
  address3: maybeText,
  town: maybeText,
  region: maybeText,
  postcode: maybeText,
  country: maybeText,
  default_payment_terms_in_days: maybeInteger,
  charge_sales_tax: maybeText,
  sales_tax_registration_number: maybeText,
  active_projects_count: maybeInteger,
  account_balance: maybeDecimal,
  uses_contact_invoice_sequence: maybeFlag,
  status: maybeText,
  locale: maybeText,
  created_at: maybeInstant,
  updated_at: wireInstant,
});
export type Contact = z.output<typeof Contact>;
