import { saleKey, type BankLine, type BookBill, type Explanation } from './bookkeeping.js';
import { NOMINAL } from './chart.js';
import { payoutsOf, type Payout } from './payouts.js';
import type { SettlementLine } from './postings.js';
import { settlementsOf, type Settlement } from './settlements.js';
import type { Payment, Sale, Trade } from './trade.js';
import { rounded, type Units } from './units.js';

/** What the owner lent the business before its first sale. */
const LOAN: Units = 50_000_000;

const NOTHING = { tax: 0, nominal: null, invoice: null, bill: null, transfer: null } as const;

/** Every line of every account's statement, the oldest first. */
export function bankLinesOf(trade: Trade, sales: readonly Sale[], bills: readonly BookBill[]): BankLine[] {
  const byKey = new Map(sales.map((sale) => [saleKey(sale), sale]));
  const lines = [
    ...sales.slice(0, 1).map(loan),
    ...payoutsOf(trade).map((payout) => payoutLine(trade, byKey, payout)),
    ...sales.filter(({ channel }) => channel === 'shopify').flatMap((sale) => directLines(trade, sale)),
    ...settlementsOf(trade).flatMap((settlement) => settlementLines(trade, byKey, settlement)),
    ...bills.flatMap(billLine),
  ];
  return lines.filter(({ atMs }) => atMs <= trade.anchorMs).sort((a, b) => a.atMs - b.atMs);
}

const line = (facts: Omit<BankLine, 'amount'>): BankLine => ({
  ...facts,
  amount: facts.explanations.reduce((sum, { amount }) => sum + amount, 0),
});

function loan({ placedMs }: Sale): BankLine {
  const key = 'loan/1';
  const description = 'Loan by the owner';
  const explained: Explanation = {
    ...NOTHING,
    key,
    kind: 'loan',
    amount: LOAN,
    description,
    nominal: NOMINAL.ownersLoan,
  };
  return line({
    key,
    account: 'current',
    atMs: placedMs,
    description,
    bankReference: null,
    explanations: [explained],
  });
}

const receipt = (key: string, sale: Sale, amount: Units): Explanation => ({
  ...NOTHING,
  key,
  kind: 'receipt',
  amount,
  description: `Payment of ${sale.name}`,
  invoice: saleKey(sale),
});

/** Money back, with the share of tax that the whole sale had. */
function refund(trade: Trade, key: string, sale: Sale, amount: Units): Explanation {
  const taxed = sale.lines.reduce((sum, { tax }) => sum + tax, 0);
  const tax = sale.total === 0 ? 0 : rounded(Math.round((amount * taxed) / sale.total), trade.currency);
  return {
    ...NOTHING,
    key,
    kind: 'refund',
    amount: -amount,
    tax: tax === 0 ? 0 : -tax,
    description: `Refund of ${sale.name}`,
    nominal: NOMINAL.sales,
  };
}

const cost = (key: string, description: string, nominal: string, amount: Units): Explanation => ({
  ...NOTHING,
  key,
  kind: 'cost',
  amount,
  description,
  nominal,
});

/** One line of the statement, split into what it is made of. */
function payoutLine(trade: Trade, sales: ReadonlyMap<string, Sale>, payout: Payout): BankLine {
  const key = `payout/${payout.id}`;
  const parts = payout.parts.map((part) => {
    const sale = sales.get(saleKey({ channel: 'shopify', id: part.saleId }))!;
    return part.kind === 'charge'
      ? receipt(`${key}/${part.paymentId}`, sale, part.amount)
      : refund(trade, `${key}/${part.paymentId}`, sale, -part.amount);
  });
  const fees =
    payout.fees > 0 ? [cost(`${key}/fees`, 'Payment fees', NOMINAL.paymentFees, -payout.fees)] : [];
  return line({
    key,
    account: 'current',
    atMs: payout.paidMs,
    description: `SHOPIFY PAYOUT ${payout.id}`,
    bankReference: payout.id,
    explanations: [...parts, ...fees],
  });
}

