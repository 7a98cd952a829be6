import { cursorOf, type FollowSpec } from '#sync';
import { z } from 'zod';
import { connection, MONEY_BAG, object } from './cost.js';
import { graphql } from './graphql.js';
import { nextInside, NO_MORE } from './pages.js';
import { type Refund, REFUND_LISTS } from './records/refund.js';
import { toGid } from './records/scalars.js';
import type { ShopifySettings } from './settings.js';

/*
 * What a refund is made of: four lists, short as a rule. Few of each come with the refund; a refund that has more of one
 * is followed to that list's end.
 */

interface Part {
  readonly fields: string;
  readonly cost: number;
  /** With the refund, and behind it. */
  readonly first: number;
  readonly more: number;
}
type Name = keyof typeof REFUND_LISTS;

const AMOUNT = '{ shopMoney { amount } }';

export const REFUND_PARTS: Readonly<Record<Name, Part>> = {
  refundLineItems: {
    fields: `id quantity restockType restocked lineItem { id sku title } subtotalSet ${AMOUNT} totalTaxSet ${AMOUNT}`,
    cost: object(object(), MONEY_BAG, MONEY_BAG),
    first: 8,
    more: 75,
  },
  refundShippingLines: {
    fields: `id shippingLine { title } subtotalAmountSet ${AMOUNT} taxAmountSet ${AMOUNT}`,
    cost: object(object(), MONEY_BAG, MONEY_BAG),
    first: 2,
    more: 50,
  },
  orderAdjustments: {
    fields: `id reason amountSet ${AMOUNT} taxAmountSet ${AMOUNT}`,
    cost: object(MONEY_BAG, MONEY_BAG),
    first: 2,
    more: 50,
  },
  transactions: { fields: 'id', cost: object(), first: 3, more: 100 },
};

const NAMES = Object.keys(REFUND_PARTS) as Name[];

const nodesOf = ({ fields }: Part): string => `{ pageInfo { hasNextPage endCursor } nodes { ${fields} } }`;

/** The four lists as a refund's selection, and what they cost. */
export const REFUND_PARTS_FIELDS = NAMES.map(
  (name) => `${name}(first: ${REFUND_PARTS[name].first}) ${nodesOf(REFUND_PARTS[name])}`,
).join('\n      ');
export const REFUND_PARTS_COST = NAMES.map((name) =>
  connection(REFUND_PARTS[name].first, REFUND_PARTS[name].cost),
);

export const moreDocument = (name: Name): string =>
  `query More${name[0]!.toUpperCase()}${name.slice(1)}($id: ID!, $after: String, $first: Int!) {
  refund(id: $id) {
    rest: ${name}(first: $first, after: $after) ${nodesOf(REFUND_PARTS[name])}
  }
}`;

export const moreCost = (name: Name): number =>
  object(connection(REFUND_PARTS[name].more, REFUND_PARTS[name].cost));

/** The rest of one of the lists; where the refund was deleted between the calls, it ends here. */
function more(name: Name): FollowSpec<Refund, ShopifySettings> {
  const document = moreDocument(name);
  const Rest = z.object({
    data: z.object({ refund: z.object({ rest: REFUND_LISTS[name] }).nullable() }),
  });
  return {
    next: (refund) => nextInside(refund[name].pageInfo, `refund ${refund.id}`),
    request: ({ record, place, settings }) =>
      graphql({
        settings,
        operation: document.slice('query '.length, document.indexOf('(')),
        document,
        variables: {
          id: toGid('Refund', record.id),
          after: cursorOf(place),
          first: REFUND_PARTS[name].more,
        },
        weight: moreCost(name),
      }),
    merge: (refund, body) => {
      const rest = Rest.parse(body).data.refund?.rest;
      const nodes = [...refund[name].nodes, ...(rest?.nodes ?? [])];
      return { ...refund, [name]: { pageInfo: rest?.pageInfo ?? NO_MORE, nodes } };
    },
  };
}

export const REFUND_FOLLOWS: readonly FollowSpec<Refund, ShopifySettings>[] = NAMES.map(more);
