import {
  amazonPostings,
  hash,
  settlementsOf,
  type Posting,
  type SettlementLine,
  type Trade,
  type Units,
} from '#shop';
import { asinOf } from './orders.js';
import { amountOf, type Marketplace } from './words.js';

const DAY = 86_400_000;
/** Every so many shipments are to a company, whose money is kept back until it pays. */
const DEFERRED_EVERY = 10;
const DEFERRED_MS = 7 * DAY;
/** Every so many entries come late, under their own date. */
const LATE_EVERY = 6;
const LATEST_MS = 2 * DAY;

/** One entry of Amazon's books. */
export interface Transaction {
  readonly id: string;
  readonly type: string;
  readonly postedMs: number;
  /** When it is told for the first time. */
  readonly toldMs: number;
  readonly total: Units;
  readonly ids: Readonly<Record<string, string>>;
  readonly lines: readonly SettlementLine[];
  readonly maturesMs: number | null;
  /** Released money of that one. */
  readonly released: boolean;
  description: string;
}

const TYPES: Readonly<Record<Posting['type'], readonly [type: string, description: string]>> = {
  Order: ['Shipment', 'Order Payment'],
  Refund: ['Refund', 'Refund Order'],
  ServiceFee: ['ServiceFee', 'Cost of Advertising'],
  'other-transaction': ['ServiceFee', 'Subscription'],
};

/** What was posted and paid out, the oldest first; a shipment to a company twice: held back, and released. */
export function transactionsOf(trade: Trade): Transaction[] {
  const postings = amazonPostings(trade);
  const settlements = settlementsOf(trade);
  const settledIn = (ms: number): string | undefined =>
    settlements.find(({ startMs, endMs }) => startMs <= ms && ms < endMs)?.id;
  let shipments = 0;
  const booked = postings.flatMap((posting) => {
    const isDeferred = posting.type === 'Order' && shipments++ % DEFERRED_EVERY === 3;
    return ofPosting(posting, isDeferred, settledIn(posting.postedMs));
  });
  const paid = settlements.flatMap(({ id, deposit, total }): Transaction[] =>
    deposit === null
      ? []
      : [
          {
            id: deposit.id,
            type: 'Transfer',
            postedMs: deposit.atMs,
            toldMs: deposit.atMs,
            total: -total,
            ids: { DISBURSEMENT_ID: deposit.id, SETTLEMENT_ID: id },
            lines: [],
            maturesMs: null,
            released: false,
            description: 'Disbursement',
          },
        ],
  );
  return [...booked, ...paid].sort((a, b) => a.postedMs - b.postedMs || (a.id < b.id ? -1 : 1));
}

function ofPosting(posting: Posting, isDeferred: boolean, settlementId: string | undefined): Transaction[] {
  const [type, description] = TYPES[posting.type];
  const seed = hash(posting.id);
  const late = seed % LATE_EVERY === 0 ? (seed % 1000) * (LATEST_MS / 1000) : 0;
  const one: Transaction = {
    id: posting.id,
    type,
    postedMs: posting.postedMs,
    toldMs: posting.postedMs + late,
    total: posting.total,
    ids: {
      ...(posting.orderId === null ? {} : { ORDER_ID: posting.orderId }),
      ...(settlementId === undefined ? {} : { SETTLEMENT_ID: settlementId }),
    },
    lines: posting.lines,
    maturesMs: null,
    released: false,
    description,
  };
  if (!isDeferred) return [one];
  const maturesMs = posting.postedMs + DEFERRED_MS;
  const releasedId = `${posting.id}/released`;
  return [
    { ...one, maturesMs, ids: { ...one.ids, RELEASE_TRANSACTION_ID: releasedId } },
    {
      ...one,
      id: releasedId,
      postedMs: maturesMs,
      toldMs: maturesMs,
      released: true,
      ids: { ...one.ids, DEFERRED_TRANSACTION_ID: posting.id },
    },
  ];
}

/** Deferred money changes its status when it is released, under the same id and date. */
export const statusOf = ({ maturesMs }: Transaction, nowMs: number): string =>
  maturesMs === null ? 'RELEASED' : maturesMs <= nowMs ? 'DEFERRED_RELEASED' : 'DEFERRED';

/** Marks a text that is a number on the wire: `12.10` keeps its zero, which no float does. */
const MARK = '\u0001';

/** JSON with money as the numbers Amazon writes. */
export const withNumbers = (body: object): string =>
  JSON.stringify(body).replace(/"\\u0001([^"]*?)\\u0001"/g, '$1');

