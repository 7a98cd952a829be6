import { stockOf, type Trade } from '#shop';
import { asinOf } from './orders.js';
import { instantOf } from './words.js';

/** One offer's stock over all centres. */
export interface Offer {
  readonly sku: string;
  readonly title: string;
  fulfillable: number;
  reserved: number;
  transferring: number;
  inboundShipped: number;
  /** Null for one that never moved: Amazon then tells the empty text. */
  updatedMs: number | null;
}

/** What Amazon keeps of the business's articles, by SKU; an article it never held is listed with nothing. */
export function offersOf(trade: Trade): Map<string, Offer> {
  const offers = new Map<string, Offer>();
  const titles = new Map(trade.articles.map(({ sku, title }) => [sku, title]));
  const offer = (sku: string): Offer => {
    const known = offers.get(sku) ?? {
      sku,
      title: titles.get(sku) ?? sku,
      fulfillable: 0,
      reserved: 0,
      transferring: 0,
      inboundShipped: 0,
      updatedMs: null,
    };
    offers.set(sku, known);
    return known;
  };
  for (const level of stockOf(trade, 'amazon').levels) {
    const one = offer(level.sku);
    one.fulfillable += level.onHand - level.committed;
    one.reserved += level.committed;
    one.inboundShipped += level.incoming;
    one.updatedMs = trade.anchorMs;
  }
  // Listed once, never sent in.
  trade.articles.slice(0, Math.ceil(trade.articles.length / 20)).forEach(({ sku }) => offer(sku));
  return offers;
}

export const onHandOf = ({ fulfillable, reserved, transferring }: Offer): number =>
  fulfillable + reserved + transferring;

export const offerOnWire = (offer: Offer, details: boolean): object => ({
  asin: asinOf(offer.sku),
  fnSku: `X0${asinOf(`fn/${offer.sku}`).slice(2)}`,
  sellerSku: offer.sku,
  condition: 'NewItem',
  ...(details
    ? {
        inventoryDetails: {
          fulfillableQuantity: offer.fulfillable,
          inboundWorkingQuantity: 0,
          inboundShippedQuantity: offer.inboundShipped,
          inboundReceivingQuantity: 0,
          reservedQuantity: {
            totalReservedQuantity: offer.reserved + offer.transferring,
            pendingCustomerOrderQuantity: offer.reserved,
            pendingTransshipmentQuantity: offer.transferring,
            fcProcessingQuantity: 0,
          },
          researchingQuantity: { totalResearchingQuantity: 0, researchingQuantityBreakdown: [] },
          unfulfillableQuantity: {
            totalUnfulfillableQuantity: 0,
            customerDamagedQuantity: 0,
            warehouseDamagedQuantity: 0,
            distributorDamagedQuantity: 0,
            carrierDamagedQuantity: 0,
            defectiveQuantity: 0,
            expiredQuantity: 0,
          },
        },
      }
    : {}),
  lastUpdatedTime: offer.updatedMs === null ? '' : instantOf(offer.updatedMs),
  productName: offer.title,
  totalQuantity: onHandOf(offer) + offer.inboundShipped,
  stores: [],
});
