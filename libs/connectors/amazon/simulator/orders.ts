import { shippedByMerchant, type Sale, type SoldLine, type Units } from '#shop';
import { instantOf, money, type Marketplace } from './words.js';

/** How long Amazon looks at a payment before the order has a price. */
const PENDING_MS = 30 * 60_000;
const DAY = 86_400_000;

/** One order as it stands at an instant: everything about it has happened at a time of its own. */
export class AmazonOrder {
  /** The last edit by hand. */
  touchedMs = Number.NEGATIVE_INFINITY;
  cancelledMs: number | null;
  shippedMs: number | null;

  constructor(readonly sale: Sale) {
    this.cancelledMs = sale.cancelledMs;
    this.shippedMs = sale.payments[0]?.atMs ?? null;
  }

  get id(): string {
    return this.sale.id;
  }

  updatedMs(nowMs: number): number {
    const { placedMs, moneyBack, parcels } = this.sale;
    const happened = [
      placedMs + PENDING_MS,
      this.cancelledMs ?? placedMs,
      this.shippedMs ?? placedMs,
      this.touchedMs,
      ...parcels.map(({ deliveredMs }) => deliveredMs ?? placedMs),
      ...moneyBack.map(({ atMs }) => atMs),
    ];
    return happened.reduce((newest, ms) => (ms <= nowMs && ms > newest ? ms : newest), placedMs);
  }

  status(nowMs: number): 'PENDING' | 'UNSHIPPED' | 'SHIPPED' | 'CANCELLED' {
    if (this.cancelledMs !== null && this.cancelledMs <= nowMs) return 'CANCELLED';
    if (this.shippedMs !== null && this.shippedMs <= nowMs) return 'SHIPPED';
    return nowMs < this.sale.placedMs + PENDING_MS ? 'PENDING' : 'UNSHIPPED';
  }

  /** Neither a pending nor a cancelled order has a price. */
  hasMoney(nowMs: number): boolean {
    return ['UNSHIPPED', 'SHIPPED'].includes(this.status(nowMs));
  }
}

interface Asked {
  readonly included: ReadonlySet<string>;
  readonly currency: string;
  readonly marketplace: Marketplace;
  readonly nowMs: number;
}

/** The order as the wire says it: what was not asked for, or is not known yet, is absent. */
export function orderOnWire(order: AmazonOrder, asked: Asked): object {
  const { sale } = order;
  const { included, currency, marketplace, nowMs } = asked;
  const merchant = shippedByMerchant(sale);
  const priced = included.has('PROCEEDS') && order.hasMoney(nowMs);
  return {
    orderId: sale.id,
    createdTime: instantOf(sale.placedMs),
    lastUpdatedTime: instantOf(order.updatedMs(nowMs)),
    programs: merchant ? [] : ['PRIME'],
    salesChannel: {
      channelName: 'AMAZON',
      marketplaceId: marketplace.id,
      marketplaceName: marketplace.name,
    },
    ...(included.has('BUYER') && sale.buyer
      ? { buyer: { buyerName: sale.buyer.name, ...(merchant ? { buyerEmail: sale.buyer.email } : {}) } }
      : {}),
    ...(included.has('RECIPIENT') ? recipientOf(sale) : {}),
    ...(priced ? { proceeds: proceedsOf(sale, currency) } : {}),
    ...(included.has('FULFILLMENT') ? { fulfillment: fulfillmentOf(order, merchant, nowMs) } : {}),
    ...(included.has('PACKAGES') && merchant ? { packages: packagesOf(order, nowMs) } : {}),
    orderItems: sale.lines.map((line, i) => itemOnWire(order, line, i === 0 ? sale.shipping : 0, asked)),
  };
}

function recipientOf({ address }: Sale): object {
  if (!address) return {};
  const { name, line1, line2, city, region, postcode, countryCode } = address;
  const told = {
    name,
    addressLine1: line1,
    addressLine2: line2,
    city,
    stateOrRegion: region,
    postalCode: postcode,
    countryCode,
  };
  return {
    recipient: {
      deliveryAddress: Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null)),
    },
  };
}

