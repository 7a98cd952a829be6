import { dispatchesOf } from './dispatches.js';
import { goodsBackOf } from './goods-back.js';
import { levelsOf } from './levels.js';
import { receiptsOf } from './receipts.js';
import type { MoneyBack, Sale, Trade } from './trade.js';

/** Who keeps and sends the goods: ShipBob for the web shop and for Amazon's sales that we ship, Amazon for its own. */
export type Network = 'shipbob' | 'amazon';

/** One warehouse of a network. */
export interface Centre {
  /** The network's own: a number for ShipBob, letters and a digit for Amazon. */
  readonly id: string;
  readonly name: string;
  readonly countryCode: string;
}

/** So many of one article; `lineId` is the sale's line it was sold by. */
export interface Goods {
  readonly sku: string;
  readonly quantity: number;
  readonly lineId: string;
}

/** One parcel of a sale, sent or still to be sent. A sale cancelled before it was sent has none. */
export interface Dispatch {
  /** The parcel's own; the sale's with `/open` where it is still to be sent, with `/sent` where nobody told of a parcel. */
  readonly id: string;
  readonly sale: Sale;
  readonly centre: string;
  /** Null while it is to be sent. */
  readonly shippedMs: number | null;
  readonly deliveredMs: number | null;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly trackingUrl: string | null;
  /** What of it is kept in stock: lines without an article of ours are not here. */
  readonly goods: readonly Goods[];
  /** To be sent, and less is on hand than it needs. */
  readonly isShort: boolean;
}

export interface ReceivedLine {
  readonly sku: string;
  readonly expected: number;
  /** Counted at the door. */
  readonly received: number;
  /** On the shelf: what counts as on hand. */
  readonly stowed: number;
}

/** A delivery from the supplier to one centre. */
export interface Receipt {
  readonly id: string;
  readonly orderNumber: string;
  readonly centre: string;
  readonly placedMs: number;
  readonly expectedMs: number;
  readonly arrivedMs: number | null;
  readonly completedMs: number | null;
  readonly cancelledMs: number | null;
  readonly lines: readonly ReceivedLine[];
}

export interface GoodsReturned extends Goods {
  /** Fit to be sold again; the rest was thrown away. */
  readonly restocked: number;
}

/** Goods on their way back, or back. With the refund they brought about, where there was one. */
export interface GoodsBack {
  readonly id: string;
  readonly sale: Sale;
  readonly dispatch: Dispatch;
  readonly moneyBack: MoneyBack | null;
  readonly announcedMs: number;
  readonly arrivedMs: number | null;
  /** Looked at, and restocked where fit. */
  readonly completedMs: number | null;
  readonly cancelledMs: number | null;
  readonly goods: readonly GoodsReturned[];
}

/** One article in one centre at the anchor. Invariant: onHand = stowed − sent + restocked, never below zero. */
export interface StockLevel {
  readonly sku: string;
  readonly centre: string;
  readonly onHand: number;
  /** Of it, promised to dispatches that are still to be sent. */
  readonly committed: number;
  /** Expected of receipts under way, and not stowed. */
  readonly incoming: number;
  /** What dispatches need that are short, beyond what is on hand and not promised. */
  readonly backordered: number;
  /** What those dispatches need in all. */
  readonly inException: number;
}

export interface Stock {
  readonly network: Network;
  readonly centres: readonly Centre[];
  /** In the order of their sales. */
  readonly dispatches: readonly Dispatch[];
  /** The oldest first. */
  readonly receipts: readonly Receipt[];
  readonly goodsBack: readonly GoodsBack[];
  /** Every article in every centre that ever held or needed it, by article and centre. */
  readonly levels: readonly StockLevel[];
}

/** What a network received, sent, took back and holds at the anchor. Pure: the same trade makes the same stock. */
export function stockOf(trade: Trade, network: Network): Stock {
  const centres = CENTRES[network];
  const asked = dispatchesOf(trade, network, centres);
  const goodsBack = goodsBackOf(trade, asked);
  const receipts = receiptsOf(trade, { network, centres, dispatches: asked, goodsBack });
  const { levels, short } = levelsOf({ dispatches: asked, goodsBack, receipts });
  const dispatches = asked.map((one) => (short.has(one.id) ? { ...one, isShort: true } : one));
  return { network, centres, dispatches, receipts, goodsBack, levels };
}

const CENTRES: Readonly<Record<Network, readonly Centre[]>> = {
  shipbob: [
    { id: '8', name: 'Cicero (IL)', countryCode: 'US' },
    { id: '156', name: 'Manchester (UK)', countryCode: 'GB' },
    { id: '211', name: 'Wrocław (PL)', countryCode: 'PL' },
  ],
  amazon: [
    { id: 'LTN4', name: 'Dunstable', countryCode: 'GB' },
    { id: 'MAN1', name: 'Manchester', countryCode: 'GB' },
  ],
};
