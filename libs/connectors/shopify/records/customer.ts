import { wireInstant } from '#sync';
import { z } from 'zod';
import { count, gid, Money } from './scalars.js';

/** A shop without approval for personal data gets null for every name, address, e-mail and phone. */
export const Customer = z.object({
  id: gid,
  createdAt: wireInstant,
  updatedAt: wireInstant,
  displayName: z.string(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  state: z.string(),
  numberOfOrders: count,
  amountSpent: Money,
  defaultEmailAddress: z.object({ emailAddress: z.string() }).nullable(),
  defaultPhoneNumber: z.object({ phoneNumber: z.string() }).nullable(),
  defaultAddress: z.object({ countryCodeV2: z.string().nullable() }).nullable(),
  lastOrder: z.object({ id: gid, processedAt: wireInstant }).nullable(),
  tags: z.array(z.string()),
});

export type Customer = z.output<typeof Customer>;
