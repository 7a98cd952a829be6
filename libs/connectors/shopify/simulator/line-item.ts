import { rounded, type Units } from '#shop';
import type { MoneyBag } from './money.js';
import type { Product, Variant } from './catalog.js';
import { idText } from './ids.js';
import type { Order } from './order.js';

export interface LineFacts {
  /** Position among all lines the shop ever sold: the source of its id. */
  readonly n: number;
  readonly sku: string | null;
  readonly title: string;
  readonly variantTitle: string | null;
  readonly vendor: string | null;
  /** Null where the product was deleted since, and on lines typed in by hand. */
  readonly variant: Variant | null;
  readonly quantity: number;
  readonly unit: Units;
  /** Off each unit, so that a part of the line can be refunded exactly. */
  readonly unitDiscount?: Units;
  /** In per cent, included in the price; 0 = untaxed. */
  readonly taxPercent?: number;
  readonly requiresShipping?: boolean;
}

export class LineItem {
  readonly legacyResourceId: string;
  readonly sku: string | null;
  readonly title: string;
  readonly variantTitle: string | null;
  readonly vendor: string | null;
  readonly variant: Variant | null;
  readonly quantity: number;
  readonly unit: Units;
  readonly unitDiscount: Units;
  readonly taxPercent: number;
  readonly requiresShipping: boolean;
  /** After edits and refunds. */
  currentQuantity: number;
  fulfilled = 0;

  constructor(
    readonly order: Order,
    facts: LineFacts,
  ) {
    this.legacyResourceId = idText('line', facts.n, order.beyond);
    this.sku = facts.sku;
    this.title = facts.title;
    this.variantTitle = facts.variantTitle;
    this.vendor = facts.vendor;
    this.variant = facts.variant;
    this.quantity = facts.quantity;
    this.currentQuantity = facts.quantity;
    this.unit = facts.unit;
    this.unitDiscount = facts.unitDiscount ?? 0;
    this.taxPercent = facts.taxPercent ?? 0;
    this.requiresShipping = facts.requiresShipping ?? true;
  }

  get id(): string {
    return `gid://shopify/LineItem/${this.legacyResourceId}`;
  }
  get product(): Product | null {
    return this.variant && this.variant.product;
  }
  get name(): string {
    return this.variantTitle === null ? this.title : `${this.title} - ${this.variantTitle}`;
  }
  get unfulfilledQuantity(): number {
    return Math.max(0, this.currentQuantity - this.fulfilled);
  }
  get refundableQuantity(): number {
    return this.currentQuantity;
  }
  get nonFulfillableQuantity(): number {
    return 0;
  }
  get taxable(): boolean {
    return this.taxPercent > 0;
  }
  get isGiftCard(): boolean {
    return false;
  }
  get net(): Units {
    return this.quantity * (this.unit - this.unitDiscount);
  }
  /** Tax inside `quantity` units of this line, to the penny. */
  taxOf(quantity: number): Units {
    if (this.taxPercent === 0) return 0;
    const net = quantity * (this.unit - this.unitDiscount);
    return rounded(Math.round((net * this.taxPercent) / (100 + this.taxPercent)), this.order.currencyCode);
  }
  get originalUnitPriceSet(): MoneyBag {
    return this.order.bag(this.unit);
  }
  get originalTotalSet(): MoneyBag {
    return this.order.bag(this.quantity * this.unit);
  }
  get discountedUnitPriceSet(): MoneyBag {
    return this.order.bag(this.unit - this.unitDiscount);
  }
  get discountedTotalSet(): MoneyBag {
    return this.order.bag(this.net);
  }
  get totalDiscountSet(): MoneyBag {
    return this.order.bag(this.quantity * this.unitDiscount);
  }
  get taxLines(): readonly object[] {
    if (this.taxPercent === 0) return NO_TAX;
    return [taxLine(this.taxPercent, this.order.bag(this.taxOf(this.quantity)))];
  }
}

const NO_TAX: readonly object[] = [];

export const taxLine = (percent: number, priceSet: MoneyBag): object => ({
  title: 'VAT',
  rate: percent / 100,
  ratePercentage: percent,
  source: 'Shopify',
  channelLiable: false,
  priceSet,
});
