import { wireInstant, wireInteger } from '#sync';
import { z } from 'zod';
import { Money } from './money.js';

/** What a part of the price is: ITEM, SHIPPING, TAX, DISCOUNT … and words not known yet. */
const Breakdown = z.object({ type: z.string(), subtotal: Money });

const Item = z.object({
  orderItemId: z.string().min(1),
  quantityOrdered: wireInteger,
  product: z.object({
    asin: z.string().optional(),
    title: z.string().optional(),
    sellerSku: z.string().optional(),
    price: z.object({ unitPrice: Money.optional() }).optional(),
  }),
  proceeds: z
    .object({ proceedsTotal: Money.optional(), breakdowns: z.array(Breakdown).optional() })
    .optional(),
  cancellation: z
    .object({
      cancellationRequest: z.object({ cancelReason: z.string().optional() }).optional(),
      cancellationExecution: z.object({ cancelReason: z.string().optional() }).optional(),
    })
    .optional(),
  fulfillment: z
    .object({ quantityFulfilled: wireInteger.optional(), quantityUnfulfilled: wireInteger.optional() })
    .optional(),
});

const Package = z.object({
  packageReferenceId: z.string(),
  createdTime: wireInstant.optional(),
  packageStatus: z.object({ status: z.string() }).optional(),
  carrier: z.string().optional(),
  shipTime: wireInstant.optional(),
  trackingNumber: z.string().optional(),
});

/** Everything but the ids, the instants and the lines may be absent: by dataset, by role, by an order's age. */
export const Order = z.object({
  orderId: z.string().min(1),
  createdTime: wireInstant,
  lastUpdatedTime: wireInstant,
  salesChannel: z.object({ channelName: z.string(), marketplaceId: z.string().optional() }),
  buyer: z.object({ buyerEmail: z.string().optional() }).optional(),
  proceeds: z.object({ grandTotal: Money.optional(), breakdowns: z.array(Breakdown).optional() }).optional(),
  fulfillment: z.object({ fulfillmentStatus: z.string(), fulfilledBy: z.string().optional() }).optional(),
  packages: z.array(Package).optional(),
  orderItems: z.array(Item),
});

export type Order = z.output<typeof Order>;
export type Item = z.output<typeof Item>;
export type Package = z.output<typeof Package>;
