import {
  ACCOUNTS,
  type BankLine,
  type BookBill,
  type BookInvoice,
  type BookLine,
  type Books,
  type Explanation,
  type LedgerEntry,
} from './bookkeeping.js';
import { NOMINAL } from './chart.js';
import type { Units } from './units.js';

type Source = LedgerEntry['source'];
type Booking = readonly [nominal: string, debit: Units];

/** The general ledger of what was invoiced, billed and explained; a transfer is booked once, by the account it leaves. */
export function ledgerOf({
  invoices,
  bills,
  bankLines,
}: Pick<Books, 'invoices' | 'bills' | 'bankLines'>): LedgerEntry[] {
  return [
    ...invoices.flatMap(invoiced),
    ...bills.flatMap(billed),
    ...bankLines.flatMap((line) => line.explanations.flatMap((one) => explained(line, one))),
  ].sort((a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : 1));
}

/** What adds up to nothing is no entry; the rest is one each, in the order given. */
function entries(
  source: Source,
  atMs: number,
  description: string,
  bookings: readonly Booking[],
): LedgerEntry[] {
  return bookings
    .filter(([, debit]) => debit !== 0)
    .map(([nominal, debit], i) => ({
      key: `${source.kind}/${source.key}/${atMs}/${i + 1}`,
      atMs,
      nominal,
      description,
      debit,
      source,
    }));
}

function invoiced(invoice: BookInvoice): LedgerEntry[] {
  const source = { kind: 'invoice', key: invoice.key } as const;
  const bookings: Booking[] = [
    [NOMINAL.debtors, invoice.total],
    ...netByNominal(invoice.lines).map(([nominal, net]): Booking => [nominal, -net]),
    [NOMINAL.taxCharged, -invoice.tax],
  ];
  const issued = entries(source, invoice.issuedMs, `Invoice ${invoice.reference}`, bookings);
  if (invoice.writtenOffMs === null) return issued;
  const reversed = bookings.map(([nominal, debit]): Booking => [nominal, -debit]);
  return [
    ...issued,
    ...entries(
      source,
      Math.max(invoice.writtenOffMs, invoice.issuedMs + 1),
      `Write-off of ${invoice.reference}`,
      reversed,
    ),
  ];
}

function billed(bill: BookBill): LedgerEntry[] {
  return entries({ kind: 'bill', key: bill.key }, bill.issuedMs, `Bill ${bill.reference}`, [
    ...netByNominal(bill.lines),
    [NOMINAL.taxReclaimed, bill.tax],
    [NOMINAL.creditors, -bill.total],
  ]);
}

function netByNominal(lines: readonly BookLine[]): Booking[] {
  const net = new Map<string, Units>();
  for (const { nominal, total, tax } of lines) net.set(nominal, (net.get(nominal) ?? 0) + total - tax);
  return [...net];
}

const nominalOf = (account: BankLine['account']): string =>
  ACCOUNTS.find(({ key }) => key === account)!.nominal;

function explained({ account, atMs }: BankLine, one: Explanation): LedgerEntry[] {
  const source = { kind: 'explanation', key: one.key } as const;
  if (one.transfer !== null && one.amount > 0) return [];
  const other = otherSide(one);
  return entries(source, atMs, one.description, [
    [nominalOf(account), one.amount],
    [other, one.tax - one.amount],
    [one.kind === 'refund' ? NOMINAL.taxCharged : NOMINAL.taxReclaimed, -one.tax],
  ]);
}

function otherSide(one: Explanation): string {
  if (one.transfer !== null) return nominalOf(one.transfer);
  if (one.invoice !== null) return NOMINAL.debtors;
  if (one.bill !== null) return NOMINAL.creditors;
  return one.nominal!;
}
