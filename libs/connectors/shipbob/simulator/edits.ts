import { z } from 'zod';
import { chargeOf, detail, orderStatus } from './orders.js';
import { idOf, LISTS_EDITED } from './knobs.js';
import type { ShipBobStore } from './store.js';
import { stamp, type WireOrder, type WireShipment } from './wire.js';

/** What happened at ShipBob, or in the account's own pages, while nobody was looking. */
export const accountEdit = z.strictObject({
  /**
   * `touch` changes a record in a small way of its own; `ship` lets parcels leave, `track` lets the carrier tell of
   * them, `charge` tells what they cost; `complete` ends returns; `delete` takes products away.
   */
  op: z.enum(['touch', 'ship', 'track', 'charge', 'complete', 'delete']),
  stream: z.enum(LISTS_EDITED).default('orders'),
  /** One record by its id. */
  id: z.union([z.string(), z.number()]).transform(String).optional(),
  count: z.number().int().positive().default(1),
  /** When; default is the sandbox's clock. */
  at: z.iso.datetime().optional(),
});

export type AccountEdit = z.infer<typeof accountEdit>;

export interface EditResult {
  readonly op: string;
  readonly stream: string;
  readonly ids: readonly string[];
  readonly at: string;
}

/** Changes the account's records as an edit says; those that it does not fit are passed over. */
export function applyEdit(
  store: ShipBobStore,
  edit: AccountEdit,
  nowMs: number,
): EditResult | { error: string } {
  const atMs = edit.at === undefined ? nowMs : Date.parse(edit.at);
  const { op, stream } = edit;
  const change = CHANGES[op];
  if (change.only !== undefined && change.only !== stream)
    return { error: `${op} is for ${change.only} only` };
  const ids: string[] = [];
  for (const record of candidates(store, edit)) {
    if (ids.length >= (edit.id === undefined ? edit.count : 1)) break;
    if (change.make(record, { store, stream, atMs })) ids.push(String(idOf(record)));
  }
  if (ids.length === 0) return { error: `nothing in ${stream} to ${op}` };
  return { op, stream, ids, at: new Date(atMs).toISOString() };
}

/** Where something still happens first; then everything, spread evenly. */
function candidates(store: ShipBobStore, { stream, id }: AccountEdit): readonly unknown[] {
  const all: readonly unknown[] = store[stream];
  if (id !== undefined) return all.filter((one) => String(idOf(one)) === id);
  const open = all.filter((one) => {
    const { status } = one as { status?: string };
    return status === undefined || !DONE.has(status);
  });
  return open.length > 0 ? open : all;
}

const DONE = new Set(['Completed', 'Cancelled']);

interface At {
  readonly store: ShipBobStore;
  readonly stream: AccountEdit['stream'];
  readonly atMs: number;
}

const CHANGES: Readonly<
  Record<AccountEdit['op'], { only?: AccountEdit['stream']; make(record: unknown, at: At): boolean }>
> = {
  touch: { make: (record, at) => touch(record, at) },
  ship: { only: 'orders', make: (record, { atMs }) => ship(record as WireOrder, atMs) },
  track: { only: 'orders', make: (record, { atMs }) => track(record as WireOrder, atMs) },
  charge: { only: 'orders', make: (record, { atMs }) => charge(record as WireOrder, atMs) },
  complete: {
    only: 'returns',
    make: (record, { atMs }) => complete(record as ShipBobStore['returns'][number], atMs),
  },
  delete: {
    only: 'products',
    make: (record, { store }) => {
      store.products.splice(store.products.indexOf(record as ShipBobStore['products'][number]), 1);
      return true;
    },
  },
};

function touch(record: unknown, { store, stream, atMs }: At): boolean {
  switch (stream) {
    case 'orders': {
      const [shipment] = (record as WireOrder).shipments;
      shipment!.last_update_at = stamp(atMs);
      shipment!.measurements = {
        ...shipment!.measurements,
        total_weight_oz: shipment!.measurements.total_weight_oz + 1,
      };
      return true;
    }
    case 'returns': {
      const back = record as ShipBobStore['returns'][number];
      back.status_history.push({ status: back.status, timestamp: stamp(atMs) });
      return true;
    }
    case 'receiving': {
      const wro = record as ShipBobStore['receiving'][number];
      wro.last_updated_date = stamp(atMs);
      wro.inventory_quantities[0]!.received_quantity++;
      return true;
    }
    case 'products': {
      const product = record as ShipBobStore['products'][number];
      product.updated_on = stamp(atMs);
      product.name = `${product.name}*`;
      return true;
    }
    case 'inventory': {
      const level = record as ShipBobStore['inventory'][number];
      level.total_on_hand_quantity++;
      level.total_fulfillable_quantity++;
      level.total_sellable_quantity++;
      const [place] = level.locations;
      if (place) {
        place.on_hand_quantity++;
        place.fulfillable_quantity++;
      }
      return true;
    }
    case 'fulfillment_centers': {
      const centre = record as ShipBobStore['fulfillment_centers'][number];
      centre.phone_number = `${centre.phone_number}0`;
      for (const wro of store.receiving)
        if (wro.fulfillment_center.id === centre.id) wro.fulfillment_center = centre;
      return true;
    }
  }
}

/** The first of an order's parcels that passes, changed. */
function changeShipment(
  order: WireOrder,
  which: (one: WireShipment) => boolean,
  change: (one: WireShipment) => void,
): boolean {
  const found = order.shipments.find(which);
  if (!found) return false;
  change(found);
  order.status = orderStatus(order.shipments);
  return true;
}

const ship = (order: WireOrder, atMs: number): boolean =>
  changeShipment(
    order,
    ({ actual_fulfillment_date, status }) => actual_fulfillment_date === null && status !== 'Cancelled',
    (one) => {
      one.status = 'Completed';
      one.status_details = [detail(201)];
      one.actual_fulfillment_date = stamp(atMs);
      one.last_update_at = stamp(atMs);
      one.tracking = {
        carrier: 'USPS',
        carrier_service: 'Priority',
        tracking_number: `9400${one.id}`,
        tracking_url: `https://track.example/9400${one.id}`,
        bol: null,
        pro_number: null,
        scac: null,
        shipping_date: stamp(atMs),
      };
    },
  );

/** Delivered: the carrier's clock alone moves. */
const track = (order: WireOrder, atMs: number): boolean =>
  changeShipment(
    order,
    ({ status, delivery_date }) => status === 'Completed' && delivery_date === null,
    (one) => {
      one.status_details = [detail(203)];
      one.delivery_date = stamp(atMs);
      one.last_tracking_update_at = stamp(atMs);
    },
  );

const charge = (order: WireOrder, atMs: number): boolean =>
  changeShipment(
    order,
    ({ status, invoice_amount }) => status === 'Completed' && invoice_amount === null,
    (one) => {
      one.invoice_amount = chargeOf(one.measurements.total_weight_oz);
      one.invoice_currency_code = 'USD';
      one.last_update_at = stamp(atMs);
    },
  );

function complete(back: ShipBobStore['returns'][number], atMs: number): boolean {
  if (back.completed_date !== null || back.cancelled_date !== null) return false;
  back.arrived_date ??= stamp(atMs);
  back.completed_date = stamp(atMs);
  back.status = 'Completed';
  back.status_history.push({ status: 'Completed', timestamp: stamp(atMs) });
  back.transactions.push({ amount: 3.1, transaction_type: 'ReturnProcessingFee' });
  back.invoice = { amount: 3.1, currency_code: 'USD' };
  return true;
}
