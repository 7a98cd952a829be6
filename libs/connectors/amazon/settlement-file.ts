import { createHash } from 'node:crypto';
import { compare, type Decimal, Failure, sum } from '#kernel';
import type { LineText, SettlementText } from './records/settlement.js';
import { amountIn, dayIn, spellingOf, type Spelling } from './settlement-cells.js';

type Cells = Readonly<Record<string, string | undefined>>;

/** A report's text as its one settlement; a Failure where it is no such file, or does not add up to its own total. */
export function readSettlement(text: string, reportedAt: string): SettlementText {
  const [summary, ...details] = rowsOf(text);
  if (!summary?.cells['total-amount']) throw misbuilt('its first line is no summary: it has no total-amount');
  const settlementId = summary.cells['settlement-id'] ?? '';
  const stranger = details.find(({ cells }) => cells['settlement-id'] !== settlementId);
  if (stranger)
    throw misbuilt(`it holds a line of settlement ${stranger.cells['settlement-id'] ?? 'none'} too`);
  const rows = [summary, ...details].map(({ cells }) => cells);
  const spelling = read(() => spellingOf(rows.flatMap(amountsOf), rows.flatMap(daysOf)));
  const total = read(() => amountIn(summary.cells['total-amount']!, spelling));
  const lines = details.map(({ cells, text: said }, i) =>
    read(() =>
      lineOf(cells, spelling, { lineNumber: i + 1, key: `${settlementId}/${i + 1}/${hashOf(said)}` }),
    ),
  );
  prove(settlementId, total, lines);
  const at = (name: string): string | null => {
    const said = summary.cells[name];
    return said === undefined ? null : read(() => instantOf(said, spelling));
  };
  return {
    settlementId,
    reportedAt,
    startAt: at('settlement-start-date'),
    endAt: at('settlement-end-date'),
    depositAt: at('deposit-date'),
    total,
    currency: summary.cells['currency'] ?? '',
    lines,
  };
}

/** Lines that are lost on the way, or read wrong, are never booked. */
function prove(settlementId: string, total: Decimal, lines: readonly LineText[]): void {
  const added = sum(lines.map(({ amount }) => amount as Decimal));
  if (compare(added, total) === 0) return;
  throw new Failure(
    'bug',
    `settlement ${settlementId} does not add up: its ${lines.length} lines come to ${added}, its total is ${total}; nothing of it was stored: compare the report in Seller Central, and if it is right there send us its shape`,
  );
}

interface Row {
  readonly cells: Cells;
  readonly text: string;
}

/**
 * Tabs and nothing else: a quotation mark is a letter like others. Cells are known by their header, which may stand
 * below another line.
 */
function rowsOf(text: string): Row[] {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.split('\t').some((name) => headed(name) === 'settlement-id'));
  if (at === -1) throw misbuilt('no line of it is the header');
  const names = lines[at]!.split('\t').map(headed);
  const lacking = ['total-amount', 'currency', 'amount'].find((needed) => !names.includes(needed));
  if (lacking !== undefined) throw misbuilt(`its header lacks ${lacking}`);
  return lines.slice(at + 1).map((line) => {
    const values = line.split('\t').map((value) => value.trim());
    return { text: line, cells: Object.fromEntries(names.map((name, i) => [name, values[i] || undefined])) };
  });
}

const headed = (name: string): string =>
  name
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase();

const amountsOf = (cells: Cells): string[] =>
  [cells['amount'], cells['total-amount']].filter((one) => one !== undefined);

const DAYS = [
  'settlement-start-date',
  'settlement-end-date',
  'deposit-date',
  'posted-date',
  'posted-date-time',
];
const daysOf = (cells: Cells): string[] => DAYS.flatMap((name) => cells[name] ?? []);

function lineOf(cells: Cells, spelling: Spelling, at: Pick<LineText, 'lineNumber' | 'key'>): LineText {
  const cell = (name: string): string | null => cells[name] ?? null;
  const amount = cells['amount'];
  if (amount === undefined) throw new RangeError(`line ${at.lineNumber} has no amount`);
  const posted = cells['posted-date-time'] ?? cells['posted-date'];
  const day = posted === undefined ? null : dayIn(posted, spelling);
  const quantity = cells['quantity-purchased'];
  return {
    ...at,
    type: cell('transaction-type'),
    orderId: cell('order-id'),
    merchantOrderId: cell('merchant-order-id'),
    adjustmentId: cell('adjustment-id'),
    shipmentId: cell('shipment-id'),
    marketplaceName: cell('marketplace-name'),
    amountType: cell('amount-type'),
    amountDescription: cell('amount-description'),
    amount: amountIn(amount, spelling),
    fulfillmentId: cell('fulfillment-id'),
    postedOn: day?.on ?? null,
    postedAt: day?.at ?? null,
    orderItemCode: cell('order-item-code'),
    merchantOrderItemId: cell('merchant-order-item-id'),
    merchantAdjustmentItemId: cell('merchant-adjustment-item-id'),
    sku: cell('sku'),
    quantityPurchased: quantity === undefined ? null : Number(quantity),
    promotionId: cell('promotion-id'),
  };
}

function instantOf(text: string, spelling: Spelling): string {
  const { on, at } = dayIn(text, spelling);
  return at ?? `${on}T00:00:00Z`;
}

const hashOf = (line: string): string => createHash('sha256').update(line).digest('hex').slice(0, 16);

const misbuilt = (why: string): Failure =>
  new Failure(
    'bug',
    `the settlement report is not built as expected: ${why}; Amazon changed its file, nothing of it was stored`,
  );

function read<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw thrown instanceof RangeError ? misbuilt(thrown.message) : thrown;
  }
}