/** Payments that come one by one: by PayPal to its own account, by hand to the bank. */
function directLines(trade: Trade, sale: Sale): BankLine[] {
  const direct = (payments: readonly Payment[]): readonly Payment[] =>
    payments.filter(({ gateway }) => gateway !== 'shopify_payments');
  const lineOf = (payment: Payment, explained: Explanation): BankLine =>
    line({
      key: explained.key,
      account: payment.gateway === 'paypal' ? 'paypal' : 'current',
      atMs: payment.atMs,
      description: `${explained.description} by ${payment.gateway}`,
      bankReference: payment.gateway === 'paypal' ? `PP${payment.id}` : null,
      explanations: [explained],
    });
  return [
    ...direct(sale.payments).map((payment) =>
      lineOf(payment, receipt(`payment/${payment.id}`, sale, payment.amount)),
    ),
    ...sale.moneyBack.flatMap((back) =>
      direct(back.payments).map((payment) =>
        lineOf(payment, refund(trade, `payment/${payment.id}`, sale, payment.amount)),
      ),
    ),
  ];
}

const isReserve = ({ description }: SettlementLine): boolean => / Reserve Amount/.test(description);

/**
 * What Amazon booked goes through an account of its own, so that its balance is what Amazon still holds; the deposit is
 * a transfer out of it.
 */
function settlementLines(trade: Trade, sales: ReadonlyMap<string, Sale>, settlement: Settlement): BankLine[] {
  const { id, total, deposit } = settlement;
  const orders = new Map<string, SettlementLine[]>();
  for (const one of settlement.lines) {
    const key = `${one.type}/${one.orderId ?? one.description}/${one.adjustmentId ?? ''}`;
    const others = orders.get(key);
    if (isReserve(one)) continue;
    if (others) others.push(one);
    else orders.set(key, [one]);
  }
  const booked = [...orders].map(([key, lines]) =>
    bookedLine(trade, sales, `settlement/${id}/${key}`, lines),
  );
  if (!deposit) return booked;
  return [
    ...booked,
    transfer('amazon', 'current', {
      key: `deposit/${deposit.id}/out`,
      atMs: deposit.atMs,
      amount: -total,
      reference: deposit.id,
    }),
    transfer('current', 'amazon', {
      key: `deposit/${deposit.id}/in`,
      atMs: deposit.atMs,
      amount: total,
      reference: deposit.id,
    }),
  ];
}

function bookedLine(
  trade: Trade,
  sales: ReadonlyMap<string, Sale>,
  key: string,
  lines: readonly SettlementLine[],
): BankLine {
  const [first] = lines;
  const sale =
    first?.orderId == null ? undefined : sales.get(saleKey({ channel: 'amazon', id: first.orderId }));
  const fees = sumOf(lines.filter(({ amountType }) => amountType === 'ItemFees'));
  const gross = sumOf(lines) - fees;
  const explanations: Explanation[] = [];
  if (sale && first?.type === 'Order') explanations.push(receipt(`${key}/gross`, sale, gross));
  else if (sale && first?.type === 'Refund') explanations.push(refund(trade, `${key}/gross`, sale, -gross));
  else explanations.push(cost(`${key}/gross`, first!.description, nominalOf(first!), gross));
  if (fees !== 0) explanations.push(cost(`${key}/fees`, 'Amazon fees', NOMINAL.commission, fees));
  return line({
    key,
    account: 'amazon',
    atMs: first!.postedMs,
    description: `${first!.type} ${first!.orderId ?? first!.description}`,
    bankReference: null,
    explanations,
  });
}

const nominalOf = ({ amountType }: SettlementLine): string =>
  amountType === 'Cost of Advertising' ? NOMINAL.advertising : NOMINAL.software;

const sumOf = (lines: readonly SettlementLine[]): Units => lines.reduce((sum, { amount }) => sum + amount, 0);

function transfer(
  account: BankLine['account'],
  other: BankLine['account'],
  facts: { key: string; atMs: number; amount: Units; reference: string },
): BankLine {
  const { key, atMs, amount, reference } = facts;
  const description = `AMAZON DEPOSIT ${reference}`;
  const explained: Explanation = { ...NOTHING, key, kind: 'transfer', amount, description, transfer: other };
  return line({ key, account, atMs, description, bankReference: reference, explanations: [explained] });
}

function billLine(bill: BookBill): BankLine[] {
  if (bill.paidMs === null) return [];
  const key = `bill/${bill.key}`;
  const description = `Payment of ${bill.reference}`;
  const explained: Explanation = {
    ...NOTHING,
    key,
    kind: 'bill',
    amount: -bill.total,
    description,
    bill: bill.key,
  };
  return [
    line({
      key,
      account: 'current',
      atMs: bill.paidMs,
      description,
      bankReference: null,
      explanations: [explained],
    }),
  ];
}
