import { textOf, type Units } from '#shop';
import type { BackRoom } from './back-room.js';
import { Money } from './money.js';
import { idText, instantText } from './ids.js';
import type { InventoryItem } from './stock.js';

/** A postal address, shaped as the schema's `MailingAddress`. */
export interface Address {
  readonly id: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly name: string | null;
  readonly company: string | null;
  readonly address1: string | null;
  readonly address2: string | null;
  readonly city: string | null;
  readonly province: string | null;
  readonly provinceCode: string | null;
  readonly zip: string | null;
  readonly country: string | null;
  readonly countryCodeV2: string | null;
  readonly phone: string | null;
}

export interface CustomerFacts {
  readonly seq: number;
  readonly legacyResourceId?: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly state: string;
  readonly tags: readonly string[];
  readonly address: Address | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** What a customer needs to know of an order. */
interface Spending {
  readonly spent: Units;
  readonly createdMs: number;
}

export class Customer {
  readonly seq: number;
  readonly legacyResourceId: string;
  readonly createdMs: number;
  updatedMs: number;
  tags: readonly string[];
  note: string | null = null;
  readonly placed = new Set<Spending>();

  constructor(
    private readonly facts: CustomerFacts,
    private readonly currency: string,
  ) {
    this.seq = facts.seq;
    this.legacyResourceId = facts.legacyResourceId ?? idText('customer', facts.seq, false);
    this.createdMs = facts.createdMs;
    this.updatedMs = facts.updatedMs;
    this.tags = facts.tags;
  }

  get id(): string {
    return `gid://shopify/Customer/${this.legacyResourceId}`;
  }
  get firstName(): string | null {
    return this.facts.firstName;
  }
  get lastName(): string | null {
    return this.facts.lastName;
  }
  get email(): string | null {
    return this.facts.email;
  }
  get displayName(): string {
    const name = [this.firstName, this.lastName].filter((part) => part !== null).join(' ');
    return name || this.email || this.facts.phone || `Customer ${this.legacyResourceId}`;
  }
  get state(): string {
    return this.facts.state;
  }
  get createdAt(): string {
    return instantText(this.createdMs);
  }
  get updatedAt(): string {
    return instantText(this.updatedMs);
  }
  get defaultEmailAddress(): { emailAddress: string; marketingState: string } | null {
    return this.email === null ? null : { emailAddress: this.email, marketingState: 'NOT_SUBSCRIBED' };
  }
  get defaultPhoneNumber(): { phoneNumber: string; marketingState: string } | null {
    return this.facts.phone === null
      ? null
      : { phoneNumber: this.facts.phone, marketingState: 'NOT_SUBSCRIBED' };
  }
  get defaultAddress(): Address | null {
    return this.facts.address;
  }
  get locale(): string {
    return 'en';
  }
  get taxExempt(): boolean {
    return false;
  }
  get verifiedEmail(): boolean {
    return this.email !== null;
  }
  /** `UnsignedInt64`: text on the wire. */
  get numberOfOrders(): string {
    return String(this.placed.size);
  }
  get spent(): Units {
    let total = 0;
    for (const order of this.placed) total += order.spent;
    return total;
  }
  get amountSpent(): Money {
    return new Money(this.spent, this.currency);
  }
  get lastOrder(): Spending | null {
    let last: Spending | null = null;
    for (const order of this.placed) if (!last || order.createdMs >= last.createdMs) last = order;
    return last;
  }
}

export interface ProductFacts {
  readonly seq: number;
  readonly title: string;
  readonly handle: string;
  readonly status: string;
  readonly vendor: string;
  readonly productType: string;
  readonly tags: readonly string[];
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly publishedMs: number | null;
}

export class Product {
  readonly seq: number;
  readonly legacyResourceId: string;
  readonly createdMs: number;
  updatedMs: number;
  title: string;
  status: string;
  variantList: Variant[] = [];

