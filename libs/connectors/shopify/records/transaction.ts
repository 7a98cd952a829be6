import { wireDecimal, wireInstant } from '#sync';
import { z } from 'zod';
import { OrderRef } from './order-ref.js';
import { BothMoney, gid, Money } from './scalars.js';

const Fee = z.object({
  type: z.string(),
  rate: wireDecimal,
  amount: Money,
  taxAmount: z.object({ amount: wireDecimal }),
});

export const Transaction = z.object({
  id: gid,
  kind: z.string(),
  status: z.string(),
  gateway: z.string().nullable(),
  paymentId: z.string().nullable(),
  errorCode: z.string().nullable(),
  test: z.boolean(),
  createdAt: wireInstant,
  processedAt: wireInstant.nullable(),
  settlementCurrency: z.string().nullable(),
  settlementCurrencyRate: wireDecimal.nullable(),
  amountSet: BothMoney,
  parentTransaction: z.object({ id: gid }).nullable(),
  /** Shopify Payments tells them, in the currency it pays out; other gateways none. */
  fees: z
    .array(Fee)
    .refine(
      (fees) => new Set(fees.map(({ amount }) => amount.currencyCode)).size <= 1,
      'fees in several currencies',
    ),
  order: OrderRef,
});

export type Transaction = z.output<typeof Transaction>;
