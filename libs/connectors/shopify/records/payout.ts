import { wireInstant } from '#sync';
import { z } from 'zod';
import { gid, Money } from './scalars.js';

/** `BigInt` travels as text; a JavaScript number is taken while it is exact. */
const bigId = z
  .union([z.string().regex(/^\d+$/), z.int().nonnegative()])
  .transform(String)
  .nullable();

export const BalanceTransaction = z.object({
  id: gid,
  type: z.string(),
  test: z.boolean(),
  transactionDate: wireInstant,
  amount: Money,
  fee: Money,
  net: Money,
  sourceType: z.string().nullable(),
  sourceId: bigId,
  sourceOrderTransactionId: bigId,
  adjustmentReason: z.string().nullable(),
  associatedOrder: z.object({ id: gid, name: z.string() }).nullable(),
});
export type BalanceTransaction = z.output<typeof BalanceTransaction>;

const Summary = z.object({
  chargesGross: Money,
  chargesFee: Money,
  /** Gross, by its description; its name says more than it means. */
  refundsFeeGross: Money,
  refundsFee: Money,
  adjustmentsGross: Money,
  adjustmentsFee: Money,
  reservedFundsGross: Money,
  reservedFundsFee: Money,
  retriedPayoutsGross: Money,
  retriedPayoutsFee: Money,
  advanceGross: Money,
  advanceFees: Money,
});

export const Payout = z.object({
  id: gid,
  status: z.string(),
  transactionType: z.enum(['DEPOSIT', 'WITHDRAWAL']),
  issuedAt: wireInstant,
  net: Money,
  summary: Summary,
  externalTraceId: z.string().nullable(),
  /** Of a list beside payouts: Shopify lists none inside them. */
  transactions: z.array(BalanceTransaction).default([]),
});
export type Payout = z.output<typeof Payout>;
