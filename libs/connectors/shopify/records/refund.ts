import { wireInstant } from '#sync';
import { z } from 'zod';
import { PageInfo } from '../pages.js';
import { OrderRef } from './order-ref.js';
import { BothMoney, gid, ShopMoney } from './scalars.js';

const listOf = <T extends z.ZodType>(one: T) => z.object({ pageInfo: PageInfo, nodes: z.array(one) });

const Item = z.object({
  /** Null in refunds brought over from elsewhere. */
  id: gid.nullable(),
  quantity: z.int(),
  restockType: z.string(),
  restocked: z.boolean(),
  lineItem: z.object({ id: gid, sku: z.string().nullable(), title: z.string() }),
  subtotalSet: ShopMoney,
  totalTaxSet: ShopMoney,
});
const Shipping = z.object({
  id: gid,
  shippingLine: z.object({ title: z.string() }),
  subtotalAmountSet: ShopMoney,
  taxAmountSet: ShopMoney,
});
const Adjustment = z.object({
  id: gid,
  reason: z.string().nullable(),
  amountSet: ShopMoney,
  taxAmountSet: ShopMoney,
});
const Duty = z.object({ amountSet: ShopMoney, originalDuty: z.object({ id: gid }).nullable() });

/** The lists inside a refund that go on behind a cursor. */
export const REFUND_LISTS = {
  refundLineItems: listOf(Item),
  refundShippingLines: listOf(Shipping),
  orderAdjustments: listOf(Adjustment),
  transactions: listOf(z.object({ id: gid })),
};

export const Refund = z.object({
  id: gid,
  createdAt: wireInstant.nullable(),
  processedAt: wireInstant,
  updatedAt: wireInstant,
  note: z.string().nullable(),
  totalRefundedSet: BothMoney,
  duties: z.array(Duty).nullable(),
  ...REFUND_LISTS,
  order: OrderRef,
});

export type Refund = z.output<typeof Refund>;
