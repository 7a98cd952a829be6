import type { Level } from '../limit.js';

/** The strict platform: a bucket that refuses whatever it does not hold at that moment. */
export class StrictPlatform {
  refused = 0;
  served = 0;
  #points: number;
  #at = performance.now();
  constructor(
    readonly capacity: number,
    readonly perSecond: number,
  ) {
    this.#points = capacity;
  }
  get available(): number {
    const now = performance.now();
    this.#points = Math.min(this.capacity, this.#points + ((now - this.#at) / 1000) * this.perSecond);
    this.#at = now;
    return this.#points;
  }
  charge(points: number): void {
    if (this.available < points) this.refused += 1;
    else {
      this.#points -= points;
      this.served += points;
    }
  }
  refund(points: number): void {
    this.#points = Math.min(this.capacity, this.available + points);
    this.served -= points;
  }
  level(): Level {
    return { available: this.available, capacity: this.capacity, perSecond: this.perSecond };
  }
}
