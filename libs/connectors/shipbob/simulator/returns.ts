import { hash, type GoodsBack, type Stock } from '#shop';
import type { Items } from './catalog.js';
import { centreOf, CHANNELS, currencyOf } from './centres.js';
import { stamp, type WireReturn } from './wire.js';

const HOUR = 3_600_000;

/** Goods on their way back, as ShipBob lists them: the oldest first. The shop names a return after the order. */
export function returnsOf(
  stock: Stock,
  items: Items,
  shipmentIds: ReadonlyMap<string, number>,
): WireReturn[] {
  const named = new Map<string, number>();
  return stock.goodsBack.map((back, i) => {
    const before = named.get(back.sale.name) ?? 0;
    named.set(back.sale.name, before + 1);
    const reference = before === 0 ? back.sale.name : `${back.sale.name}-R${before + 1}`;
    return returnOf(back, items, {
      id: 445_000 + i,
      reference,
      shipmentId: shipmentIds.get(back.dispatch.id)!,
    });
  });
}

interface Named {
  readonly id: number;
  readonly reference: string;
  readonly shipmentId: number;
}

const FEE = 3.1;
const LABEL = 4.25;

function returnOf(back: GoodsBack, items: Items, { id, reference, shipmentId }: Named): WireReturn {
  const { dispatch, sale, announcedMs, arrivedMs, completedMs, cancelledMs } = back;
  const dice = hash(`return/${back.id}`);
  const processingMs = completedMs === null ? null : Math.max(arrivedMs ?? 0, completedMs - 6 * HOUR);
  // Both spellings are in use.
  const awaiting = dice % 3 === 0 ? 'Awaiting Arrival' : 'AwaitingArrival';
  const steps: [string, number | null][] = [
    [awaiting, announcedMs],
    ['Arrived', arrivedMs],
    ['Processing', processingMs],
    ['Completed', completedMs],
    ['Cancelled', cancelledMs],
  ];
  const done = steps.filter((step): step is [string, number] => step[1] !== null);
  const centre = centreOf(dispatch.centre);
  const transactions =
    completedMs === null
      ? []
      : [
          { amount: LABEL, transaction_type: 'ReturnLabelInvoice' },
          { amount: FEE, transaction_type: 'ReturnProcessingFee' },
        ];
  const at = (ms: number | null): string | null => (ms === null ? null : stamp(ms));
  return {
    id,
    reference_id: reference,
    status: done.at(-1)![0],
    return_type: dice % 9 === 4 ? 'ReturnToSender' : 'Regular',
    original_shipment_id: shipmentId,
    store_order_id: sale.id,
    tracking_number: `RET${id}`,
    shipment_tracking_number: dispatch.trackingNumber,
    customer_name: sale.buyer?.name ?? 'Unknown',
    insert_date: stamp(announcedMs),
    awaiting_arrival_date: stamp(announcedMs),
    arrived_date: at(arrivedMs),
    processing_date: at(processingMs),
    completed_date: at(completedMs),
    cancelled_date: at(cancelledMs),
    fulfillment_center: { id: centre.id, name: centre.name },
    channel: { id: CHANNELS[sale.channel].id, name: CHANNELS[sale.channel].name },
    inventory: back.goods.map(({ sku, quantity, restocked }) => ({
      id: items.get(sku)!.inventoryId,
      sku,
      name: items.get(sku)!.article.title,
      quantity,
      bundle_parent_sku: null,
      barcodes: [],
      lot_information: null,
      action_requested: { action: 'Restock', action_type: 'Default', instructions: null },
      action_taken: actionsTaken(completedMs !== null, quantity, restocked),
    })),
    invoice:
      completedMs === null
        ? { amount: null, currency_code: null }
        : { amount: (LABEL * 100 + FEE * 100) / 100, currency_code: currencyOf(dispatch.centre) },
    status_history: done.map(([status, ms]) => ({ status, timestamp: stamp(ms) })),
    transactions,
  };
}

function actionsTaken(isDone: boolean, quantity: number, restocked: number) {
  if (!isDone) return [];
  const taken = (action: string, action_reason: string, quantity_processed: number) => ({
    action,
    action_reason,
    quantity_processed,
    image_url: null,
  });
  return [
    ...(restocked > 0 ? [taken('Restock', 'Sellable', restocked)] : []),
    ...(quantity > restocked ? [taken('Dispose', 'Damaged', quantity - restocked)] : []),
  ];
}
