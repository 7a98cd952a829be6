import { amazonSales } from './amazon-sales.js';
import { bankLinesOf } from './books-bank.js';
import { billsOf } from './books-bills.js';
import {
  ACCOUNTS,
  saleKey,
  type BankLine,
  type BookBill,
  type BookContact,
  type BookInvoice,
  type BookLine,
  type Books,
} from './bookkeeping.js';
import { ledgerOf } from './books-ledger.js';
import { NOMINAL } from './chart.js';
import type { Sale, Trade } from './trade.js';
import type { Units } from './units.js';

const DAY = 86_400_000;
const TERMS_DAYS = 30;

const known = new WeakMap<Trade, Books>();

/** The same trade has the same books, made once. */
export function booksOf(trade: Trade): Books {
  let books = known.get(trade);
  if (!books) known.set(trade, (books = makeBooks(trade)));
  return books;
}

function makeBooks(trade: Trade): Books {
  const sales = [...trade.sales, ...amazonSales(trade)]
    .filter((sale) => !sale.test)
    .sort((a, b) => a.placedMs - b.placedMs);
  const bills = billsOf(trade, sales);
  const bankLines = bankLinesOf(trade, sales, bills);
  const receipts = receiptsOf(bankLines);
  const invoices = sales.map((sale) => invoiceOf(sale, receipts.get(saleKey(sale)) ?? []));
  return {
    currency: trade.currency,
    contacts: contactsOf(sales, bills),
    accounts: ACCOUNTS,
    invoices,
    bills,
    bankLines,
    entries: ledgerOf({ invoices, bills, bankLines }),
  };
}

interface Receipt {
  readonly amount: Units;
  readonly atMs: number;
}

function receiptsOf(lines: readonly BankLine[]): Map<string, Receipt[]> {
  const receipts = new Map<string, Receipt[]>();
  for (const { atMs, explanations } of lines)
    for (const { invoice, amount } of explanations) {
      if (invoice === null) continue;
      const one = { amount, atMs };
      const others = receipts.get(invoice);
      if (others) others.push(one);
      else receipts.set(invoice, [one]);
    }
  return receipts;
}

function invoiceOf(sale: Sale, receipts: readonly Receipt[]): BookInvoice {
  const lines = invoiceLines(sale);
  const paid = receipts.reduce((sum, { amount }) => sum + amount, 0);
  const isPaid = receipts.length > 0 && paid >= sale.total;
  return {
    key: saleKey(sale),
    contact: contactKey(sale),
    reference: sale.name,
    orderId: sale.id,
    channel: sale.channel,
    issuedMs: sale.placedMs,
    dueMs: sale.placedMs + TERMS_DAYS * DAY,
    lines,
    total: sale.total,
    tax: lines.reduce((sum, { tax }) => sum + tax, 0),
    paid,
    paidMs: isPaid ? Math.max(...receipts.map(({ atMs }) => atMs)) : null,
    writtenOffMs: sale.payments.length === 0 && sale.total > 0 ? sale.cancelledMs : null,
  };
}

const sold = (description: string, quantity: number, total: Units, tax: Units): BookLine => ({
  description,
  quantity,
  total,
  tax,
  nominal: NOMINAL.sales,
});

function invoiceLines(sale: Sale): BookLine[] {
  const lines = sale.lines.map((line) =>
    sold(
      line.sku === null ? line.title : `${line.sku} ${line.title}`,
      line.quantity,
      line.quantity * line.unit - line.discount,
      line.tax,
    ),
  );
  return sale.shipping === 0 ? lines : [...lines, sold('Shipping', 1, sale.shipping, 0)];
}

const AMAZON = 'marketplace/amazon';

/** Every buyer of the web shop is a contact; Amazon's buyers are one, since the books know no more of them. */
function contactKey({ channel, buyer }: Sale): string {
  if (channel === 'amazon') return AMAZON;
  return `buyer/${buyer?.id ?? buyer?.email ?? 'guest'}`;
}

function contactsOf(sales: readonly Sale[], bills: readonly BookBill[]): BookContact[] {
  const contacts = new Map<string, BookContact>();
  const add = (contact: BookContact): void => {
    if (!contacts.has(contact.key)) contacts.set(contact.key, contact);
  };
  for (const sale of sales) add(sale.channel === 'amazon' ? marketplace(sale) : buyerOf(sale));
  for (const bill of bills) add(supplierOf(bill));
  return [...contacts.values()].sort((a, b) => a.sinceMs - b.sinceMs);
}

const NOBODY = { organisation: null, name: null, email: null, phone: null, address: null };

const buyerOf = (sale: Sale): BookContact => ({
  ...NOBODY,
  key: contactKey(sale),
  kind: 'buyer',
  name: sale.buyer?.name ?? 'Web shop guests',
  email: sale.buyer?.email ?? null,
  phone: sale.buyer?.phone ?? null,
  address: sale.buyer === null ? null : sale.address,
  sinceMs: sale.placedMs,
});

const marketplace = (sale: Sale): BookContact => ({
  ...NOBODY,
  key: AMAZON,
  kind: 'marketplace',
  organisation: 'Amazon Marketplace buyers',
  sinceMs: sale.placedMs,
});

const supplierOf = (bill: BookBill): BookContact => ({
  ...NOBODY,
  key: bill.contact,
  kind: 'supplier',
  organisation: bill.contact === 'supplier/fulfilment' ? 'Harbour Fulfilment Ltd' : 'Millbrook Wholesale Ltd',
  email: 'accounts@supplier.example',
  sinceMs: bill.issuedMs,
});
