import { Random } from './random.js';
import type { Article, MoneyBack, Parcel, Sale, SoldLine, Trade } from './trade.js';
import { rounded, type Units } from './units.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** One sale through Amazon for so many of the web shop's. */
const EVERY = 3;

/** Amazon's share of what the buyer paid for goods, and what it takes for each unit it ships itself. */
const REFERRAL_PERCENT = 15;

/**
 * What the same business sold on Amazon, the oldest first: other buyers, other order numbers, the same articles. Every
 * third sale of the web shop has one beside it, placed within the hour, so that both channels have a history of the
 * same span. Two in three are shipped by Amazon itself and have no parcels of ours.
 */
export function amazonSales(trade: Trade): readonly Sale[] {
  const known = new Map(trade.articles.map((article) => [article.sku, article]));
  const random = new Random(`${trade.seed}/amazon`);
  return trade.sales
    .filter((_, i) => i % EVERY === 0)
    .map((beside, i) => saleBeside(trade, known, random, beside, i));
}

function saleBeside(
  trade: Trade,
  known: ReadonlyMap<string, Article>,
  random: Random,
  beside: Sale,
  i: number,
): Sale {
  const id = orderIdOf(random);
  const placedMs = Math.min(trade.anchorMs - 60_000, beside.placedMs + random.int(0, 3599) * 1000);
  const lines = linesOf(trade, known, random, beside, i);
  const goods = lines.reduce((sum, line) => sum + line.quantity * line.unit - line.discount, 0);
  const merchant = i % 3 === 2;
  const shipping = merchant ? 39_900 : 0;
  const cancelledMs = i % 19 === 7 ? placedMs + 2 * HOUR : null;
  const later = (ms: number): number | null => (ms <= trade.anchorMs ? ms : null);
  const shippedMs = cancelledMs === null ? later(placedMs + random.int(6, 60) * HOUR) : null;
  const total = goods + shipping;
  const moneyBack = shippedMs === null ? [] : returnsOf(trade, random, id, lines, shippedMs, i);
  return {
    channel: 'amazon',
    id,
    name: id,
    placedMs,
    updatedMs: Math.max(placedMs, cancelledMs ?? 0, shippedMs ?? 0, ...moneyBack.map((one) => one.atMs)),
    buyer: {
      id: null,
      name: `Amazon buyer ${i + 1}`,
      email: `b${i + 1}@marketplace.amazon.example`,
      phone: null,
    },
    address: beside.address,
    lines,
    shipping,
    total,
    test: false,
    cancelledMs,
    payments:
      shippedMs === null
        ? []
        : [
            {
              id: `${id}/1`,
              gateway: 'amazon',
              amount: total,
              fee: feeOf(lines, merchant, trade.currency),
              atMs: shippedMs,
            },
          ],
    parcels: merchant && shippedMs !== null ? [parcelOf(id, lines, shippedMs, later)] : [],
    moneyBack,
  };
}

/** 3-7-7 digits, as Amazon writes them. */
const orderIdOf = (random: Random): string =>
  `${String(random.int(100, 999))}-${digits(random)}-${digits(random)}`;

const digits = (random: Random): string => String(random.int(0, 9_999_999)).padStart(7, '0');

function linesOf(
  trade: Trade,
  known: ReadonlyMap<string, Article>,
  random: Random,
  beside: Sale,
  i: number,
): SoldLine[] {
  const sold = beside.lines.filter((line) => line.sku !== null && known.has(line.sku)).slice(0, 20);
  const from = sold.length > 0 ? sold.map((line) => known.get(line.sku!)!) : trade.articles.slice(0, 1);
  const lines = from.map((article, at) => lineOf(trade, random, article, i % 5 === 3 && at === 0));
  // The same SKU a second time in one order, as real ones have.
  return i % 11 === 4 && from[0] ? [...lines, lineOf(trade, random, from[0], false)] : lines;
}

function lineOf(trade: Trade, random: Random, article: Article, discounted: boolean): SoldLine {
  const quantity = random.chance(0.8) ? 1 : random.int(2, 5);
  const discount = discounted ? rounded(Math.floor((quantity * article.price) / 10), trade.currency) : 0;
  const price = quantity * article.price - discount;
  return {
    id: `${random.int(10_000_000, 99_999_999)}${String(random.int(0, 999_999)).padStart(6, '0')}`,
    sku: article.sku,
    title: article.title,
    quantity,
    unit: article.price,
    discount,
    tax: rounded(Math.round((price * 20) / 120), trade.currency),
    requiresShipping: true,
  };
}

/** By the seller rather than by Amazon: those buyers pay for shipping. */
export const shippedByMerchant = (sale: Sale): boolean => sale.shipping > 0;

function feeOf(lines: readonly SoldLine[], merchant: boolean, currency: string): Units {
  let fee = 0;
  for (const line of lines) fee += lineFeeOf(line, merchant, currency);
  return fee;
}

/** Amazon's fee for one line: the referral share, and shipping by the unit where it ships itself. To the penny. */
export function lineFeeOf(line: SoldLine, merchant: boolean, currency: string): Units {
  const price = line.quantity * line.unit - line.discount;
  const referral = rounded(Math.round((price * REFERRAL_PERCENT) / 100), currency);
  return referral + (merchant ? 0 : line.quantity * 23_100);
}

function parcelOf(
  id: string,
  lines: readonly SoldLine[],
  shippedMs: number,
  later: (ms: number) => number | null,
): Parcel {
  const trackingNumber = `AM${id.replace(/\D/g, '').slice(3)}`;
  return {
    id: `${id}/p1`,
    shippedMs,
    deliveredMs: later(shippedMs + 2 * DAY),
    carrier: 'Royal Mail',
    trackingNumber,
    trackingUrl: `https://www.royalmail.com/track-your-item#/tracking-results/${trackingNumber}`,
    lines: lines.map((line) => ({ lineId: line.id, quantity: line.quantity })),
  };
}

/** One unit of the first line comes back from every ninth buyer. */
function returnsOf(
  trade: Trade,
  random: Random,
  id: string,
  lines: readonly SoldLine[],
  shippedMs: number,
  i: number,
): MoneyBack[] {
  const [line] = lines;
  const atMs = shippedMs + random.int(3, 12) * DAY;
  if (i % 9 !== 5 || !line || atMs > trade.anchorMs) return [];
  const amount = rounded(
    Math.floor((line.quantity * line.unit - line.discount) / line.quantity),
    trade.currency,
  );
  return [
    {
      id: `${id}/r1`,
      atMs,
      returned: true,
      note: 'CUSTOMER_RETURN',
      lines: [{ lineId: line.id, quantity: 1 }],
      payments: [{ id: `${id}/r1/1`, gateway: 'amazon', amount, fee: 0, atMs }],
    },
  ];
}
