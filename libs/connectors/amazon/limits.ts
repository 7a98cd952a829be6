import type { Platform } from '#sync';

/** Calls a second and how many at once, for one seller and one app; from the usage plans in the vendor's models. */
const RATES = {
  searchOrders: [0.0056, 20],
  getOrder: [0.5, 30],
  getInventorySummaries: [2, 2],
  getReports: [0.0222, 10],
  getReportDocument: [0.0167, 15],
  listTransactions: [0.5, 10],
  getMarketplaceParticipations: [0.016, 15],
} as const satisfies Readonly<Record<string, readonly [perSecond: number, burst: number]>>;

export type Operation = keyof typeof RATES;

export const LIMITS: Platform['limits'] = Object.entries(RATES).map(([operation, [perSecond, burst]]) => ({
  name: `amazon.${operation}`,
  per: 'connection',
  operations: [operation],
  kind: 'bucket',
  capacity: burst,
  restorePerSecond: perSecond,
}));