  constructor(readonly facts: ProductFacts) {
    this.seq = facts.seq;
    this.legacyResourceId = idText('product', facts.seq, false);
    this.createdMs = facts.createdMs;
    this.updatedMs = facts.updatedMs;
    this.title = facts.title;
    this.status = facts.status;
  }

  get id(): string {
    return `gid://shopify/Product/${this.legacyResourceId}`;
  }
  get handle(): string {
    return this.facts.handle;
  }
  get vendor(): string {
    return this.facts.vendor;
  }
  get productType(): string {
    return this.facts.productType;
  }
  get tags(): readonly string[] {
    return this.facts.tags;
  }
  get createdAt(): string {
    return instantText(this.createdMs);
  }
  get updatedAt(): string {
    return instantText(this.updatedMs);
  }
  get publishedAt(): string | null {
    return this.facts.publishedMs === null ? null : instantText(this.facts.publishedMs);
  }
  get variantsCount(): { count: number; precision: string } {
    return { count: this.variantList.length, precision: 'EXACT' };
  }
  get hasOnlyDefaultVariant(): boolean {
    return this.variantList.length === 1 && this.variantList[0]!.title === 'Default Title';
  }
  get isGiftCard(): boolean {
    return false;
  }
  get tracksInventory(): boolean {
    return true;
  }
  get totalInventory(): number {
    return this.variantList.reduce((total, variant) => total + (variant.inventoryQuantity ?? 0), 0);
  }
}

export interface VariantFacts {
  readonly seq: number;
  readonly position: number;
  readonly title: string;
  readonly sku: string | null;
  readonly barcode: string | null;
  readonly price: Units;
  readonly compareAt: Units | null;
  readonly inventoryQuantity: number | null;
  readonly unitCost: Units | null;
}

export class Variant {
  readonly seq: number;
  readonly legacyResourceId: string;
  readonly createdMs: number;
  updatedMs: number;
  /** Where its stock is; null before the shop opens. */
  backRoom: BackRoom | null = null;

  constructor(
    readonly product: Product,
    readonly facts: VariantFacts,
    private readonly currency: string,
  ) {
    this.seq = facts.seq;
    this.legacyResourceId = idText('variant', facts.seq, false);
    this.createdMs = product.createdMs;
    this.updatedMs = product.updatedMs;
  }

  get id(): string {
    return `gid://shopify/ProductVariant/${this.legacyResourceId}`;
  }
  get sku(): string | null {
    return this.facts.sku;
  }
  get barcode(): string | null {
    return this.facts.barcode;
  }
  get title(): string {
    return this.facts.title;
  }
  get displayName(): string {
    return `${this.product.title} - ${this.title}`;
  }
  get position(): number {
    return this.facts.position;
  }
  get units(): Units {
    return this.facts.price;
  }
  get price(): string {
    return textOf(this.facts.price);
  }
  get compareAtPrice(): string | null {
    return this.facts.compareAt === null ? null : textOf(this.facts.compareAt);
  }
  /** What all locations together can sell; null where nobody counts. */
  get inventoryQuantity(): number | null {
    const { inventoryQuantity } = this.facts;
    return inventoryQuantity === null ? null : (this.inventoryItem?.available ?? inventoryQuantity);
  }
  get unitCost(): Money | null {
    const { unitCost } = this.facts;
    return unitCost === null ? null : new Money(unitCost, this.currency);
  }
  get inventoryPolicy(): string {
    return 'DENY';
  }
  get availableForSale(): boolean {
    return (this.inventoryQuantity ?? 0) > 0;
  }
  get taxable(): boolean {
    return true;
  }
  get selectedOptions(): readonly { name: string; value: string }[] {
    return [{ name: this.title === 'Default Title' ? 'Title' : 'Size', value: this.title }];
  }
  get inventoryItem(): InventoryItem | undefined {
    return this.backRoom?.shelves.of(this);
  }
  get createdAt(): string {
    return instantText(this.createdMs);
  }
  get updatedAt(): string {
    return instantText(this.updatedMs);
  }
}
