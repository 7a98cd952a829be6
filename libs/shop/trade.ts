import type { Units } from './units.js';

/** Everything one business did up to `anchorMs`: each simulator serves its own part of it, and the parts tie out. */
export interface Trade {
  /** The account's name on every platform, for example `demo`. */
  readonly name: string;
  /** What further chance is drawn from. */
  readonly seed: string;
  /** No event is later, in milliseconds since the epoch. */
  readonly anchorMs: number;
  /** The business keeps its books in this currency; every `Units` below is in it. */
  readonly currency: string;
  readonly articles: readonly Article[];
  /** Of the business's own web shop, the oldest first. */
  readonly sales: readonly Sale[];
}

/** Something that can be sold and stocked. */
export interface Article {
  readonly sku: string;
  readonly title: string;
  readonly barcode: string | null;
  /** Tax included. */
  readonly price: Units;
}

export interface Sale {
  readonly channel: 'shopify' | 'amazon';
  /** The channel's own id, as text. */
  readonly id: string;
  /** What people call it: `#1001`; the id where the channel has no other name. */
  readonly name: string;
  readonly placedMs: number;
  readonly updatedMs: number;
  readonly buyer: Buyer | null;
  readonly address: Address | null;
  readonly lines: readonly SoldLine[];
  /** Tax included. */
  readonly shipping: Units;
  /** What the buyer owed when it was placed: lines after discount, and shipping. */
  readonly total: Units;
  /** Paid through a test gateway: no money moved. */
  readonly test: boolean;
  readonly cancelledMs: number | null;
  readonly payments: readonly Payment[];
  readonly parcels: readonly Parcel[];
  readonly moneyBack: readonly MoneyBack[];
}

export interface SoldLine {
  readonly id: string;
  readonly sku: string | null;
  readonly title: string;
  readonly quantity: number;
  /** One unit before discount, tax included. */
  readonly unit: Units;
  /** Off the whole line. */
  readonly discount: Units;
  /** Inside the line's price after discount. */
  readonly tax: Units;
  readonly requiresShipping: boolean;
}

/** Money that came in: captured, not just authorised. */
export interface Payment {
  readonly id: string;
  readonly gateway: string;
  readonly amount: Units;
  /** What the gateway kept. */
  readonly fee: Units;
  readonly atMs: number;
}

export interface Taken {
  readonly lineId: string;
  readonly quantity: number;
}

export interface Parcel {
  readonly id: string;
  readonly shippedMs: number;
  readonly deliveredMs: number | null;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly trackingUrl: string | null;
  readonly lines: readonly Taken[];
}

/** A refund; no payment where goods were taken back or struck off and nothing was paid. */
export interface MoneyBack {
  readonly id: string;
  readonly atMs: number;
  /** Whether the goods came back. */
  readonly returned: boolean;
  readonly note: string | null;
  readonly lines: readonly Taken[];
  readonly payments: readonly Payment[];
}

export interface Buyer {
  readonly id: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
}

export interface Address {
  readonly name: string | null;
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postcode: string | null;
  readonly country: string | null;
  readonly countryCode: string | null;
  readonly phone: string | null;
}
