import { defineTable, exact, indexedText, instant, json, text } from './define.js';

/** Goods on their way back to ShipBob, or back. */
export const shipbobReturns = defineTable('shipbob_returns', {
  returnId: text(),
  source: text(),
  originalShipmentId: text().orNull,
  /** As whoever announced it named it. */
  referenceId: indexedText().orNull,
  /** The sales channel's id of the order: `orders.source_id`. */
  storeOrderId: indexedText().orNull,
  /** Without the blanks that some of ShipBob's replies have: `AwaitingArrival`. */
  status: indexedText().orNull,
  returnType: text().orNull,
  customerName: text().orNull,
  trackingNumber: text().orNull,
  /** What ShipBob charged for it: the sum of `transactions`, or its invoice where none are listed. */
  totalCost: exact().orNull,
  /** Null where ShipBob does not tell. */
  currency: text().orNull,
  fulfillmentCenterId: indexedText().orNull,
  fulfillmentCenterName: text().orNull,
  /** What comes back, with what was asked to be done with it and what was. */
  items: json().orNull,
  /** What was charged for it, amounts as text. */
  transactions: json().orNull,
  statusHistory: json().orNull,
  insertDate: instant().orNull,
  arrivedDate: instant().orNull,
  completedDate: instant().orNull,
  cancelledDate: instant().orNull,
});
