import { type Decimal, sum } from '#kernel';
import type { RowOf, settlementLines, settlements } from '#warehouse/tables';
import type { Settlement, SettlementLine } from '../records/settlement.js';

/** A fee is told by its kind of amount; of the account's own, which have none, by its name. */
const isFee = ({ type, amountType, amountDescription }: SettlementLine): boolean =>
  /fees?$/i.test(amountType ?? '') ||
  type === 'ServiceFee' ||
  (!/^(?:Order|Refund)$/.test(type ?? '') && /\bfees?\b/i.test(amountDescription ?? ''));

type Sum = 'gross' | 'fees' | 'refunds' | 'other';

/** Which of the settlement's sums a line counts in: each line in one of them, so that they add up to the deposit. */
function countsAs(line: SettlementLine): Sum {
  if (/refund|chargeback|guarantee/i.test(line.type ?? '')) return 'refunds';
  if (isFee(line)) return 'fees';
  return line.type === 'Order' ? 'gross' : 'other';
}

export function settlementRow(one: Settlement): RowOf<typeof settlements> {
  const sumOf = (kind: Sum): Decimal =>
    sum(one.lines.flatMap((line) => (countsAs(line) === kind ? [line.amount] : [])));
  return {
    settlementId: one.settlementId,
    periodStart: one.startAt,
    periodEnd: one.endAt,
    gross: sumOf('gross'),
    fees: sumOf('fees'),
    refunds: sumOf('refunds'),
    other: sumOf('other'),
    net: one.total,
    currency: one.currency,
    depositDate: one.depositAt,
    lineCount: one.lines.length,
  };
}

export function lineRow(line: SettlementLine, one: Settlement): RowOf<typeof settlementLines> {
  const { key: _, postedAt, ...cells } = line;
  return {
    ...cells,
    settlementId: one.settlementId,
    currency: one.currency,
    feeType: isFee(line) ? (line.amountDescription ?? line.amountType) : null,
    countsAs: countsAs(line),
    postedDate: postedAt ?? (line.postedOn === null ? null : new Date(`${line.postedOn}T00:00:00Z`)),
  };
}
