import { hash, type Receipt, type Stock } from '#shop';
import type { Items } from './catalog.js';
import { centreOf } from './centres.js';
import { stamp, type WireReceiving } from './wire.js';

const HOUR = 3_600_000;

/** Deliveries to ShipBob's centres, the newest first, as the list has them. */
export const receivingOf = (stock: Stock, items: Items): WireReceiving[] =>
  stock.receipts.map((receipt) => wroOf(receipt, items)).sort((a, b) => b.id - a.id);

function wroOf(receipt: Receipt, items: Items): WireReceiving {
  const { placedMs, arrivedMs, completedMs, cancelledMs } = receipt;
  const steps = (
    [
      ['Awaiting', placedMs],
      ['Arrived', arrivedMs],
      ['Processing', arrivedMs === null ? null : arrivedMs + 3 * HOUR],
      ['Completed', completedMs],
      ['Cancelled', cancelledMs],
    ] as const
  ).filter((step): step is readonly [(typeof step)[0], number] => step[1] !== null);
  const [status, lastMs] = steps.at(-1)!;
  const id = Number(receipt.id);
  return {
    id,
    purchase_order_number: receipt.orderNumber,
    status,
    package_type: hash(receipt.id) % 3 === 0 ? 'Pallet' : 'Package',
    box_packaging_type: 'EverythingInOneBox',
    expected_arrival_date: stamp(receipt.expectedMs),
    insert_date: stamp(placedMs),
    last_updated_date: stamp(lastMs),
    external_sync_timestamp: null,
    // As the vendor's own examples still have it.
    box_labels_uri: `https://api.shipbob.com/1.0/receiving/${id}/labels`,
    fulfillment_center: centreOf(receipt.centre),
    inventory_quantities: receipt.lines.map(({ sku, expected, received, stowed }) => ({
      inventory_id: items.get(sku)!.inventoryId,
      sku,
      expected_quantity: expected,
      received_quantity: received,
      stowed_quantity: stowed,
    })),
    status_history: steps.map(([name, ms], n) => ({ id: n + 1, status: name, timestamp: stamp(ms) })),
  };
}
