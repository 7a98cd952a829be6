import { idText, instantText } from './ids.js';
import type { LineItem } from './line-item.js';
import { rounded, type Units } from '#shop';
import { Money, type MoneyBag } from './money.js';
import type { Order } from './order.js';

/** What happens to an order after it was placed: payments, parcels, money back. */

export interface TransactionFacts {
  readonly n: number;
  readonly kind: string;
  readonly status: string;
  readonly gateway: string;
  readonly units: Units;
  readonly atMs: number;
  readonly parent?: Transaction;
  readonly errorCode?: string;
}

export class Transaction {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly gateway: string;
  readonly units: Units;
  readonly parentTransaction: Transaction | null;
  readonly errorCode: string | null;

  constructor(
    readonly order: Order,
    private readonly facts: TransactionFacts,
  ) {
    this.id = `gid://shopify/OrderTransaction/${idText('transaction', facts.n, order.beyond)}`;
    this.kind = facts.kind;
    this.status = facts.status;
    this.gateway = facts.gateway;
    this.units = facts.units;
    this.parentTransaction = facts.parent ?? null;
    this.errorCode = facts.errorCode ?? null;
  }

  get test(): boolean {
    return this.order.test;
  }
  get createdAt(): string {
    return instantText(this.facts.atMs);
  }
  get processedAt(): string | null {
    return this.status === 'PENDING' ? null : instantText(this.facts.atMs);
  }
  get paymentId(): string | null {
    return this.status === 'SUCCESS'
      ? `#${this.order.number}.${this.order.transactionList.indexOf(this) + 1}`
      : null;
  }
  get formattedGateway(): string {
    return this.gateway;
  }
  get manualPaymentGateway(): boolean {
    return this.gateway === 'manual';
  }
  private get isSettled(): boolean {
    return this.gateway === 'shopify_payments' && this.status === 'SUCCESS';
  }
  get settlementCurrency(): string | null {
    return this.isSettled ? this.order.currencyCode : null;
  }
  get settlementCurrencyRate(): string | null {
    return this.isSettled ? '1.0' : null;
  }
  get amountSet(): MoneyBag {
    return this.order.bag(this.units);
  }
  /** 1.5 % + 0.20, as the platform's own gateway takes; none on other gateways. */
  get feeUnits(): Units {
    if (!this.isSettled || this.kind === 'REFUND') return 0;
    return rounded(Math.round((this.units * 15) / 1000) + 2000, this.order.currencyCode);
  }
  get fees(): readonly object[] {
    const units = this.feeUnits;
    if (units === 0) return [];
    const currency = this.order.currencyCode;
    return [
      {
        id: this.id.replace('OrderTransaction', 'TransactionFee'),
        type: 'processing_fee',
        rate: '0.015',
        rateName: 'domestic',
        flatFeeName: null,
        amount: new Money(units, currency),
        flatFee: new Money(2000, currency),
        taxAmount: new Money(0, currency),
      },
    ];
  }
}

export interface Shipped {
  readonly line: LineItem;
  readonly quantity: number;
}

export interface Tracking {
  readonly number: string | null;
  readonly company: string | null;
  readonly url: string | null;
}

export class Fulfillment {
  readonly legacyResourceId: string;
  status = 'SUCCESS';
  private changedMs: number;

  constructor(
    readonly order: Order,
    n: number,
    readonly shipped: readonly Shipped[],
    private readonly atMs: number,
    public trackingList: readonly Tracking[],
    public deliveredMs: number | null,
  ) {
    this.changedMs = deliveredMs ?? atMs;
    this.legacyResourceId = idText('fulfillment', n, order.beyond);
    for (const { line, quantity } of shipped) line.fulfilled += quantity;
  }

