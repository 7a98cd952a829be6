import { wireDecimal, wireId, wireInteger } from '#sync';
import { z } from 'zod';
import { instant, listOf, newestOf, orNull } from './scalars.js';

const text = orNull(z.string());

const Goods = z.object({
  id: wireId,
  sku: text,
  name: text,
  quantity: wireInteger,
  action_requested: orNull(z.object({ action: text, action_type: text, instructions: text })),
  action_taken: listOf(z.object({ action: text, action_reason: text, quantity_processed: wireInteger })),
});

export const Return = z.object({
  id: wireId,
  reference_id: text,
  /** `AwaitingArrival` in some replies and `Awaiting Arrival` in others: kept without blanks. */
  status: orNull(z.string().transform((status) => status.replaceAll(' ', ''))),
  return_type: text,
  original_shipment_id: orNull(wireId),
  store_order_id: text,
  tracking_number: text,
  customer_name: text,
  insert_date: instant,
  awaiting_arrival_date: orNull(instant),
  arrived_date: orNull(instant),
  processing_date: orNull(instant),
  completed_date: orNull(instant),
  cancelled_date: orNull(instant),
  fulfillment_center: orNull(z.object({ id: wireId, name: text })),
  inventory: listOf(Goods),
  invoice: orNull(z.object({ amount: orNull(wireDecimal), currency_code: text })),
  status_history: listOf(z.object({ status: text, timestamp: instant })),
  transactions: listOf(z.object({ amount: wireDecimal, transaction_type: text })),
});

export type Return = z.output<typeof Return>;

/** It tells of no change as such: the newest of its steps. */
export const returnUpdatedAt = (back: Return): Date =>
  newestOf([
    back.insert_date,
    back.awaiting_arrival_date,
    back.arrived_date,
    back.processing_date,
    back.completed_date,
    back.cancelled_date,
    ...back.status_history.map(({ timestamp }) => timestamp),
  ])!;
