import { amazonSales, type Trade } from '#shop';
import { offersOf, type Offer } from './inventory.js';
import { AmazonOrder } from './orders.js';
import { reportsOf, type Report } from './reports.js';
import { transactionsOf, type Transaction } from './transactions.js';
import { marketplacesOf, type Marketplace } from './words.js';

/** One seller's records, made of the trade when they are first asked for. */
export class SellerStore {
  readonly orders: Map<string, AmazonOrder>;
  readonly offers: Map<string, Offer>;
  readonly transactions: readonly Transaction[];
  readonly reports: readonly Report[];
  readonly marketplaces: readonly [home: Marketplace, beside: Marketplace];

  constructor(readonly trade: Trade) {
    this.orders = new Map(amazonSales(trade).map((sale) => [sale.id, new AmazonOrder(sale)]));
    this.offers = offersOf(trade);
    this.transactions = transactionsOf(trade);
    this.reports = reportsOf(trade);
    this.marketplaces = marketplacesOf(trade.currency);
  }

  /** The same units show in both marketplaces; the second lists every third offer only. */
  offersIn(marketplaceId: string): readonly Offer[] {
    const all = [...this.offers.values()];
    return marketplaceId === this.marketplaces[0].id ? all : all.filter((_, i) => i % 3 === 0);
  }
}
