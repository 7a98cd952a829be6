import { amazonSales, lineFeeOf, shippedByMerchant } from './amazon-sales.js';
import type { MoneyBack, Payment, Sale, SoldLine, Trade } from './trade.js';
import { rounded, type Units } from './units.js';

/** One amount that Amazon booked, with the words its settlement report uses for it. */
export interface SettlementLine {
  readonly type: 'Order' | 'Refund' | 'ServiceFee' | 'other-transaction';
  readonly orderId: string | null;
  readonly adjustmentId: string | null;
  readonly shipmentId: string | null;
  readonly amountType: string;
  readonly description: string;
  readonly amount: Units;
  /** Shipped by Amazon, or by the seller; null where nothing was shipped. */
  readonly fulfillment: 'AFN' | 'MFN' | null;
  readonly postedMs: number;
  readonly itemId: string | null;
  readonly sku: string | null;
  /** On lines of the price alone, as in the report. */
  readonly quantity: number | null;
  readonly promotion: string | null;
}

/** Lines that were booked together: one shipment, one refund, one fee. */
export interface Posting {
  readonly id: string;
  readonly type: SettlementLine['type'];
  readonly postedMs: number;
  readonly orderId: string | null;
  readonly lines: readonly SettlementLine[];
  readonly total: Units;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What the seller's account costs each month. */
const SUBSCRIPTION: Units = 250_000;
/** Advertising, of what goods were sold for in the week before. */
const ADVERTISING_PERCENT = 2;

const known = new WeakMap<Trade, readonly Posting[]>();

/**
 * Everything Amazon booked for the business up to the anchor, the oldest first. A sale's lines add up to what the buyer
 * paid less the fee of its payment, a refund's to what was paid back; beside them the monthly subscription and a week's
 * advertising, which is charged in two equal halves at the same instant.
 */
export function amazonPostings(trade: Trade): readonly Posting[] {
  let postings = known.get(trade);
  if (!postings) known.set(trade, (postings = makePostings(trade)));
  return postings;
}

function makePostings(trade: Trade): readonly Posting[] {
  const bySales = amazonSales(trade).flatMap((sale) => postingsOfSale(sale, trade.currency));
  const firstMs = Math.min(...bySales.map(({ postedMs }) => postedMs));
  if (firstMs === Infinity) return [];
  const fees = [...subscriptions(firstMs, trade.anchorMs), ...advertising(bySales, firstMs, trade)];
  return [...bySales, ...fees].sort((a, b) => a.postedMs - b.postedMs || (a.id < b.id ? -1 : 1));
}

function postingsOfSale(sale: Sale, currency: string): Posting[] {
  const merchant = shippedByMerchant(sale);
  return [
    ...sale.payments.map((payment) => shipment(sale, payment, merchant, currency)),
    ...sale.moneyBack.flatMap((back) =>
      back.payments.map((payment) => refund(sale, back, payment, merchant, currency)),
    ),
  ];
}

const BLANK = { adjustmentId: null, shipmentId: null, quantity: null, promotion: null } as const;

const posting = (
  id: string,
  facts: Pick<Posting, 'type' | 'postedMs' | 'orderId'>,
  lines: readonly SettlementLine[],
): Posting => ({ id, ...facts, lines, total: lines.reduce((sum, { amount }) => sum + amount, 0) });

function shipment(sale: Sale, payment: Payment, merchant: boolean, currency: string): Posting {
  const facts = { type: 'Order', orderId: sale.id, postedMs: payment.atMs } as const;
  const shipmentId = `D${sale.id.replace(/\D/g, '').slice(3, 12)}`;
  const lines = sale.lines.flatMap((line, i): SettlementLine[] => {
    const at = {
      ...BLANK,
      ...facts,
      shipmentId,
      fulfillment: merchant ? 'MFN' : 'AFN',
      itemId: line.id,
      sku: line.sku,
    } as const;
    const referral = lineFeeOf(line, true, currency);
    const handling = lineFeeOf(line, merchant, currency) - referral;
    const amounts: SettlementLine[] = [
      { ...at, ...price('Principal', principalOf(line)), quantity: line.quantity },
      { ...at, ...price('Tax', line.tax) },
      { ...at, ...price('Shipping', i === 0 ? sale.shipping : 0) },
      {
        ...at,
        amountType: 'Promotion',
        description: 'Principal',
        amount: -line.discount,
        promotion: 'Tenth off',
      },
      { ...at, amountType: 'ItemFees', description: 'Commission', amount: -referral },
      { ...at, amountType: 'ItemFees', description: 'FBAPerUnitFulfillmentFee', amount: -handling },
    ];
    return amounts.filter(({ amount, description }) => amount !== 0 || description === 'Principal');
  });
  return posting(payment.id, facts, lines);
}

const price = (description: string, amount: Units) => ({ amountType: 'ItemPrice', description, amount });

/** The goods before tax; the discount has a line of its own. */
const principalOf = (line: SoldLine): Units => line.quantity * line.unit - line.tax;

function refund(sale: Sale, back: MoneyBack, payment: Payment, merchant: boolean, currency: string): Posting {
  const facts = { type: 'Refund', orderId: sale.id, postedMs: payment.atMs } as const;
  const [taken] = back.lines;
  const line = sale.lines.find(({ id }) => id === taken?.lineId);
  const at = {
    ...BLANK,
    ...facts,
    adjustmentId: payment.id,
    fulfillment: merchant ? 'MFN' : 'AFN',
    itemId: line?.id ?? null,
    sku: line?.sku ?? null,
  } as const;
  const tax = rounded(Math.round((payment.amount * 20) / 120), currency);
  return posting(payment.id, facts, [
    { ...at, ...price('Principal', tax - payment.amount), quantity: taken?.quantity ?? null },
    { ...at, ...price('Tax', -tax) },
  ]);
}

const NOTHING_SHIPPED = { ...BLANK, orderId: null, fulfillment: null, itemId: null, sku: null } as const;

/** On the first of each month. */
function subscriptions(firstMs: number, anchorMs: number): Posting[] {
  const first = new Date(firstMs);
  const postings: Posting[] = [];
  for (let month = 1; ; month++) {
    const postedMs = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, 1, 7);
    if (postedMs > anchorMs) return postings;
    const facts = { type: 'other-transaction', orderId: null, postedMs } as const;
    const line = { ...NOTHING_SHIPPED, ...facts, amountType: 'other-transaction' };
    postings.push(
      posting(`subscription/${month}`, facts, [
        { ...line, description: 'Subscription Fee', amount: -SUBSCRIPTION },
      ]),
    );
  }
}

/** At the end of each week in which something was sold. */
function advertising(sold: readonly Posting[], firstMs: number, trade: Trade): Posting[] {
  const byWeek = new Map<number, Units>();
  for (const { type, postedMs, lines } of sold) {
    if (type !== 'Order') continue;
    const week = Math.floor((postedMs - firstMs) / (7 * DAY));
    const goods = lines.filter(({ quantity }) => quantity !== null);
    byWeek.set(
      week,
      goods.reduce((sum, { amount }) => sum + amount, byWeek.get(week) ?? 0),
    );
  }
  return [...byWeek].flatMap(([week, goods]) => {
    const postedMs = firstMs + (week + 1) * 7 * DAY;
    const half = rounded(Math.floor((goods * ADVERTISING_PERCENT) / 200), trade.currency);
    if (half === 0 || postedMs > trade.anchorMs) return [];
    const facts = { type: 'ServiceFee', orderId: null, postedMs } as const;
    return [1, 2].map((n) =>
      posting(`advertising/${week}/${n}`, facts, [
        {
          ...NOTHING_SHIPPED,
          ...facts,
          amountType: 'Cost of Advertising',
          description: 'TransactionTotalAmount',
          amount: -half,
        },
      ]),
    );
  });
}
