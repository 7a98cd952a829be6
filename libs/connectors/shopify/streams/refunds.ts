import { minutes } from '#kernel';
import { defineStream, wireInstant } from '#sync';
import { shopifyRefunds } from '#warehouse/tables';
import { LARGEST_PAGE, MONEY_BAG, object } from '../cost.js';
import { orderList, type OrderListSpec } from '../order-lists.js';
import { Refund } from '../records/refund.js';
import { REFUND_FOLLOWS, REFUND_PARTS_COST, REFUND_PARTS_FIELDS } from '../refund-lists.js';
import { refundLines, refundRow } from '../rows/refund.js';

export const REFUNDS = {
  field: 'refunds',
  type: 'Refund',
  fields: `id createdAt processedAt updatedAt note
      totalRefundedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
      duties { amountSet { shopMoney { amount } } originalDuty { id } }
      ${REFUND_PARTS_FIELDS}`,
  cost: object(object(object(), object()), object(MONEY_BAG, object()), ...REFUND_PARTS_COST),
  // Few orders have one, and one is dear: pages only tell which orders do.
  shown: { first: 1, fields: 'id', cost: object() },
  whole: 5,
  ids: {
    fields: 'id updatedAt',
    cost: object(),
    size: { start: 150, min: 1, max: LARGEST_PAGE },
    version: ({ updatedAt }) => wireInstant.parse(updatedAt),
  },
  fetched: 5,
} as const satisfies OrderListSpec;

const head = orderList(REFUNDS);

export const refunds = defineStream({
  ...head,
  name: 'shopify.refunds',
  title: 'Refunds and what they are made of',
  every: minutes(30),
  size: { start: 150, min: 1, max: LARGEST_PAGE },

  schema: Refund,
  key: (refund) => refund.id,
  cursor: { ...head.cursor, version: (refund) => refund.updatedAt },
  follow: REFUND_FOLLOWS,

  into: shopifyRefunds,
  map: refundRow,
  children: [refundLines],
});
