/** At most so many calls in any minute, by the instants of those that were served. */
export class WindowLimit {
  private readonly served: number[] = [];

  constructor(public perMinute: number) {}

  /** What is left after this call, or how long to wait where none is. */
  take(nowMs: number): { readonly left: number } | { readonly waitSeconds: number } {
    while (this.served.length > 0 && this.served[0]! <= nowMs - 60_000) this.served.shift();
    if (this.served.length >= this.perMinute)
      return { waitSeconds: Math.max(1, Math.ceil((this.served[0]! + 60_000 - nowMs) / 1000)) };
    this.served.push(nowMs);
    return { left: this.perMinute - this.served.length };
  }
}
