import { FAMILIES, idText, instantText } from './ids.js';
import { LineItem, taxLine, type LineFacts } from './line-item.js';
import type { Units } from '#shop';
import { MoneyBag, type Presentment } from './money.js';
import type { Fulfillment, Refund, Transaction } from './events.js';
import type { Address, Customer } from './catalog.js';

export interface OrderFacts {
  /** Position among all orders the shop ever had: its id, and the tie-break of every sort. */
  readonly seq: number;
  readonly name: string;
  readonly number: number;
  readonly createdMs: number;
  readonly processedMs: number;
  readonly updatedMs: number;
  readonly currency: string;
  readonly presentment: Presentment;
  readonly customer: Customer | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: Address | null;
  readonly shipping: Units;
  readonly test: boolean;
  readonly note: string | null;
  readonly tags: readonly string[];
  /** Whether its ids lie past 2^53. */
  readonly beyond: boolean;
  readonly taxesIncluded: boolean;
}

export class Order {
  readonly seq: number;
  readonly legacyResourceId: string;
  readonly createdMs: number;
  readonly processedMs: number;
  readonly beyond: boolean;
  readonly customer: Customer | null;
  readonly createdAt: string;
  tags: readonly string[];
  cancelledMs: number | null = null;
  cancelReason: string | null = null;
  closedMs: number | null = null;
  edited = false;
  authorizedOnly = false;
  shippingRefunded: Units = 0;
  readonly lines: LineItem[] = [];
  readonly transactionList: Transaction[] = [];
  readonly fulfillmentList: Fulfillment[] = [];
  readonly refundList: Refund[] = [];
  #updatedMs: number;
  #updatedAt: string;

  constructor(readonly facts: OrderFacts) {
    this.seq = facts.seq;
    this.legacyResourceId = idText('order', facts.seq, facts.beyond);
    this.createdMs = facts.createdMs;
    this.processedMs = facts.processedMs;
    this.beyond = facts.beyond;
    this.customer = facts.customer;
    this.createdAt = instantText(facts.createdMs);
    this.tags = facts.tags;
    this.#updatedMs = facts.updatedMs;
    this.#updatedAt = instantText(facts.updatedMs);
    facts.customer?.placed.add(this);
  }

  addLine(facts: LineFacts): LineItem {
    const line = new LineItem(this, facts);
    this.lines.push(line);
    return line;
  }

  get updatedMs(): number {
    return this.#updatedMs;
  }
  set updatedMs(ms: number) {
    this.#updatedMs = ms;
    this.#updatedAt = instantText(ms);
  }
  get updatedAt(): string {
    return this.#updatedAt;
  }
  get id(): string {
    return `gid://shopify/Order/${this.legacyResourceId}`;
  }
  get name(): string {
    return this.facts.name;
  }
  get number(): number {
    return this.facts.number;
  }
  get processedAt(): string {
    return instantText(this.processedMs);
  }
  get cancelledAt(): string | null {
    return this.cancelledMs === null ? null : instantText(this.cancelledMs);
  }
  get closedAt(): string | null {
    return this.closedMs === null ? null : instantText(this.closedMs);
  }
  get closed(): boolean {
    return this.closedMs !== null;
  }
  get confirmed(): boolean {
    return true;
  }
  get test(): boolean {
    return this.facts.test;
  }
  get currencyCode(): string {
    return this.facts.currency;
  }
  get presentmentCurrencyCode(): string {
    return this.facts.presentment.currency;
  }
  get email(): string | null {
    return this.facts.email;
  }
  get phone(): string | null {
    return this.facts.phone;
  }
  get note(): string | null {
    return this.facts.note;
  }
  get poNumber(): string | null {
    return null;
  }
  get sourceName(): string | null {
    return this.facts.customer === null ? null : 'web';
  }
  get app(): null {
    return null;
  }
  get taxesIncluded(): boolean {
    return this.facts.taxesIncluded;
  }
  get shippingAddress(): Address | null {
    return this.facts.address;
  }
  get billingAddress(): Address | null {
    return this.facts.address;
  }
  get discountCodes(): readonly string[] {
    return this.totalDiscounts > 0 ? ['WELCOME10'] : [];
  }
  get paymentGatewayNames(): readonly string[] {
    return [...new Set(this.transactionList.map((transaction) => transaction.gateway))];
  }
  get returnStatus(): string {
    return this.refundList.some((refund) => refund.returned) ? 'RETURNED' : 'NO_RETURN';
  }

  bag(units: Units): MoneyBag {
    return new MoneyBag(units, this.facts.currency, this.facts.presentment);
  }

