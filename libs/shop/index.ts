/**
 * shop: the trade of one made-up business, as every simulator shows its own part of it.
 *
 * Words. *Sale*: what one buyer ordered through one channel, with its payments, parcels and money back. *Channel*: where
 * it was sold. *Trade*: all sales of one business up to its anchor. *Units*: money as whole ten-thousandths.
 *
 * Invariants. Pure: the same sales, seed and anchor give the same trade, to the penny. It speaks no platform's wire.
 * For simulators alone; a connector never sees it.
 */
export { rounded, textOf, unitsOf, type Units } from './units.js';
export { hash, Random } from './random.js';
export type {
  Address,
  Article,
  Buyer,
  MoneyBack,
  Parcel,
  Payment,
  Sale,
  SoldLine,
  Taken,
  Trade,
} from './trade.js';
export { amazonSales, shippedByMerchant } from './amazon-sales.js';
export { amazonPostings, type Posting, type SettlementLine } from './postings.js';
export { settlementsOf, type Settlement } from './settlements.js';
export { payoutsOf, pendingOf, type Payout, type PayoutPart } from './payouts.js';
export { booksOf } from './books.js';
export {
  ACCOUNTS,
  saleKey,
  type BankLine,
  type BookAccount,
  type BookBill,
  type BookContact,
  type BookInvoice,
  type BookLine,
  type Books,
  type Explanation,
  type LedgerEntry,
} from './bookkeeping.js';
export { CHART, type ChartAccount } from './chart.js';
export {
  stockOf,
  type Centre,
  type Dispatch,
  type Goods,
  type GoodsBack,
  type GoodsReturned,
  type Network,
  type ReceivedLine,
  type Receipt,
  type Stock,
  type StockLevel,
} from './stock.js';
