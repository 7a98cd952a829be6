import { days } from '#kernel';
import { defineStream } from '#sync';
import { shipbobReceivingOrders } from '#warehouse/tables';
import { z } from 'zod';
import { idListing } from '../fetch.js';
import { after, before, nextOf, requestOf, type NumberedList } from '../numbered.js';
import { Receiving } from '../records/receiving.js';
import { receivingRow } from '../rows/receiving.js';

/** Everything but `Completed` and `Cancelled`. */
const OPEN = [
  'Awaiting',
  'Processing',
  'Incomplete',
  'Arrived',
  'PartiallyArrived',
  'PartiallyArrivedAtHub',
  'ArrivedAtHub',
  'ProcessingAtHub',
  'InternalTransfer',
].join(',');

const RECEIVING: NumberedList = {
  path: '/receiving',
  operation: 'receiving',
  page: 'Page',
  // A clock of its changes, but no filter by it: what is new, what is not done yet, and what was done since.
  passes: ({ from, to }) => [
    { InsertStartDate: after(from), InsertEndDate: before(to) },
    { Statuses: OPEN },
    { CompletedStartDate: after(from), CompletedEndDate: before(to) },
  ],
};

const Body = z.array(z.unknown());

export const receiving = defineStream({
  name: 'shipbob.receiving',
  title: 'Goods on their way in',
  every: days(1),
  size: { start: 100, min: 1, max: 250 },

  request: requestOf(RECEIVING),
  body: Body,
  records: (body) => body,
  next: nextOf(RECEIVING),

  schema: Receiving,
  key: (wro) => wro.id,
  cursor: {
    of: (wro) => wro.last_updated_date,
    // No list asks by it: one that was corrected after it was done is here with a new clock, and in none of the three.
    version: (wro) => wro.last_updated_date,
    order: 'unordered',
    lookback: days(14),
    startAt: null,
  },
  listing: idListing({
    list: RECEIVING,
    ids: 'IDs',
    body: Body,
    records: (body) => Body.parse(body),
    version: (payload) => Receiving.safeParse(payload).data?.last_updated_date ?? null,
  }),

  into: shipbobReceivingOrders,
  map: receivingRow,
});
