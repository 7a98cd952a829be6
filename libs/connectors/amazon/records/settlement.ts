import { wireDate, wireDecimal, wireInstant } from '#sync';
import { z } from 'zod';

/** Absent cells of the file are null. */
const cell = z.string().min(1).nullable();

/** One line of a settlement report, its amounts and days spelled one way whatever the file's country. */
const Line = z.object({
  lineNumber: z.int().positive(),
  /** Its place and what it said: lines that are alike to the last letter are two all the same. */
  key: z.string().min(1),
  type: cell,
  orderId: cell,
  merchantOrderId: cell,
  adjustmentId: cell,
  shipmentId: cell,
  marketplaceName: cell,
  amountType: cell,
  amountDescription: cell,
  amount: wireDecimal,
  fulfillmentId: cell,
  postedOn: wireDate.nullable(),
  postedAt: wireInstant.nullable(),
  orderItemCode: cell,
  merchantOrderItemId: cell,
  merchantAdjustmentItemId: cell,
  sku: cell,
  quantityPurchased: z.int().nullable(),
  promotionId: cell,
});

export const Settlement = z.object({
  settlementId: z.string().min(1),
  /** When Amazon made the report: a settlement may be reported more than once. */
  reportedAt: wireInstant,
  startAt: wireInstant.nullable(),
  endAt: wireInstant.nullable(),
  depositAt: wireInstant.nullable(),
  total: wireDecimal,
  currency: z.string().min(1),
  lines: z.array(Line),
});

export type Settlement = z.output<typeof Settlement>;
export type SettlementLine = z.output<typeof Line>;
export type SettlementText = z.input<typeof Settlement>;
export type LineText = z.input<typeof Line>;
