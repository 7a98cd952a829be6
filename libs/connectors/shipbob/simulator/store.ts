import { stockOf, type Trade } from '#shop';
import { itemsOf, levelsOf, productsOf } from './catalog.js';
import { CENTRES, CHANNELS } from './centres.js';
import { ordersOf } from './orders.js';
import { receivingOf } from './receiving.js';
import { returnsOf } from './returns.js';
import type { WireCentre, WireLevel, WireOrder, WireProduct, WireReceiving, WireReturn } from './wire.js';

/** Everything one account holds, as ShipBob writes it, in the order its lists have. */
export interface ShipBobStore {
  readonly orders: WireOrder[];
  readonly returns: WireReturn[];
  readonly receiving: WireReceiving[];
  readonly products: WireProduct[];
  readonly inventory: WireLevel[];
  readonly fulfillment_centers: WireCentre[];
  readonly channels: readonly { id: number; name: string; application_name: string }[];
}

export type List = Exclude<keyof ShipBobStore, 'channels'>;

/** An account of the business whose trade that is. */
export function storeOf(trade: Trade): ShipBobStore {
  const stock = stockOf(trade, 'shipbob');
  const items = itemsOf(trade);
  const inventory = levelsOf(stock, items);
  const onHand = new Map(inventory.map((level) => [level.inventory_id, level.total_on_hand_quantity]));
  const { orders, shipmentIds } = ordersOf(trade, stock, items);
  return {
    orders,
    returns: returnsOf(stock, items, shipmentIds),
    receiving: receivingOf(stock, items),
    products: productsOf(trade, items, onHand),
    inventory,
    fulfillment_centers: CENTRES.map((centre) => ({ ...centre })),
    channels: Object.values(CHANNELS),
  };
}
