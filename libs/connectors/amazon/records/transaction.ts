import { wireDate, wireInstant, wireInteger } from '#sync';
import { z } from 'zod';
import { Currency } from './money.js';

/** A tree: what stands above is the sum of what stands below. */
export interface Breakdown {
  readonly breakdownType?: string | undefined;
  readonly breakdownAmount?: z.output<typeof Currency> | undefined;
  readonly breakdowns?: readonly Breakdown[] | null | undefined;
}

/** Deeper ones are none of Amazon's: the reader would not come back from them. */
const DEEPEST = 10;

const breakdownOf = (depth: number): z.ZodType<Breakdown> =>
  z.object({
    breakdownType: z.string().optional(),
    breakdownAmount: Currency.optional(),
    breakdowns:
      depth === 0 ? z.array(z.never()).max(0).nullish() : z.array(z.lazy(() => DEPTHS[depth - 1]!)).nullish(),
  });
const DEPTHS: readonly z.ZodType<Breakdown>[] = Array.from({ length: DEEPEST }, (_, depth) =>
  breakdownOf(depth),
);

const breakdowns = z.array(DEPTHS.at(-1)!).nullish();

/** Amazon tells some days without a time: from their first instant, UTC. */
const instantOrDay = z.union([wireInstant, wireDate.transform((day) => new Date(`${day}T00:00:00Z`))]);

/** Every kind of context in one: which fields there are tells which kind it is. */
const Context = z.object({
  contextType: z.string().optional(),
  asin: z.string().optional(),
  sku: z.string().optional(),
  quantityShipped: wireInteger.optional(),
  fulfillmentNetwork: z.string().optional(),
  deferralReason: z.string().optional(),
  maturityDate: instantOrDay.optional(),
});

const Item = z.object({
  description: z.string().optional(),
  totalAmount: Currency.optional(),
  relatedIdentifiers: z
    .array(
      z.object({
        itemRelatedIdentifierName: z.string().optional(),
        itemRelatedIdentifierValue: z.string().optional(),
      }),
    )
    .nullish(),
  breakdowns,
  contexts: z.array(Context).nullish(),
});

/** The vendor's model requires nothing; without a date it could be in no window, so that is needed. */
export const Transaction = z.object({
  transactionId: z.string().min(1).optional(),
  transactionType: z.string().optional(),
  transactionStatus: z.string().optional(),
  description: z.string().optional(),
  postedDate: wireInstant,
  totalAmount: Currency.optional(),
  sellingPartnerMetadata: z
    .object({ accountType: z.string().optional(), marketplaceId: z.string().optional() })
    .optional(),
  marketplaceDetails: z
    .object({ marketplaceId: z.string().optional(), marketplaceName: z.string().optional() })
    .optional(),
  relatedIdentifiers: z
    .array(
      z.object({
        relatedIdentifierName: z.string().optional(),
        relatedIdentifierValue: z.string().optional(),
      }),
    )
    .nullish(),
  contexts: z.array(Context).nullish(),
  breakdowns,
  items: z.array(Item).nullish(),
});

export type Transaction = z.output<typeof Transaction>;
export type TransactionItem = z.output<typeof Item>;
