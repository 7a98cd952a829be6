import { amazonSales, shippedByMerchant } from './amazon-sales.js';
import { hash } from './random.js';
import type { Centre, Dispatch, Goods, Network } from './stock.js';
import type { Parcel, Sale, SoldLine, Taken, Trade } from './trade.js';

/** Every parcel a network sent or has still to send, in the order of the sales. */
export function dispatchesOf(trade: Trade, network: Network, centres: readonly Centre[]): Dispatch[] {
  const stocked = new Set(trade.articles.map(({ sku }) => sku));
  return salesOf(trade, network).flatMap((sale) => {
    const from = Math.abs(hash(`${trade.seed}/${network}/${sale.id}`)) % WEIGHTS[network].length;
    const centre = (parcel: number): string =>
      centres[(WEIGHTS[network][from]! + parcel) % centres.length]!.id;
    return [
      ...sentOf(sale, network).map((parcel, i) => dispatch(sale, parcel, centre(i), stocked)),
      ...openOf(sale).map((parcel) => dispatch(sale, parcel, centre(0), stocked)),
    ];
  });
}

/** How often each centre is chosen: the first sends the most. */
const WEIGHTS: Readonly<Record<Network, readonly number[]>> = {
  shipbob: [0, 0, 0, 1, 1, 2],
  amazon: [0, 0, 1],
};

/** What the network was given to send: paid for with real money, and with something to send. */
function salesOf(trade: Trade, network: Network): Sale[] {
  const amazon = amazonSales(trade);
  const ours =
    network === 'amazon'
      ? amazon.filter((sale) => !shippedByMerchant(sale))
      : [...trade.sales, ...amazon.filter(shippedByMerchant)];
  return ours
    .filter(
      (sale) =>
        !sale.test && sale.lines.some(isSent) && (sale.payments.length > 0 || sale.parcels.length > 0),
    )
    .sort((a, b) => a.placedMs - b.placedMs);
}

const isSent = (line: SoldLine): boolean => line.requiresShipping && line.quantity > 0;

type Sent = Omit<Parcel, 'shippedMs'> & { readonly shippedMs: number | null };

const UNTOLD = { deliveredMs: null, carrier: null, trackingNumber: null, trackingUrl: null };

/** Amazon charges when it ships, and tells of no parcels. */
function sentOf(sale: Sale, network: Network): readonly Sent[] {
  const [paid] = sale.payments;
  if (network !== 'amazon' || !paid) return sale.parcels;
  const lines = sale.lines.filter(isSent).map(({ id, quantity }) => ({ lineId: id, quantity }));
  return [{ ...UNTOLD, id: `${sale.id}/sent`, shippedMs: paid.atMs, lines }];
}

/** What is neither sent nor refunded, of sales that are paid and not cancelled. */
function openOf(sale: Sale): Sent[] {
  if (sale.cancelledMs !== null || sale.payments.length === 0) return [];
  if (sale.channel === 'amazon') return [];
  const left = new Map(sale.lines.filter(isSent).map(({ id, quantity }) => [id, quantity]));
  const without = ({ lineId, quantity }: Taken): void => {
    const still = left.get(lineId);
    if (still !== undefined) left.set(lineId, Math.max(0, still - quantity));
  };
  for (const { lines } of sale.parcels) lines.forEach(without);
  for (const { lines, returned } of sale.moneyBack)
    if (!returned || sale.parcels.length === 0) lines.forEach(without);
  const lines = [...left].filter(([, n]) => n > 0).map(([lineId, quantity]) => ({ lineId, quantity }));
  return lines.length > 0 ? [{ ...UNTOLD, id: `${sale.id}/open`, shippedMs: null, lines }] : [];
}

function dispatch(sale: Sale, parcel: Sent, centre: string, stocked: ReadonlySet<string>): Dispatch {
  const { lines, ...told } = parcel;
  return { ...told, sale, centre, goods: goodsOf(sale, lines, stocked), isShort: false };
}

function goodsOf(sale: Sale, taken: readonly Taken[], stocked: ReadonlySet<string>): Goods[] {
  return taken.flatMap(({ lineId, quantity }) => {
    const sku = sale.lines.find(({ id }) => id === lineId)?.sku ?? null;
    return sku !== null && stocked.has(sku) ? [{ sku, quantity, lineId }] : [];
  });
}
