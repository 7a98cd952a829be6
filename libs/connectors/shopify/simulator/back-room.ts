import type { Variant } from './catalog.js';
import { PaymentsAccount } from './payments.js';
import { Shelves } from './stock.js';
import type { ShopStore } from './store.js';
import { tradeOf } from './trade.js';

/** What follows from a shop's sales: its stock, and its account with Shopify Payments. Each made when first asked for. */
export class BackRoom {
  private made: Shelves | undefined;
  private account: PaymentsAccount | undefined;

  constructor(
    private readonly name: string,
    private readonly store: ShopStore,
    /** Whether the shop takes Shopify Payments at all. */
    private readonly hasPayments: boolean,
  ) {
    for (const variant of store.variants.values()) variant.backRoom = this;
  }

  get shelves(): Shelves {
    return (this.made ??= new Shelves(this.store, () => tradeOf(this.name, this.store)));
  }
  get payments(): PaymentsAccount | null {
    if (!this.hasPayments) return null;
    return (this.account ??= new PaymentsAccount(tradeOf(this.name, this.store)));
  }
  /** Where a variant is deleted, so is its stock. */
  forget(variant: Variant): void {
    this.made?.forget(variant);
  }
  /** Rises with every change of the stock. */
  get revision(): number {
    return this.made?.items.revision ?? 0;
  }
}
