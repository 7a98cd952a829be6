import type { Address, Sale } from './trade.js';
import type { Units } from './units.js';

/** What the business's bookkeeper made of its trade, up to the anchor. Keys are texts that last; ids are each wire's own. */
export interface Books {
  readonly currency: string;
  readonly contacts: readonly BookContact[];
  readonly accounts: readonly BookAccount[];
  /** One for each sale of either channel, test sales excepted; the oldest first. */
  readonly invoices: readonly BookInvoice[];
  readonly bills: readonly BookBill[];
  /** Statement lines of every account, the oldest first. */
  readonly bankLines: readonly BankLine[];
  /** Double entry: the debits add up to zero, for each source and in all. */
  readonly entries: readonly LedgerEntry[];
}

export interface BookContact {
  readonly key: string;
  readonly kind: 'buyer' | 'marketplace' | 'supplier';
  readonly organisation: string | null;
  /** A person's whole name. */
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: Address | null;
  readonly sinceMs: number;
}

export interface BookAccount {
  readonly key: 'current' | 'paypal' | 'amazon';
  readonly name: string;
  readonly type: 'StandardBankAccount' | 'PaypalAccount';
  /** Its own sub-account in the ledger. */
  readonly nominal: string;
}

export interface BookLine {
  readonly description: string;
  readonly quantity: number;
  /** The whole line, tax included. */
  readonly total: Units;
  readonly tax: Units;
  /** Where it is booked to. */
  readonly nominal: string;
}

export interface BookInvoice {
  /** `shopify/6100000000001` */
  readonly key: string;
  readonly contact: string;
  /** The sale's name: `#1001`, or the marketplace's order number. */
  readonly reference: string;
  /** The channel's own id of the sale. */
  readonly orderId: string;
  readonly channel: Sale['channel'];
  readonly issuedMs: number;
  readonly dueMs: number;
  /** They add up to `total`. */
  readonly lines: readonly BookLine[];
  readonly total: Units;
  readonly tax: Units;
  /** What bank lines have brought so far. */
  readonly paid: Units;
  /** The last of them, once nothing is owed any more. */
  readonly paidMs: number | null;
  /** A sale that was called off before anything was paid. */
  readonly writtenOffMs: number | null;
}

export interface BookBill {
  readonly key: string;
  readonly contact: string;
  readonly reference: string;
  readonly issuedMs: number;
  readonly dueMs: number;
  readonly lines: readonly BookLine[];
  readonly total: Units;
  readonly tax: Units;
  /** Paid whole on the day it was due; null where that is still to come. */
  readonly paidMs: number | null;
}

/** One line of a bank's statement and what it was for: the explanations add up to the amount. */
export interface BankLine {
  readonly key: string;
  readonly account: BookAccount['key'];
  readonly atMs: number;
  readonly amount: Units;
  readonly description: string;
  /** What the bank calls it: the payout's or the deposit's id; null where it was typed in. */
  readonly bankReference: string | null;
  readonly explanations: readonly Explanation[];
}

export interface Explanation {
  readonly key: string;
  readonly kind: 'receipt' | 'refund' | 'cost' | 'bill' | 'transfer' | 'loan';
  readonly amount: Units;
  /** Inside the amount, with its sign. */
  readonly tax: Units;
  readonly description: string;
  /** Where it is booked to; null for receipts, bills and transfers, which say it by what they settle. */
  readonly nominal: string | null;
  readonly invoice: string | null;
  readonly bill: string | null;
  readonly transfer: BookAccount['key'] | null;
}

export interface LedgerEntry {
  readonly key: string;
  readonly atMs: number;
  readonly nominal: string;
  readonly description: string;
  /** Above zero a debit, below zero a credit. */
  readonly debit: Units;
  readonly source: { readonly kind: 'invoice' | 'bill' | 'explanation'; readonly key: string };
}

export const ACCOUNTS: readonly BookAccount[] = [
  { key: 'current', name: 'Business Current Account', type: 'StandardBankAccount', nominal: '750-1' },
  { key: 'paypal', name: 'PayPal', type: 'PaypalAccount', nominal: '750-2' },
  { key: 'amazon', name: 'Amazon Seller Account', type: 'StandardBankAccount', nominal: '750-3' },
];

/** Names a sale in the books. */
export const saleKey = (sale: Pick<Sale, 'channel' | 'id'>): string => `${sale.channel}/${sale.id}`;