const currencyOf = (units: Units, currency: string): object => ({
  currencyAmount: `${MARK}${amountOf(units, currency)}${MARK}`,
  currencyCode: currency,
});

export function transactionOnWire(
  one: Transaction,
  {
    currency,
    marketplace,
    seller,
    nowMs,
  }: { currency: string; marketplace: Marketplace; seller: string; nowMs: number },
): object {
  const matures = one.maturesMs;
  return {
    sellingPartnerMetadata: {
      sellingPartnerId: seller,
      accountType: 'PAYABLE',
      marketplaceId: marketplace.id,
    },
    transactionId: one.id,
    transactionType: one.type,
    transactionStatus: statusOf(one, nowMs),
    description: one.description,
    postedDate: new Date(one.postedMs).toISOString(),
    totalAmount: currencyOf(one.total, currency),
    marketplaceDetails: { marketplaceId: marketplace.id, marketplaceName: marketplace.name },
    relatedIdentifiers: Object.entries(one.ids).map(([relatedIdentifierName, relatedIdentifierValue]) => ({
      relatedIdentifierName,
      relatedIdentifierValue,
    })),
    ...(matures === null
      ? {}
      : {
          contexts: [
            {
              contextType: 'DeferredContext',
              deferralReason: 'B2B',
              maturityDate: new Date(matures).toISOString(),
            },
          ],
        }),
    breakdowns: treeOf(one.lines, one.total, currency),
    items: itemsOf(one.lines, currency),
  };
}

const GROUPS: Readonly<Record<string, string>> = {
  ItemPrice: 'Sales',
  ItemFees: 'Expenses',
  Promotion: 'Promotions',
};

/** Each kind of amount under the group it is in. */
function groupsOf(lines: readonly SettlementLine[], total: Units): Map<string, Map<string, Units>> {
  const groups = new Map<string, Map<string, Units>>();
  for (const { amountType, description, amount } of lines) {
    const kinds = groups.get(GROUPS[amountType] ?? 'Other') ?? new Map<string, Units>();
    kinds.set(description, (kinds.get(description) ?? 0) + amount);
    groups.set(GROUPS[amountType] ?? 'Other', kinds);
  }
  if (groups.size === 0) groups.set('Transfer', new Map([['Transfer', total]]));
  return groups;
}

/** The amounts that add up to the total, each with the words on the way to it. */
export const leavesOf = (lines: readonly SettlementLine[], total: Units): [path: string[], amount: Units][] =>
  [...groupsOf(lines, total)].flatMap(([group, kinds]) =>
    [...kinds].map(([kind, amount]): [string[], Units] => [[group, kind], amount]),
  );

/** Two levels: a group, and under it each kind of amount. */
function treeOf(lines: readonly SettlementLine[], total: Units, currency: string): object[] {
  return [...groupsOf(lines, total)].map(([group, kinds]) => ({
    breakdownType: group,
    breakdownAmount: currencyOf(
      [...kinds.values()].reduce((sum, units) => sum + units, 0),
      currency,
    ),
    breakdowns: [...kinds].map(([kind, units]) => ({
      breakdownType: kind,
      breakdownAmount: currencyOf(units, currency),
      breakdowns: [],
    })),
  }));
}

function itemsOf(lines: readonly SettlementLine[], currency: string): object[] {
  const byItem = new Map<string, SettlementLine[]>();
  for (const line of lines)
    if (line.itemId !== null) byItem.set(line.itemId, [...(byItem.get(line.itemId) ?? []), line]);
  return [...byItem].map(([itemId, own]) => {
    const total = own.reduce((sum, { amount }) => sum + amount, 0);
    const [{ sku, fulfillment }] = own as [SettlementLine];
    const quantity = own.find((line) => line.quantity !== null)?.quantity;
    return {
      description: sku ?? itemId,
      totalAmount: currencyOf(total, currency),
      relatedIdentifiers: [
        { itemRelatedIdentifierName: 'ORDER_ADJUSTMENT_ITEM_ID', itemRelatedIdentifierValue: itemId },
      ],
      breakdowns: treeOf(own, total, currency),
      contexts: [
        {
          contextType: 'ProductContext',
          ...(sku === null ? {} : { sku, asin: asinOf(sku) }),
          ...(quantity === undefined ? {} : { quantityShipped: quantity }),
          fulfillmentNetwork: fulfillment,
        },
      ],
    };
  });
}
