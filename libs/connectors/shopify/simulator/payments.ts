import { pendingOf, payoutsOf, type Payout as Sent, type PayoutPart, type Trade, type Units } from '#shop';
import { idText, instantText } from './ids.js';
import { Money } from './money.js';
import { Collection } from './store.js';

/*
 * The shop's account with Shopify Payments: what was paid out, of what, and what still waits for it. Made of the shop's
 * payments when it is first asked for.
 */

interface TransactionFacts {
  readonly seq: number;
  readonly type: 'CHARGE' | 'REFUND' | 'TRANSFER';
  readonly amount: Units;
  readonly fee: Units;
  readonly atMs: number;
  readonly payout: Payout | null;
  readonly order: { readonly id: string; readonly name: string } | null;
  readonly paymentId: string | null;
}

/** A movement on the account's balance, shaped as the schema's `ShopifyPaymentsBalanceTransaction`. */
class BalanceTransaction {
  readonly seq: number;
  readonly legacyResourceId: string;
  readonly test = false;
  readonly adjustmentReason = null;
  readonly adjustmentsOrders: readonly object[] = [];

  constructor(
    readonly facts: TransactionFacts,
    private readonly currency: string,
  ) {
    this.seq = facts.seq;
    this.legacyResourceId = idText('balanceTransaction', facts.seq, false);
  }

  get id(): string {
    return `gid://shopify/ShopifyPaymentsBalanceTransaction/${this.legacyResourceId}`;
  }
  get type(): string {
    return this.facts.type;
  }
  get sourceType(): string {
    return this.facts.type;
  }
  get sourceId(): string | null {
    return this.facts.paymentId ?? this.facts.payout?.legacyResourceId ?? null;
  }
  get sourceOrderTransactionId(): string | null {
    return this.facts.paymentId;
  }
  get transactionDate(): string {
    return instantText(this.facts.atMs);
  }
  get amount(): Money {
    return new Money(this.facts.amount, this.currency);
  }
  get fee(): Money {
    return new Money(this.facts.fee, this.currency);
  }
  get netUnits(): Units {
    return this.facts.amount - this.facts.fee;
  }
  get net(): Money {
    return new Money(this.netUnits, this.currency);
  }
  get associatedOrder(): object | null {
    return this.facts.order;
  }
  get associatedPayout(): { id: string | null; status: string } {
    const { payout } = this.facts;
    return { id: payout?.id ?? null, status: payout?.status ?? 'PENDING' };
  }
}

/** One transfer to the bank, shaped as the schema's `ShopifyPaymentsPayout`. */
class Payout {
  readonly legacyResourceId: string;
  readonly status = 'PAID';
  readonly transactionType = 'DEPOSIT';
  externalTraceId: string | null;

  constructor(
    readonly seq: number,
    readonly sent: Sent,
    private readonly currency: string,
  ) {
    this.legacyResourceId = sent.id;
    this.externalTraceId = `TRACE${sent.id}`;
  }

  get id(): string {
    return `gid://shopify/ShopifyPaymentsPayout/${this.legacyResourceId}`;
  }
  get issuedMs(): number {
    return this.sent.paidMs;
  }
  get issuedAt(): string {
    return instantText(this.sent.paidMs);
  }
  get net(): Money {
    return new Money(this.sent.total, this.currency);
  }
  get summary(): Readonly<Record<string, Money>> {
    const { charges, refunds, fees } = this.sent;
    const amounts: Readonly<Record<string, Units>> = {
      chargesGross: charges,
      chargesFee: fees,
      refundsFeeGross: 0 - refunds,
    };
    return Object.fromEntries(SUMMARY.map((name) => [name, new Money(amounts[name] ?? 0, this.currency)]));
  }

  /** The bank gave the transfer another trace. */
  retrace(atMs: number): void {
    this.externalTraceId = `TRACE${this.legacyResourceId}/${Math.floor(atMs / 1000)}`;
  }
}
export type { Payout, BalanceTransaction };

const SUMMARY = [
  'adjustmentsFee',
  'adjustmentsGross',
  'advanceFees',
  'advanceGross',
  'chargesFee',
  'chargesGross',
  'refundsFee',
  'refundsFeeGross',
  'reservedFundsFee',
  'reservedFundsGross',
  'retriedPayoutsFee',
  'retriedPayoutsGross',
];

export class PaymentsAccount {
  readonly id = 'gid://shopify/ShopifyPaymentsAccount/1';
  readonly activated = true;
  readonly country = 'GB';
  readonly payouts = new Collection<Payout>({
    ID: (payout) => payout.seq,
    ISSUED_AT: (payout) => payout.issuedMs,
    AMOUNT: (payout) => payout.sent.total,
    STATUS: (payout) => payout.status,
  });
  readonly transactions = new Collection<BalanceTransaction>({
    ID: (one) => one.seq,
    PROCESSED_AT: (one) => one.facts.atMs,
    AMOUNT: (one) => one.facts.amount,
    NET: (one) => one.netUnits,
  });
  readonly defaultCurrency: string;

  constructor(trade: Trade) {
    this.defaultCurrency = trade.currency;
    const names = new Map(trade.sales.map(({ id, name }) => [id, name]));
    payoutsOf(trade).forEach((sent, i) => {
      const payout = new Payout(i + 1, sent, trade.currency);
      this.payouts.add(payout);
      for (const part of sent.parts) this.book(part, names, payout);
      // The money that left for the bank: with it nothing is left of the payout.
      this.put({ type: 'TRANSFER', amount: -sent.total, fee: 0, atMs: sent.paidMs, payout });
    });
    for (const part of pendingOf(trade)) this.book(part, names, null);
  }

  private book(
    { kind, saleId, paymentId, amount, fee, atMs }: PayoutPart,
    names: ReadonlyMap<string, string>,
    payout: Payout | null,
  ): void {
    const order = { id: `gid://shopify/Order/${saleId}`, name: names.get(saleId) ?? '' };
    this.put({ type: kind === 'charge' ? 'CHARGE' : 'REFUND', amount, fee, atMs, payout, order, paymentId });
  }

  private put(
    facts: Omit<TransactionFacts, 'seq' | 'order' | 'paymentId'> &
      Partial<Pick<TransactionFacts, 'order' | 'paymentId'>>,
  ): void {
    const seq = this.transactions.size + 1;
    this.transactions.add(
      new BalanceTransaction({ order: null, paymentId: null, ...facts, seq }, this.defaultCurrency),
    );
  }
}
