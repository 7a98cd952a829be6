export interface Limits {
  readonly perMinute: number;
  readonly perHour: number;
  readonly refreshesPerMinute: number;
}

/** As FreeAgent's: per user of an app. */
const LIMITS: Limits = { perMinute: 120, perHour: 3600, refreshesPerMinute: 15 };

/** What `X-RateLimit-Test: true` lowers the minute to. */
const TEST_PER_MINUTE = 5;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Counts calls in windows that begin with each full minute or hour. */
class FixedWindow {
  private began = -1;
  private count = 0;

  constructor(private readonly lengthMs: number) {}

  /** False where the window is full; what is refused is not counted. */
  take(nowMs: number, most: number): boolean {
    const window = Math.floor(nowMs / this.lengthMs);
    if (window !== this.began) [this.began, this.count] = [window, 0];
    if (this.count >= most) return false;
    this.count += 1;
    return true;
  }
}

/** How much of its limits one user has used. */
export class Meter {
  limits: Limits = LIMITS;
  private readonly minute = new FixedWindow(MINUTE);
  private readonly hour = new FixedWindow(HOUR);
  private readonly refreshes = new FixedWindow(MINUTE);

  /** The sentence of a refusal, or undefined where the call may pass. */
  call(nowMs: number, isTest: boolean): string | undefined {
    const perMinute = isTest ? TEST_PER_MINUTE : this.limits.perMinute;
    if (!this.minute.take(nowMs, perMinute)) return exceeded(perMinute, 60);
    return this.hour.take(nowMs, this.limits.perHour) ? undefined : exceeded(this.limits.perHour, 3600);
  }

  refresh(nowMs: number): string | undefined {
    const most = this.limits.refreshesPerMinute;
    return this.refreshes.take(nowMs, most) ? undefined : exceeded(most, 60);
  }
}

const exceeded = (requests: number, span: number): string =>
  `You must not exceed ${requests} requests per ${span} seconds`;
