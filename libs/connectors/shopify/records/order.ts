import { wireInstant } from '#sync';
import { z } from 'zod';
import { PageInfo } from '../pages.js';
import { BothMoney, gid, ShopMoney } from './scalars.js';

/** One line of an order. A deleted product, a tip or a typed-in line has neither product nor variant nor SKU. */
export const LineItem = z.object({
  id: gid,
  sku: z.string().nullable(),
  title: z.string(),
  quantity: z.int(),
  currentQuantity: z.int(),
  product: z.object({ id: gid }).nullable(),
  variant: z.object({ id: gid }).nullable(),
  originalUnitPriceSet: ShopMoney,
  discountedTotalSet: ShopMoney,
  taxLines: z.array(z.object({ priceSet: ShopMoney })),
});

export const LineItems = z.object({ pageInfo: PageInfo, nodes: z.array(LineItem) });

const Tracking = z.object({
  number: z.string().nullable(),
  company: z.string().nullable(),
  url: z.string().nullable(),
});

export const Fulfillment = z.object({
  status: z.string(),
  updatedAt: wireInstant,
  trackingInfo: z.array(Tracking),
});

export const Order = z.object({
  id: gid,
  name: z.string(),
  updatedAt: wireInstant,
  processedAt: wireInstant,
  cancelledAt: wireInstant.nullable(),
  cancelReason: z.string().nullable(),
  test: z.boolean(),
  currencyCode: z.string(),
  presentmentCurrencyCode: z.string(),
  displayFinancialStatus: z.string().nullable(),
  displayFulfillmentStatus: z.string(),
  email: z.string().nullable(),
  customer: z.object({ id: gid }).nullable(),
  totalPriceSet: BothMoney,
  currentTotalPriceSet: ShopMoney,
  subtotalPriceSet: ShopMoney.nullable(),
  totalTaxSet: ShopMoney.nullable(),
  totalShippingPriceSet: ShopMoney,
  totalDiscountsSet: ShopMoney.nullable(),
  totalRefundedSet: ShopMoney,
  fulfillments: z.array(Fulfillment),
  lineItems: LineItems,
});

export type Order = z.output<typeof Order>;
export type LineItem = z.output<typeof LineItem>;
export type Fulfillment = z.output<typeof Fulfillment>;
