import { gzipSync } from 'node:zlib';
import { hash, settlementsOf, type Settlement, type SettlementLine, type Trade, type Units } from '#shop';
import { amountOf, marketplacesOf } from './words.js';

export const SETTLEMENT_REPORT = 'GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2';
const HOUR = 3_600_000;
/** Every so many settlements are reported once more, for another marketplace. */
const TWICE_EVERY = 4;

export interface Report {
  readonly id: string;
  readonly documentId: string;
  readonly createdMs: number;
  readonly marketplaceId: string;
  readonly settlement: Settlement;
  readonly gzip: boolean;
}

/** The reports Amazon made of closed settlements, the newest first as it lists them. */
export function reportsOf(trade: Trade): Report[] {
  const [home, beside] = marketplacesOf(trade.currency);
  return settlementsOf(trade)
    .flatMap((settlement, i) => {
      const made = (marketplaceId: string, n: number): Report => ({
        id: String(50_000_000_000 + (hash(`${settlement.id}/${n}`) % 1_000_000_000)),
        documentId: `amzn1.spdoc.1.4.${settlement.id}.${n}`,
        createdMs: settlement.endMs + (3 + n) * HOUR,
        marketplaceId,
        settlement,
        gzip: i % 2 === 0,
      });
      return i % TWICE_EVERY === 1 ? [made(home.id, 0), made(beside.id, 1)] : [made(home.id, 0)];
    })
    .sort((a, b) => b.createdMs - a.createdMs);
}

/** How a marketplace spells: decimal point or comma, the day or the year first. */
const SPELLING: Readonly<Record<string, { comma: boolean; dotted: boolean }>> = {
  GBP: { comma: false, dotted: true },
  EUR: { comma: true, dotted: true },
};

const COLUMNS = [
  'settlement-id',
  'settlement-start-date',
  'settlement-end-date',
  'deposit-date',
  'total-amount',
  'currency',
  'transaction-type',
  'order-id',
  'merchant-order-id',
  'adjustment-id',
  'shipment-id',
  'marketplace-name',
  'amount-type',
  'amount-description',
  'amount',
  'fulfillment-id',
  'posted-date',
  'posted-date-time',
  'order-item-code',
  'merchant-order-item-id',
  'merchant-adjustment-item-id',
  'sku',
  'quantity-purchased',
  'promotion-id',
] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number], string | null>>;

/** The flat file; `skew` is added to its first amount, so that it does not add up. */
export function documentOf(report: Report, skew: Units = 0): Buffer {
  const text = Buffer.from([...linesOf(report, skew), ''].join('\n'));
  return report.gzip ? gzipSync(text) : text;
}

/** The file's lines: its header, its summary, and one for each line of the settlement. */
export function linesOf({ settlement }: Report, skew: Units = 0): string[] {
  const { currency } = settlement;
  const [home] = marketplacesOf(currency);
  const { comma, dotted } = SPELLING[currency] ?? { comma: false, dotted: false };
  const amount = (units: Units): string => {
    const text = amountOf(units, currency);
    return comma ? text.replace('.', ',') : text;
  };
  const day = (ms: number): string => {
    const text = new Date(ms).toISOString().slice(0, 10);
    return dotted ? text.split('-').reverse().join('.') : text;
  };
  const instant = (ms: number): string => `${day(ms)} ${new Date(ms).toISOString().slice(11, 19)} UTC`;
  const summary: Cells = {
    'settlement-start-date': instant(settlement.startMs),
    'settlement-end-date': instant(settlement.endMs),
    'deposit-date': instant(settlement.deposit?.atMs ?? settlement.endMs),
    'total-amount': amount(settlement.total),
    currency,
  };
  const detail = (line: SettlementLine, i: number): Cells => ({
    'transaction-type': line.type,
    'order-id': line.orderId,
    'merchant-order-id': line.orderId,
    'adjustment-id': line.adjustmentId,
    'shipment-id': line.shipmentId,
    'marketplace-name': line.orderId === null ? null : home.name,
    'amount-type': line.amountType,
    'amount-description': line.description,
    amount: amount(line.amount + (i === 0 ? skew : 0)),
    'fulfillment-id': line.fulfillment,
    'posted-date': day(line.postedMs),
    'posted-date-time': instant(line.postedMs),
    'order-item-code': line.itemId,
    sku: line.sku,
    'quantity-purchased': line.quantity === null ? null : String(line.quantity),
    'promotion-id': line.promotion,
  });
  const rows = [summary, ...settlement.lines.map(detail)].map((cells) =>
    COLUMNS.map((name) => (name === 'settlement-id' ? settlement.id : (cells[name] ?? ''))).join('\t'),
  );
  return [COLUMNS.join('\t'), ...rows];
}
