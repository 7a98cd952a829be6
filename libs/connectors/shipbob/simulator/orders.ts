import { hash, textOf, type Dispatch, type Sale, type Stock, type Trade } from '#shop';
import type { Items } from './catalog.js';
import { centreOf, CHANNELS, currencyOf } from './centres.js';
import {
  stamp,
  zoneless,
  type WireDetail,
  type WireOrder,
  type WireShipment,
  type WireTracking,
} from './wire.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a shipment's figures are told for: days after it left. */
const CHARGED_AFTER = 2 * DAY;

/** One order for each sale that ShipBob was given: sent, to be sent, or called off in time. The oldest first. */
export function ordersOf(
  trade: Trade,
  stock: Stock,
  items: Items,
): { orders: WireOrder[]; shipmentIds: ReadonlyMap<string, number> } {
  const bySale = new Map<Sale, Dispatch[]>();
  for (const one of stock.dispatches) bySale.set(one.sale, [...(bySale.get(one.sale) ?? []), one]);
  for (const sale of trade.sales)
    if (sale.cancelledMs !== null && !sale.test && sale.payments.length > 0 && !bySale.has(sale))
      bySale.set(sale, []);
  const sales = [...bySale].sort(([a], [b]) => a.placedMs - b.placedMs || (a.id < b.id ? -1 : 1));
  const shipmentIds = new Map<string, number>();
  const orders = sales.map(([sale, dispatches], i) => {
    const orderId = 210_000_000 + i;
    const given = dispatches.length > 0 ? dispatches : [calledOff(sale, stock)];
    const shipments = given.map((one) => {
      const id = 98_000_000 + shipmentIds.size;
      shipmentIds.set(one.id, id);
      return shipmentOf(trade, items, one, { id, orderId });
    });
    return orderOf(items, sale, { id: orderId, i, shipments });
  });
  return { orders, shipmentIds };
}

const calledOff = (sale: Sale, stock: Stock): Dispatch => ({
  id: `${sale.id}/off`,
  sale,
  centre: stock.centres[0]!.id,
  shippedMs: null,
  deliveredMs: null,
  carrier: null,
  trackingNumber: null,
  trackingUrl: null,
  goods: [],
  isShort: false,
});

interface Made {
  readonly id: number;
  readonly i: number;
  readonly shipments: WireShipment[];
}

function orderOf(items: Items, sale: Sale, { id, i, shipments }: Made): WireOrder {
  const channel = CHANNELS[sale.channel];
  const { address, buyer } = sale;
  return {
    id,
    reference_id: sale.id,
    order_number: sale.name,
    status: orderStatus(shipments),
    type: 'DTC',
    // Now and then one without a zone, as records of the first years are.
    created_date: (i % 40 === 7 ? zoneless : stamp)(givenMs(sale)),
    purchase_date: stamp(sale.placedMs),
    channel: { id: channel.id, name: channel.name },
    recipient: {
      name: address?.name ?? buyer?.name ?? 'Unknown',
      email: buyer?.email ?? null,
      phone_number: buyer?.phone ?? null,
      address: {
        address1: address?.line1 ?? 'Unknown',
        address2: address?.line2 ?? null,
        company_name: null,
        city: address?.city ?? 'Unknown',
        state: address?.region ?? null,
        zip_code: address?.postcode ?? null,
        country: address?.countryCode ?? 'GB',
      },
    },
    products: sale.lines
      .filter((line) => line.requiresShipping)
      .map((line, n) => ({
        id: items.get(line.sku ?? '')?.legacyId ?? 7_900_000 + n,
        reference_id: line.sku ?? line.title,
        sku: line.sku,
        quantity: line.quantity,
        unit_price: Number(textOf(line.unit)),
        external_line_id: n + 1,
        gtin: null,
        upc: null,
      })),
    shipments,
    shipping_method: 'Standard',
    shipping_terms: { carrier_type: 'Parcel', payment_term: 'Prepaid' },
    tags: [],
    financials: { total_price: Number(textOf(sale.total)) },
    gift_message: null,
  };
}

/** When ShipBob was given it: soon after it was placed. */
const givenMs = (sale: Sale): number => sale.placedMs + 2 * MINUTE + (hash(sale.id) % MINUTE);

/** ShipBob computes it from the shipments. */
export function orderStatus(shipments: readonly WireShipment[]): string {
  const counted = shipments.filter(({ status }) => status !== 'Cancelled');
  if (counted.length === 0) return 'Cancelled';
  if (counted.some(({ status }) => status === 'Exception' || status === 'OnHold')) return 'Exception';
  const left = counted.filter(({ status }) => status === 'Completed').length;
  return left === 0 ? 'Processing' : left === counted.length ? 'Fulfilled' : 'PartiallyFulfilled';
}