  get id(): string {
    return `gid://shopify/Fulfillment/${this.legacyResourceId}`;
  }
  get name(): string {
    return `${this.order.name}.${this.order.fulfillmentList.indexOf(this) + 1}`;
  }
  /** Other numbers on the same goods. */
  track(trackingList: readonly Tracking[], atMs: number): void {
    this.trackingList = trackingList;
    this.changedMs = atMs;
  }
  deliver(atMs: number): void {
    this.deliveredMs = this.changedMs = atMs;
  }
  /** The goods are to be sent again. */
  cancel(atMs: number): void {
    this.status = 'CANCELLED';
    this.changedMs = atMs;
    for (const { line, quantity } of this.shipped) line.fulfilled -= quantity;
  }
  get isCancelled(): boolean {
    return this.status === 'CANCELLED';
  }
  get displayStatus(): string | null {
    if (this.isCancelled) return 'CANCELED';
    if (this.trackingList.length === 0) return null;
    return this.deliveredMs === null ? 'IN_TRANSIT' : 'DELIVERED';
  }
  get createdAt(): string {
    return instantText(this.atMs);
  }
  get updatedAt(): string {
    return instantText(this.changedMs);
  }
  get deliveredAt(): string | null {
    return this.deliveredMs === null ? null : instantText(this.deliveredMs);
  }
  get inTransitAt(): string | null {
    return this.trackingList.length === 0 ? null : instantText(this.atMs);
  }
  get estimatedDeliveryAt(): null {
    return null;
  }
  get requiresShipping(): boolean {
    return true;
  }
  get totalQuantity(): number {
    return this.shipped.reduce((total, one) => total + one.quantity, 0);
  }
  get lineList(): readonly object[] {
    return this.shipped.map(({ line, quantity }) => ({
      id: `gid://shopify/FulfillmentLineItem/${line.legacyResourceId}${this.order.fulfillmentList.indexOf(this)}`,
      quantity,
      lineItem: line,
      originalTotalSet: this.order.bag(quantity * line.unit),
      discountedTotalSet: this.order.bag(quantity * (line.unit - line.unitDiscount)),
    }));
  }
}

export class Refund {
  readonly legacyResourceId: string;
  readonly transactionList: Transaction[] = [];

  constructor(
    readonly order: Order,
    n: number,
    readonly taken: readonly Shipped[],
    private readonly atMs: number,
    readonly note: string | null,
    readonly restockType: string,
    /** Refunds brought over from elsewhere have no instant of creation, and their items no ids. */
    private readonly hasCreatedAt = true,
    /** Of the order's shipping, as far as it was paid back. */
    readonly shipping: Units = 0,
  ) {
    this.legacyResourceId = idText('refund', n, order.beyond);
    for (const { line, quantity } of taken) line.currentQuantity -= quantity;
  }

  get id(): string {
    return `gid://shopify/Refund/${this.legacyResourceId}`;
  }
  get returned(): boolean {
    return this.restockType === 'RETURN';
  }
  get createdAt(): string | null {
    return this.hasCreatedAt ? instantText(this.atMs) : null;
  }
  get processedAt(): string {
    return instantText(this.atMs);
  }
  get updatedAt(): string {
    return instantText(this.atMs);
  }
  get paid(): Units {
    return this.transactionList.reduce((total, one) => total + one.units, 0);
  }
  get totalRefundedSet(): MoneyBag {
    return this.order.bag(this.paid);
  }
  /** What its items and its shipping are worth beyond what was paid back; below zero where more was paid. */
  get discrepancy(): Units {
    const goods = this.taken.reduce(
      (total, { line, quantity }) => total + quantity * (line.unit - line.unitDiscount),
      0,
    );
    return goods + this.shipping - this.paid;
  }
  /** Sold within one country: none was paid. */
  get duties(): readonly object[] {
    return [];
  }
  get adjustmentList(): readonly object[] {
    if (this.discrepancy === 0) return [];
    return [
      {
        id: `gid://shopify/OrderAdjustment/${this.legacyResourceId}`,
        reason: this.transactionList.length === 0 ? 'PENDING_REFUND_DISCREPANCY' : 'REFUND_DISCREPANCY',
        amountSet: this.order.bag(this.discrepancy),
        taxAmountSet: this.order.bag(0),
      },
    ];
  }
  get shippingList(): readonly object[] {
    if (this.shipping === 0) return [];
    return [
      {
        id: `gid://shopify/RefundShippingLine/${this.legacyResourceId}`,
        shippingLine: this.order.shippingLine,
        subtotalAmountSet: this.order.bag(this.shipping),
        taxAmountSet: this.order.bag(0),
      },
    ];
  }
  get lineList(): readonly object[] {
    return this.taken.map(({ line, quantity }, i) => ({
      id: this.hasCreatedAt ? `gid://shopify/RefundLineItem/${this.legacyResourceId}${i}` : null,
      quantity,
      lineItem: line,
      restockType: this.restockType,
      restocked: this.restockType !== 'NO_RESTOCK',
      priceSet: this.order.bag(line.unit - line.unitDiscount),
      subtotalSet: this.order.bag(quantity * (line.unit - line.unitDiscount)),
      totalTaxSet: this.order.bag(line.taxOf(quantity)),
    }));
  }
}
