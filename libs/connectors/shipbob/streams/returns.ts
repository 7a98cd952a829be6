import { days, sum, type Decimal } from '#kernel';
import { defineStream } from '#sync';
import { shipbobReturns, type RowOf } from '#warehouse/tables';
import { z } from 'zod';
import { idListing } from '../fetch.js';
import { after, before, nextOf, requestOf, type NumberedList } from '../numbered.js';
import { Return, returnUpdatedAt } from '../records/return.js';

/** Both spellings are documented, and which one is filtered by is not. */
const OPEN = 'AwaitingArrival,Awaiting Arrival,Arrived,Processing';

const RETURNS: NumberedList = {
  path: '/return',
  operation: 'returns',
  page: 'Cursor',
  always: { SortOrder: 'Asc' },
  // There is no filter for what changed: what is new, what is not done yet, and what was done since.
  passes: ({ from, to }) => [
    { StartDate: after(from), EndDate: before(to) },
    { Status: OPEN },
    { CompletedStartDate: after(from), CompletedEndDate: before(to) },
  ],
};

const Body = z.object({
  items: z
    .array(z.unknown())
    .nullish()
    .transform((items) => items ?? []),
});

/** What was charged for it step by step; the invoice where no steps are listed. */
function costOf({ transactions, invoice }: Return): Decimal | null {
  return transactions.length > 0 ? sum(transactions.map(({ amount }) => amount)) : (invoice?.amount ?? null);
}

const returnRow = (back: Return): RowOf<typeof shipbobReturns> => ({
  returnId: back.id,
  source: 'shipbob',
  originalShipmentId: back.original_shipment_id,
  referenceId: back.reference_id,
  storeOrderId: back.store_order_id,
  status: back.status,
  returnType: back.return_type,
  customerName: back.customer_name,
  trackingNumber: back.tracking_number,
  totalCost: costOf(back),
  currency: back.invoice?.currency_code ?? null,
  fulfillmentCenterId: back.fulfillment_center?.id ?? null,
  fulfillmentCenterName: back.fulfillment_center?.name ?? null,
  items: back.inventory,
  transactions: back.transactions,
  statusHistory: back.status_history.map(({ status, timestamp }) => ({
    status,
    timestamp: timestamp.toISOString(),
  })),
  insertDate: back.insert_date,
  arrivedDate: back.arrived_date,
  completedDate: back.completed_date,
  cancelledDate: back.cancelled_date,
});

export const returns = defineStream({
  name: 'shipbob.returns',
  title: 'Goods on their way back',
  every: days(1),
  size: { start: 250, min: 1, max: 250 },

  request: requestOf(RETURNS),
  body: Body,
  records: (body) => body.items,
  next: nextOf(RETURNS),

  schema: Return,
  key: (back) => back.id,
  cursor: { of: returnUpdatedAt, order: 'unordered', lookback: days(30), startAt: null },
  listing: idListing({
    list: RETURNS,
    ids: 'Ids',
    body: Body,
    records: (body) => Body.parse(body).items,
    version: (payload) => {
      const back = Return.safeParse(payload);
      return back.success ? returnUpdatedAt(back.data) : null;
    },
  }),

  into: shipbobReturns,
  map: returnRow,
});