function shipmentOf(
  trade: Trade,
  items: Items,
  dispatch: Dispatch,
  { id, orderId }: { id: number; orderId: number },
): WireShipment {
  const { sale, centre: at, goods } = dispatch;
  const centre = centreOf(at);
  const ounces = goods.reduce((n, { sku, quantity }) => n + quantity * (items.get(sku)?.ounces ?? 8), 6);
  const stage = stageOf(trade, dispatch);
  const isCharged = dispatch.shippedMs !== null && trade.anchorMs - dispatch.shippedMs >= CHARGED_AFTER;
  const missing = stage.detail?.id === 303 ? items.get(goods[0]?.sku ?? '')?.inventoryId : undefined;
  return {
    id,
    order_id: orderId,
    reference_id: sale.id,
    status: stage.status,
    status_details: stage.detail ? [{ ...stage.detail, inventory_id: missing ?? null }] : [],
    created_date: stamp(givenMs(sale) + MINUTE),
    last_update_at: stamp(stage.updatedMs),
    last_tracking_update_at: stage.trackedMs === null ? null : stamp(stage.trackedMs),
    actual_fulfillment_date: dispatch.shippedMs === null ? null : stamp(dispatch.shippedMs),
    estimated_fulfillment_date: stamp(givenMs(sale) + DAY),
    estimated_fulfillment_date_status: dispatch.shippedMs === null ? 'PendingOnTime' : 'FulfilledOnTime',
    delivery_date: stage.deliveredMs === null ? null : stamp(stage.deliveredMs),
    location: { id: centre.id, name: centre.name },
    tracking: trackingOf(dispatch),
    measurements: { length_in: 10, width_in: 8, depth_in: 2, total_weight_oz: ounces },
    invoice_amount: isCharged ? chargeOf(ounces) : null,
    invoice_currency_code: isCharged ? currencyOf(at) : null,
    insurance_value: null,
    is_tracking_uploaded: dispatch.trackingNumber !== null,
    require_signature: false,
    ship_option: 'Standard',
    package_material_type: 'Box',
    gift_message: null,
    products: goods.map(({ sku, quantity }) => shippedOf(items, sku, quantity, dispatch.shippedMs === null)),
  };
}

function shippedOf(items: Items, sku: string, quantity: number, isOpen: boolean) {
  const item = items.get(sku)!;
  return {
    id: item.legacyId,
    name: item.article.title,
    reference_id: sku,
    sku,
    inventory_items: [
      {
        id: item.inventoryId,
        name: item.article.title,
        lot: null,
        expiration_date: null,
        quantity,
        quantity_committed: isOpen ? quantity : 0,
        is_dangerous_goods: false,
        serial_numbers: [] as [],
      },
    ],
  };
}

/** To the cent, with amounts that a float would add up wrongly. */
export const chargeOf = (ounces: number): number => (395 + 7 * Math.ceil(ounces / 4)) / 100;

function trackingOf({ carrier, trackingNumber, trackingUrl, shippedMs }: Dispatch): WireTracking | null {
  if (trackingNumber === null) return null;
  return {
    carrier: carrier ?? 'Unknown',
    carrier_service: 'Ground',
    tracking_number: trackingNumber,
    tracking_url: trackingUrl ?? `https://track.example/${trackingNumber}`,
    bol: null,
    pro_number: null,
    scac: null,
    shipping_date: shippedMs === null ? null : stamp(shippedMs),
  };
}

export function detail(id: number): WireDetail {
  const name = DETAILS[id]!;
  return {
    id,
    name,
    description: name,
    inventory_id: null,
    exception_fulfillment_center_id: null,
    extra_information: null,
  };
}

const DETAILS: Readonly<Record<number, string>> = {
  100: 'Picked',
  101: 'Packed',
  102: 'Labeled',
  200: 'Processing',
  201: 'InTransit',
  202: 'OutForDelivery',
  203: 'Delivered',
  204: 'DeliveryException',
  303: 'OutOfStock',
  401: 'InvalidAddress',
};

interface Stage {
  readonly status: string;
  readonly detail: WireDetail | null;
  readonly updatedMs: number;
  readonly trackedMs: number | null;
  readonly deliveredMs: number | null;
}

/** Where a parcel is in its life at the anchor: to be sent, on its way, there. */
function stageOf({ anchorMs }: Trade, dispatch: Dispatch): Stage {
  const { sale, shippedMs, isShort } = dispatch;
  const dice = hash(`stage/${dispatch.id}`);
  const upToNow = (ms: number): number => Math.min(ms, anchorMs);
  const still = (status: string, told: WireDetail | null, updatedMs: number): Stage => ({
    status,
    detail: told,
    updatedMs: upToNow(updatedMs),
    trackedMs: null,
    deliveredMs: null,
  });
  const soon = givenMs(sale) + 5 * MINUTE;
  if (shippedMs === null) {
    if (sale.cancelledMs !== null) return still('Cancelled', null, sale.cancelledMs + MINUTE);
    if (isShort) return still('Exception', detail(303), soon + HOUR);
    if (dice % 17 === 0) return still('OnHold', detail(401), soon);
    return still('Processing', dice % 4 === 3 ? null : detail(100 + (dice % 4)), soon + (dice % 5) * HOUR);
  }
  const deliveredMs = dispatch.deliveredMs ?? shippedMs + 2 * DAY + (dice % 48) * HOUR;
  if (deliveredMs <= anchorMs && dice % 41 !== 3)
    return {
      status: 'Completed',
      detail: detail(203),
      updatedMs: shippedMs + HOUR,
      // What the carrier says moves the second clock alone.
      trackedMs: deliveredMs,
      deliveredMs,
    };
  const told = dice % 41 === 3 ? 204 : 200 + (dice % 3);
  const trackedMs = told === 200 ? null : upToNow(shippedMs + DAY);
  return {
    status: 'Completed',
    detail: detail(told),
    updatedMs: upToNow(shippedMs + HOUR),
    trackedMs,
    deliveredMs: null,
  };
}
