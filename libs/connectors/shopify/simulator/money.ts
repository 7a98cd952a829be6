import type { Decimal } from '#kernel';
import { rounded, textOf, type Units } from '#shop';

export class Money {
  constructor(
    readonly units: Units,
    readonly currencyCode: string,
  ) {}
  get amount(): Decimal {
    return textOf(this.units);
  }
}

/** What the customer saw: a currency and how many thousandths of it one unit of the shop's currency bought. */
export interface Presentment {
  readonly currency: string;
  readonly perMille: number;
}

/** One amount in the shop's currency and in the customer's. */
export class MoneyBag {
  constructor(
    readonly units: Units,
    private readonly shopCurrency: string,
    private readonly presentment: Presentment,
  ) {}
  get shopMoney(): Money {
    return new Money(this.units, this.shopCurrency);
  }
  get presentmentMoney(): Money {
    const { currency, perMille } = this.presentment;
    if (currency === this.shopCurrency) return this.shopMoney;
    return new Money(rounded(Math.round((this.units * perMille) / 1000), currency), currency);
  }
}
