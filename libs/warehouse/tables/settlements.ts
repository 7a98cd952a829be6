import { defineTable, exact, instant, integer, text } from './define.js';

/** What a marketplace settled: `gross + fees + refunds + other = net`, the deposit as its own report totals it. */
export const settlements = defineTable('settlements', {
  settlementId: text(),
  periodStart: instant().orNull,
  periodEnd: instant().orNull,
  /** Sold, tax and promotions included, before fees. */
  gross: exact(),
  /** Of orders and of the account; below zero. */
  fees: exact(),
  /** All that refunds moved, fees that came back included; below zero. */
  refunds: exact(),
  /** What is none of these: reserves, reimbursements, debts. */
  other: exact(),
  /** The report's own total, which its lines were proven to add up to. */
  net: exact(),
  currency: text(),
  depositDate: instant().orNull,
  lineCount: integer(),
});
