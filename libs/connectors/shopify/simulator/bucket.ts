/** What a shop's plan allows one app: points in the bucket, points restored a second. */
export interface PlanLimits {
  readonly maximumAvailable: number;
  readonly restoreRate: number;
}

export const PLANS = {
  standard: { maximumAvailable: 2000, restoreRate: 100 },
  advanced: { maximumAvailable: 4000, restoreRate: 200 },
  plus: { maximumAvailable: 20_000, restoreRate: 1000 },
  enterprise: { maximumAvailable: 40_000, restoreRate: 2000 },
  /** Not one of the platform's: wide enough that a demo never waits. */
  sandbox: { maximumAvailable: 400_000, restoreRate: 20_000 },
} as const satisfies Record<string, PlanLimits>;

export type PlanName = keyof typeof PLANS;

/** The points of one app in one shop: charged what a query asks for, given back what it did not use. */
export class Bucket {
  private available: number;
  private atMs: number;

  constructor(
    private limits: PlanLimits,
    nowMs: number,
  ) {
    this.available = limits.maximumAvailable;
    this.atMs = nowMs;
  }

  /** A changed plan takes effect at once; a smaller bucket spills over. */
  resize(limits: PlanLimits): void {
    this.limits = limits;
    this.available = Math.min(this.available, limits.maximumAvailable);
  }

  /** False, and nothing charged, where the bucket holds less. */
  charge(points: number, nowMs: number): boolean {
    this.restore(nowMs);
    if (points > this.available) return false;
    this.available -= points;
    return true;
  }

  giveBack(points: number, nowMs: number): void {
    this.restore(nowMs);
    this.available = Math.min(this.limits.maximumAvailable, this.available + points);
  }

  status(nowMs: number): { maximumAvailable: number; currentlyAvailable: number; restoreRate: number } {
    this.restore(nowMs);
    return {
      maximumAvailable: this.limits.maximumAvailable,
      currentlyAvailable: Math.floor(this.available),
      restoreRate: this.limits.restoreRate,
    };
  }

  private restore(nowMs: number): void {
    const elapsed = Math.max(0, nowMs - this.atMs);
    this.available = Math.min(
      this.limits.maximumAvailable,
      this.available + (elapsed / 1000) * this.limits.restoreRate,
    );
    this.atMs = nowMs;
  }
}
