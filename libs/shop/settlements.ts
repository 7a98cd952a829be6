import { hash } from './random.js';
import { amazonPostings, type Posting, type SettlementLine } from './postings.js';
import type { Trade } from './trade.js';
import type { Units } from './units.js';

/** One closed fortnight of the account, as Amazon settles it. */
export interface Settlement {
  /** Eleven digits. */
  readonly id: string;
  readonly startMs: number;
  /** The first instant of the next one. */
  readonly endMs: number;
  readonly currency: string;
  /** Reserves last; they add up to `total`. */
  readonly lines: readonly SettlementLine[];
  /** Never below zero: what is owed is carried into the next one. */
  readonly total: Units;
  /** The transfer to the bank, which may lie after the anchor; null where there was nothing to pay out. */
  readonly deposit: { readonly id: string; readonly atMs: number } | null;
}

const DAY = 86_400_000;
const FORTNIGHT = 14 * DAY;
/** Fortnights are counted from here: a Tuesday. */
const EPOCH = Date.UTC(2009, 0, 6, 8, 52, 26);
/** What was shipped so late that the parcels may still be under way is held back. */
const HELD = 7 * DAY;
const UNTIL_DEPOSIT = 2 * DAY;

const known = new WeakMap<Trade, readonly Settlement[]>();

/**
 * Every closed fortnight up to the anchor, the oldest first. What Amazon booked in it, the reserve of the one before
 * paid out and a new one held back, add up to the deposit; a debt is a reserve below zero.
 */
export function settlementsOf(trade: Trade): readonly Settlement[] {
  let settlements = known.get(trade);
  if (!settlements) known.set(trade, (settlements = makeSettlements(trade)));
  return settlements;
}

function makeSettlements(trade: Trade): readonly Settlement[] {
  const postings = amazonPostings(trade);
  const first = postings[0];
  if (!first) return [];
  const byFortnight = new Map<number, Posting[]>();
  for (const posting of postings) {
    const n = fortnightOf(posting.postedMs);
    const inIt = byFortnight.get(n);
    if (inIt) inIt.push(posting);
    else byFortnight.set(n, [posting]);
  }
  const settlements: Settlement[] = [];
  let reserve: Units = 0;
  for (let n = fortnightOf(first.postedMs); EPOCH + (n + 1) * FORTNIGHT <= trade.anchorMs; n++) {
    const { settlement, held } = settle(trade, n, byFortnight.get(n) ?? [], reserve);
    settlements.push(settlement);
    reserve = held;
  }
  return settlements;
}

const fortnightOf = (ms: number): number => Math.floor((ms - EPOCH) / FORTNIGHT);

function settle(
  trade: Trade,
  n: number,
  postings: readonly Posting[],
  reserve: Units,
): { settlement: Settlement; held: Units } {
  const startMs = EPOCH + n * FORTNIGHT;
  const endMs = startMs + FORTNIGHT;
  const id = String(20_000_000_000 + (hash(`${trade.seed}/settlements`) % 1_000_000) * 10_000 + n);
  const balance = reserve + sumOf(postings);
  const late = sumOf(postings.filter(({ type, postedMs }) => type === 'Order' && postedMs >= endMs - HELD));
  const held = balance < 0 ? balance : Math.min(balance, late);
  const lines = [
    ...postings.flatMap((posting) => posting.lines),
    reserveLine('Previous Reserve Amount Balance', reserve, endMs),
    reserveLine('Current Reserve Amount', -held, endMs),
  ].filter(({ type, amount }) => type !== 'other-transaction' || amount !== 0);
  const total = balance - held;
  const deposit = total > 0 ? { id: `AMZN${id}`, atMs: endMs + UNTIL_DEPOSIT } : null;
  return { settlement: { id, startMs, endMs, currency: trade.currency, lines, total, deposit }, held };
}

const sumOf = (postings: readonly Posting[]): Units => postings.reduce((sum, { total }) => sum + total, 0);

/** A second before the end, so that it lies in its own fortnight. */
const reserveLine = (description: string, amount: Units, endMs: number): SettlementLine => ({
  type: 'other-transaction',
  orderId: null,
  adjustmentId: null,
  shipmentId: null,
  amountType: 'other-transaction',
  description,
  amount,
  fulfillment: null,
  postedMs: endMs - 1000,
  itemId: null,
  sku: null,
  quantity: null,
  promotion: null,
});
