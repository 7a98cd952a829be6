import type { Payment, Sale, Trade } from './trade.js';
import type { Units } from './units.js';

const DAY = 86_400_000;

/** The gateway whose money comes in payouts. */
const GATEWAY = 'shopify_payments';

/** Business days between the end of a pay period and the payout; three in the United Kingdom. */
const BUSINESS_DAYS = 3;

/** The time of day at which payouts are sent. */
const SENT_AT_MS = 6 * 3_600_000;

/** One movement on the web shop's balance at its payment provider. */
export interface PayoutPart {
  readonly kind: 'charge' | 'refund';
  readonly saleId: string;
  /** Of the payment, or of the payment back. */
  readonly paymentId: string;
  /** Positive for a charge, negative for a refund. */
  readonly amount: Units;
  /** What the provider kept; it is not given back with a refund. */
  readonly fee: Units;
  readonly atMs: number;
}

/** What the payment provider sent to the bank in one transfer. */
export interface Payout {
  /** Digits, for ever the same for the same day. */
  readonly id: string;
  /** `YYYY-MM-DD`: the day it was sent and stands on the bank's statement. */
  readonly paidOn: string;
  readonly paidMs: number;
  /** The oldest first. */
  readonly parts: readonly PayoutPart[];
  readonly charges: Units;
  /** Positive. */
  readonly refunds: Units;
  readonly fees: Units;
  /** charges − refunds − fees, always above zero. */
  readonly total: Units;
}

/**
 * The web shop's payouts up to the anchor, the oldest first. What is captured on one day is sent three business days
 * later; Friday, Saturday and Sunday are one pay period. A period that is not above zero is carried over: its parts are
 * in the next payout (https://help.shopify.com/manual/payments/shopify-payments).
 */
export const payoutsOf = (trade: Trade): readonly Payout[] => settle(trade).payouts;

/** What is on the balance at the anchor and in no payout yet, the oldest first. */
export const pendingOf = (trade: Trade): readonly PayoutPart[] => settle(trade).pending;

function settle(trade: Trade): { payouts: readonly Payout[]; pending: readonly PayoutPart[] } {
  const later: PayoutPart[] = [];
  const periods = new Map<number, PayoutPart[]>();
  for (const part of partsOf(trade.sales)) {
    const paidMs = paidMsOf(part.atMs);
    if (paidMs > trade.anchorMs) {
      if (part.atMs <= trade.anchorMs) later.push(part);
      continue;
    }
    const period = periods.get(paidMs);
    if (period) period.push(part);
    else periods.set(paidMs, [part]);
  }
  const payouts: Payout[] = [];
  let carried: PayoutPart[] = [];
  for (const paidMs of [...periods.keys()].sort((a, b) => a - b)) {
    const payout = payoutOf(paidMs, [...carried, ...periods.get(paidMs)!]);
    carried = payout.total > 0 ? [] : [...payout.parts];
    if (payout.total > 0) payouts.push(payout);
  }
  return { payouts, pending: [...carried, ...later] };
}

function payoutOf(paidMs: number, parts: readonly PayoutPart[]): Payout {
  const sum = (kind: PayoutPart['kind']): Units =>
    parts.reduce((all, part) => all + (part.kind === kind ? part.amount : 0), 0);
  const fees = parts.reduce((all, part) => all + part.fee, 0);
  const charges = sum('charge');
  const refunds = 0 - sum('refund');
  return {
    id: String(60_000_000_000 + Math.floor(paidMs / DAY)),
    paidOn: new Date(paidMs).toISOString().slice(0, 10),
    paidMs,
    parts,
    charges,
    refunds,
    fees,
    total: charges - refunds - fees,
  };
}

function partsOf(sales: readonly Sale[]): PayoutPart[] {
  const ours = (payment: Payment): boolean => payment.gateway === GATEWAY;
  const parts = sales
    .filter((sale) => !sale.test)
    .flatMap((sale) => [
      ...sale.payments.filter(ours).map((one) => partOf(sale, 'charge', one)),
      ...sale.moneyBack.flatMap((back) =>
        back.payments.filter(ours).map((one) => partOf(sale, 'refund', one)),
      ),
    ]);
  return parts.sort((a, b) => a.atMs - b.atMs);
}

const partOf = (sale: Sale, kind: PayoutPart['kind'], payment: Payment): PayoutPart => ({
  kind,
  saleId: sale.id,
  paymentId: payment.id,
  amount: kind === 'charge' ? payment.amount : -payment.amount,
  fee: payment.fee,
  atMs: payment.atMs,
});

/** The instant at which what was captured then is sent. */
function paidMsOf(atMs: number): number {
  let day = Math.floor(atMs / DAY);
  // To the Sunday that ends the weekend's pay period.
  if (weekday(day) === 5) day += 2;
  else if (weekday(day) === 6) day += 1;
  for (let left = BUSINESS_DAYS; left > 0;) {
    day += 1;
    if (weekday(day) >= 1 && weekday(day) <= 5) left -= 1;
  }
  return day * DAY + SENT_AT_MS;
}

/** 0 is Sunday; the first of January 1970 was a Thursday. */
const weekday = (day: number): number => (day + 4) % 7;
