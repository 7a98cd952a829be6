/** Calls a second and the most at once, of one seller and one app; the usage plans of the vendor's models. */
const PLAN = {
  searchOrders: { rate: 0.0056, burst: 20 },
  getOrder: { rate: 0.5, burst: 30 },
  getInventorySummaries: { rate: 2, burst: 2 },
  getReports: { rate: 0.0222, burst: 10 },
  createReport: { rate: 0.0167, burst: 15 },
  getReportDocument: { rate: 0.0167, burst: 15 },
  listTransactions: { rate: 0.5, burst: 10 },
  getMarketplaceParticipations: { rate: 0.016, burst: 15 },
} as const;

export type Operation = keyof typeof PLAN;

export interface Limits {
  /** Times the plan's rate; the reply's header tells it. */
  readonly rate: number;
  /** Times the plan's burst. */
  readonly burst: number;
}

export const LIMITS = {
  /** As the vendor publishes them. */
  plan: { rate: 1, burst: 1 },
  /** None of Amazon's: wide enough that a demo never waits. */
  sandbox: { rate: 2000, burst: 50 },
} as const satisfies Record<string, Limits>;

/** A bucket of calls for each operation of an account. */
export class Buckets {
  private readonly levels = new Map<Operation, { calls: number; atMs: number }>();

  constructor(private limits: Limits) {}

  /** A changed plan takes effect at once; a smaller bucket spills over. */
  resize(limits: Limits): void {
    this.limits = limits;
  }

  rateOf(operation: Operation): number {
    return PLAN[operation].rate * this.limits.rate;
  }

  /** False, and nothing taken, where the bucket is empty. */
  take(operation: Operation, nowMs: number): boolean {
    const most = PLAN[operation].burst * this.limits.burst;
    const level = this.levels.get(operation) ?? { calls: most, atMs: nowMs };
    const elapsed = Math.max(0, nowMs - level.atMs) / 1000;
    const calls = Math.min(most, level.calls + elapsed * this.rateOf(operation));
    const open = calls >= 1;
    this.levels.set(operation, { calls: open ? calls - 1 : calls, atMs: nowMs });
    return open;
  }

  /** Every bucket is full again. */
  refill(): void {
    this.levels.clear();
  }
}
