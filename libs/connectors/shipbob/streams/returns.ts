import { days } from '#kernel';
import { defineStream } from '#sync';
import { shipbobReturns } from '#warehouse/tables';
import { z } from 'zod';
import { idListing } from '../fetch.js';
import { after, before, nextOf, requestOf, type NumberedList } from '../numbered.js';
import { Return, returnUpdatedAt } from '../records/return.js';
import { returnRow } from '../rows/return.js';

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
  cursor: {
    of: returnUpdatedAt,
    // No list asks by it: an old one that was corrected is here with a new clock, and in none of the three.
    version: returnUpdatedAt,
    order: 'unordered',
    lookback: days(30),
    startAt: null,
  },
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
