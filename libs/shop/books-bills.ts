import type { BookBill, BookLine } from './bookkeeping.js';
import { NOMINAL } from './chart.js';
import type { Sale, Trade } from './trade.js';
import { rounded, type Units } from './units.js';

const DAY = 86_400_000;
const TERMS_DAYS = 14;
/** Of what goods are sold for, tax included. */
const COST_PERCENT = 40;
/** For one parcel, before tax. */
const PARCEL: Units = 31_000;
/** What the first delivery of packaging cost, before tax. */
const PACKAGING: Units = 1_250_000;

/** What suppliers billed: packaging before the first sale, then goods and parcels of each month after its end. */
export function billsOf(trade: Trade, sales: readonly Sale[]): BookBill[] {
  const [first] = sales;
  if (!first) return [];
  const taxed = (net: Units): Pick<BookLine, 'total' | 'tax'> => {
    const tax = rounded(Math.round(net / 5), trade.currency);
    return { total: net + tax, tax };
  };
  const bill = (contact: string, reference: string, issuedMs: number, lines: BookLine[]): BookBill => {
    const dueMs = issuedMs + TERMS_DAYS * DAY;
    return {
      key: `${contact}/${reference}`,
      contact,
      reference,
      issuedMs,
      dueMs,
      lines,
      total: lines.reduce((sum, { total }) => sum + total, 0),
      tax: lines.reduce((sum, { tax }) => sum + tax, 0),
      paidMs: dueMs <= trade.anchorMs ? dueMs : null,
    };
  };
  const line = (description: string, quantity: number, net: Units, nominal: string): BookLine => ({
    description,
    quantity,
    ...taxed(rounded(net, trade.currency)),
    nominal,
  });
  const packaging = bill('supplier/goods', 'MW-0001', first.placedMs, [
    line('Packaging', 1, PACKAGING, NOMINAL.goods),
  ]);
  return [packaging, ...monthsOf(sales, trade.anchorMs).flatMap((month) => monthly(month, bill, line))];
}

interface Month {
  /** `2026-10` */
  readonly name: string;
  /** The first instant after it. */
  readonly endMs: number;
  units: number;
  cost: Units;
  parcels: number;
}

function monthly(
  month: Month,
  bill: (contact: string, reference: string, issuedMs: number, lines: BookLine[]) => BookBill,
  line: (description: string, quantity: number, net: Units, nominal: string) => BookLine,
): BookBill[] {
  const { name, endMs, units, cost, parcels } = month;
  const goods = line(`Goods sold in ${name}`, units, cost, NOMINAL.goods);
  const packed = line(`Parcels of ${name}`, parcels, parcels * PARCEL, NOMINAL.fulfilment);
  return [
    ...(goods.total > 0 ? [bill('supplier/goods', `MW-${name}`, endMs, [goods])] : []),
    ...(packed.total > 0 ? [bill('supplier/fulfilment', `HF-${name}`, endMs, [packed])] : []),
  ];
}

/** Every month that is over, the oldest first. */
function monthsOf(sales: readonly Sale[], anchorMs: number): Month[] {
  const months = new Map<string, Month>();
  for (const sale of sales) {
    const at = new Date(sale.placedMs);
    const endMs = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
    if (endMs > anchorMs || sale.cancelledMs !== null) continue;
    const name = at.toISOString().slice(0, 7);
    const month = months.get(name) ?? { name, endMs, units: 0, cost: 0, parcels: 0 };
    months.set(name, month);
    for (const line of sale.lines) {
      month.units += line.quantity;
      month.cost += Math.floor((line.quantity * line.unit * COST_PERCENT) / 120);
    }
    month.parcels += sale.parcels.length;
  }
  return [...months.values()].sort((a, b) => a.endMs - b.endMs);
}
