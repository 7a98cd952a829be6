import { wireInstant } from '#sync';
import { z } from 'zod';
import { maybeDecimal, maybeFlag, maybeInstant, maybeInteger, maybeJson, maybeText, ref } from './scalars.js';

export const User = z.object({
  url: ref,
  email: maybeText,
  first_name: maybeText,
  last_name: maybeText,
  ni_number: maybeText,
  unique_tax_reference: maybeText,
  role: maybeText,
  permission_level: maybeInteger,
  // Sent as a number by some and as text by others.
  opening_mileage: maybeDecimal,
  current_payroll_profile: maybeJson,
  hidden: maybeFlag,
  created_at: maybeInstant,
  updated_at: wireInstant,
});