  get subtotal(): Units {
    let total = 0;
    for (const line of this.lines) total += line.net;
    return total;
  }
  get currentSubtotal(): Units {
    let total = 0;
    for (const line of this.lines) total += line.currentQuantity * (line.unit - line.unitDiscount);
    return total;
  }
  /** As sold; what the warehouse calls the order's total. */
  get total(): Units {
    return this.subtotal + this.facts.shipping;
  }
  get currentTotal(): Units {
    return this.currentSubtotal + this.facts.shipping - this.shippingRefunded;
  }
  get tax(): Units {
    let total = 0;
    for (const line of this.lines) total += line.taxOf(line.quantity);
    return total;
  }
  get currentTax(): Units {
    let total = 0;
    for (const line of this.lines) total += line.taxOf(line.currentQuantity);
    return total;
  }
  get totalDiscounts(): Units {
    let total = 0;
    for (const line of this.lines) total += line.quantity * line.unitDiscount;
    return total;
  }
  get received(): Units {
    let total = 0;
    for (const one of this.transactionList)
      if (one.status === 'SUCCESS' && (one.kind === 'SALE' || one.kind === 'CAPTURE')) total += one.units;
    return total;
  }
  get refunded(): Units {
    let total = 0;
    for (const one of this.transactionList)
      if (one.status === 'SUCCESS' && one.kind === 'REFUND') total += one.units;
    return total;
  }
  /** What counts as spent by its customer: nothing for orders that were tests or were cancelled. */
  get spent(): Units {
    return this.test || this.cancelledMs !== null ? 0 : this.total - this.refunded;
  }

  get displayFinancialStatus(): string | null {
    const received = this.received;
    const refunded = this.refunded;
    if (received === 0) {
      if (this.total === 0) return 'PAID';
      if (this.cancelledMs !== null) return 'VOIDED';
      return this.authorizedOnly ? 'AUTHORIZED' : 'PENDING';
    }
    if (refunded === 0) return received >= this.currentTotal ? 'PAID' : 'PARTIALLY_PAID';
    return refunded >= received ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  }
  get displayFulfillmentStatus(): string {
    let open = 0;
    let done = 0;
    for (const line of this.lines) {
      open += line.unfulfilledQuantity;
      done += line.fulfilled;
    }
    if (done === 0) return 'UNFULFILLED';
    return open === 0 ? 'FULFILLED' : 'PARTIALLY_FULFILLED';
  }

  get subtotalPriceSet(): MoneyBag {
    return this.bag(this.subtotal);
  }
  get currentSubtotalPriceSet(): MoneyBag {
    return this.bag(this.currentSubtotal);
  }
  get totalPriceSet(): MoneyBag {
    return this.bag(this.total);
  }
  get originalTotalPriceSet(): MoneyBag {
    return this.bag(this.total);
  }
  get currentTotalPriceSet(): MoneyBag {
    return this.bag(this.currentTotal);
  }
  get totalTaxSet(): MoneyBag {
    return this.bag(this.tax);
  }
  get currentTotalTaxSet(): MoneyBag {
    return this.bag(this.currentTax);
  }
  get totalDiscountsSet(): MoneyBag {
    return this.bag(this.totalDiscounts);
  }
  get currentTotalDiscountsSet(): MoneyBag {
    let total = 0;
    for (const line of this.lines) total += line.currentQuantity * line.unitDiscount;
    return this.bag(total);
  }
  get totalShippingPriceSet(): MoneyBag {
    return this.bag(this.facts.shipping);
  }
  get currentShippingPriceSet(): MoneyBag {
    return this.bag(this.facts.shipping - this.shippingRefunded);
  }
  get totalRefundedSet(): MoneyBag {
    return this.bag(this.refunded);
  }
  get totalRefundedShippingSet(): MoneyBag {
    return this.bag(this.shippingRefunded);
  }
  get totalReceivedSet(): MoneyBag {
    return this.bag(this.received);
  }
  get netPaymentSet(): MoneyBag {
    return this.bag(this.received - this.refunded);
  }
  get totalOutstandingSet(): MoneyBag {
    return this.bag(Math.max(0, this.currentTotal - (this.received - this.refunded)));
  }
  get totalTipReceivedSet(): MoneyBag {
    return this.bag(0);
  }
  get taxLines(): readonly object[] {
    const tax = this.tax;
    return tax === 0 ? [] : [taxLine(20, this.bag(tax))];
  }
  get shippingLine(): object | null {
    if (this.facts.shipping === 0) return null;
    return {
      id: `gid://shopify/ShippingLine/3${FAMILIES.order.tail + this.seq}`,
      title: 'Standard',
      code: 'STANDARD',
      source: 'shopify',
      carrierIdentifier: null,
      isRemoved: false,
      originalPriceSet: this.bag(this.facts.shipping),
      discountedPriceSet: this.bag(this.facts.shipping),
      taxLines: [],
    };
  }
  get subtotalLineItemsQuantity(): number {
    return this.lines.reduce((total, line) => total + line.quantity, 0);
  }
  get currentSubtotalLineItemsQuantity(): number {
    return this.lines.reduce((total, line) => total + line.currentQuantity, 0);
  }
  get transactionsCount(): object {
    return { count: this.transactionList.length, precision: 'EXACT' };
  }
  get fulfillmentsCount(): object {
    return { count: this.fulfillmentList.length, precision: 'EXACT' };
  }
}