function fulfillmentOf(order: AmazonOrder, merchant: boolean, nowMs: number): object {
  const { placedMs } = order.sale;
  return {
    fulfillmentStatus: order.status(nowMs),
    fulfilledBy: merchant ? 'MERCHANT' : 'AMAZON',
    fulfillmentServiceLevel: 'STANDARD',
    shipByWindow: {
      earliestDateTime: instantOf(placedMs),
      latestDateTime: instantOf(placedMs + 3 * DAY),
    },
  };
}

const packagesOf = (order: AmazonOrder, nowMs: number): object[] =>
  order.sale.parcels
    .filter(({ shippedMs }) => shippedMs <= nowMs)
    .map((parcel, i) => {
      const delivered = parcel.deliveredMs !== null && parcel.deliveredMs <= nowMs;
      return {
        packageReferenceId: String(i + 1),
        createdTime: instantOf(parcel.shippedMs),
        packageStatus: delivered
          ? { status: 'DELIVERED', detailedStatus: 'DELIVERED' }
          : { status: 'IN_TRANSIT', detailedStatus: 'PICKED_UP' },
        carrier: parcel.carrier,
        shipTime: instantOf(parcel.shippedMs),
        trackingNumber: parcel.trackingNumber,
        packageItems: parcel.lines.map(({ lineId, quantity }) => ({ orderItemId: lineId, quantity })),
      };
    });

interface Parts {
  readonly item: Units;
  readonly tax: Units;
  readonly shipping: Units;
  readonly discount: Units;
}

const partsOf = (line: SoldLine, shipping: Units): Parts => ({
  item: line.quantity * line.unit - line.tax,
  tax: line.tax,
  shipping,
  discount: -line.discount,
});

const totalOf = ({ item, tax, shipping, discount }: Parts): Units => item + tax + shipping + discount;

function breakdownsOf({ item, tax, shipping, discount }: Parts, currency: string) {
  const parts = [
    ['ITEM', item],
    ['SHIPPING', shipping],
    ['TAX', tax],
    ['DISCOUNT', discount],
  ] as const;
  return parts
    .filter(([type, units]) => units !== 0 || type === 'ITEM')
    .map(([type, units]) => ({ type, subtotal: money(units, currency) }));
}

function proceedsOf(sale: Sale, currency: string): object {
  const parts = sale.lines.map((line) => partsOf(line, 0));
  const sum = (part: keyof Parts): Units => parts.reduce((all, one) => all + one[part], 0);
  const whole = { item: sum('item'), tax: sum('tax'), shipping: sale.shipping, discount: sum('discount') };
  return { grandTotal: money(totalOf(whole), currency), breakdowns: breakdownsOf(whole, currency) };
}

function itemOnWire(order: AmazonOrder, line: SoldLine, shipping: Units, asked: Asked): object {
  const { included, currency, nowMs } = asked;
  const status = order.status(nowMs);
  const parts = partsOf(line, shipping);
  return {
    orderItemId: line.id,
    quantityOrdered: line.quantity,
    product: {
      asin: asinOf(line.sku ?? line.title),
      title: line.title,
      ...(line.sku === null ? {} : { sellerSku: line.sku }),
      condition: { conditionType: 'NEW', conditionSubtype: 'NEW' },
      ...(order.hasMoney(nowMs) ? { price: { unitPrice: money(line.unit, currency) } } : {}),
    },
    ...(included.has('PROCEEDS') && order.hasMoney(nowMs)
      ? {
          proceeds: {
            proceedsTotal: money(totalOf(parts), currency),
            breakdowns: breakdownsOf(parts, currency),
          },
        }
      : {}),
    ...(included.has('CANCELLATION') && status === 'CANCELLED'
      ? {
          cancellation: {
            cancellationExecution: { cancelledBy: 'BUYER', cancelReason: 'Ordered by mistake' },
          },
        }
      : {}),
    ...(included.has('FULFILLMENT')
      ? {
          fulfillment: {
            quantityFulfilled: status === 'SHIPPED' ? line.quantity : 0,
            quantityUnfulfilled: status === 'PENDING' || status === 'UNSHIPPED' ? line.quantity : 0,
          },
        }
      : {}),
  };
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** `B0` and eight more, the same for the same article. */
export function asinOf(text: string): string {
  let state = 7;
  const letters = Array.from({ length: 8 }, (_, i) => {
    for (const letter of text) state = (Math.imul(state, 31) + letter.charCodeAt(0) + i) >>> 0;
    return LETTERS[state % LETTERS.length]!;
  });
  return `B0${letters.join('')}`;
}
