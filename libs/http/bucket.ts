import { LATELY_MS, leaves, RANK } from './lane.js';
import type { Lane, LimitSpec } from './limit.js';
import {
  budgetAfter,
  budgetOf,
  corrected,
  GRACE_MS,
  LONGEST_KEPT_MS,
  readingOf,
  SLACK_MS,
  type Answer,
  type Budget,
  type Change,
  type Reading,
  type Seat,
} from './store.js';

interface Place {
  readonly rank: number;
  readonly since: number;
  readonly weight: number;
  readonly until: number;
}

/**
 * Points of one limit and the line before them, in one process. The Redis scripts do the same in one step each; one
 * suite holds both to it. Time is an argument, in milliseconds that never go back.
 */
export class Bucket {
  readonly #line = new Map<string, Place>();
  readonly #loans = new Map<string, number>();
  readonly #askedAt = new Map<Lane, number>();
  readonly #spec: LimitSpec;
  #budget: Budget;
  #points: number;
  #refilledAt: number;
  #closedUntil = 0;
  #asked = 0;

  constructor(spec: LimitSpec, now: number) {
    this.#spec = spec;
    this.#budget = budgetOf(spec);
    this.#points = this.#budget.ceiling;
    this.#refilledAt = now;
  }

  ask(seat: Seat, patienceMs: number, now: number): Answer {
    this.#refill(now);
    const rank = RANK[seat.lane];
    const kept = `${rank} ${seat.spender}`;
    const first = seat.since === undefined;
    if (first) {
      seat.since = String(this.#line.get(kept)?.since ?? ++this.#asked);
      this.#line.delete(kept);
    }
    const since = Number(seat.since);
    const { weight } = seat;
    const { points: ahead, count } = this.#ahead({ id: seat.id, rank, since }, now);
    const { ceiling, perSecond } = this.#budget;
    const short = ahead + Math.min(weight + this.#headroom(seat.lane, now), ceiling) - this.#points;
    const closedForMs = Math.max(0, this.#closedUntil - now);
    const waitMs = Math.max(closedForMs, (short / perSecond) * 1000);
    const overMs = (Math.max(0, weight - ceiling) / perSecond) * 1000;
    this.#line.delete(seat.id);
    if (waitMs + overMs > patienceMs + (first ? 0 : SLACK_MS)) {
      if (waitMs + overMs <= LONGEST_KEPT_MS)
        this.#line.set(kept, { rank, since, weight, until: now + waitMs + overMs + GRACE_MS });
      return { to: 'refuse', waitMs: waitMs + overMs, closedForMs };
    }
    if (waitMs > 0) {
      this.#line.set(seat.id, { rank, since, weight, until: Number.POSITIVE_INFINITY });
      return { to: 'wait', waitMs: waitMs + overMs, ahead: count };
    }
    this.#points -= weight;
    this.#loans.set(seat.id, weight);
    return { to: 'go', overMs };
  }

  leave(seat: Seat): void {
    this.#line.delete(seat.id);
  }

  change({ refund, ends, level, shutForMs }: Change, now: number): void {
    this.#refill(now);
    if (shutForMs !== undefined) this.#closedUntil = Math.max(this.#closedUntil, now + shutForMs);
    const loan = this.#loans.get(ends ?? '');
    const weight = loan ?? 0;
    this.#loans.delete(ends ?? '');
    const back = loan === undefined ? Math.min(refund, 0) : refund;
    if (level) this.#budget = budgetAfter(this.#spec, this.#budget, level);
    let next = Math.min(this.#points + back, Math.max(this.#points, this.#budget.ceiling));
    const available = readingOf(this.#spec, level);
    const out = [...this.#loans.values()].reduce((sum, one) => sum + one, 0);
    if (available !== undefined) next = corrected(next, this.#budget, available, out);
    if (shutForMs !== undefined)
      next = Math.min(next, 0, Math.floor(weight - (this.#budget.perSecond * shutForMs) / 1000));
    this.#points = next;
  }

  read(now: number): Reading {
    this.#refill(now);
    const alive = [...this.#line.values()].filter(({ until }) => until > now);
    return {
      budget: this.#budget,
      available: this.#points,
      waiting: alive.reduce((sum, { weight }) => sum + weight, 0),
      closedForMs: Math.max(0, this.#closedUntil - now),
    };
  }

  /** What those want who come first. */
  #ahead(
    me: Omit<Place, 'weight' | 'until'> & { id: string },
    now: number,
  ): { points: number; count: number } {
    let points = 0;
    let count = 0;
    for (const [id, place] of this.#line) {
      if (place.until <= now) this.#line.delete(id);
      else if (id !== me.id && comesBefore(place, id, me)) {
        points += place.weight;
        count += 1;
      }
    }
    return { points, count };
  }

  /** Capped by the ceiling where it is used: a call nearly as heavy as the bucket goes when the bucket is full. */
  #headroom(lane: Lane, now: number): number {
    this.#askedAt.set(lane, now);
    const shares = Object.entries(leaves(this.#spec, lane)) as [Lane, number][];
    return shares.reduce((sum, [above, share]) => {
      const lately = (this.#askedAt.get(above) ?? Number.NEGATIVE_INFINITY) > now - LATELY_MS;
      return lately ? sum + Math.floor(this.#budget.ceiling * share) : sum;
    }, 0);
  }

  #refill(now: number): void {
    const { ceiling, perSecond } = this.#budget;
    const earned = Math.floor(((now - this.#refilledAt) * perSecond) / 1000);
    this.#refilledAt += (earned / perSecond) * 1000;
    this.#points += Math.max(0, Math.min(earned, ceiling - this.#points));
  }
}

const comesBefore = (
  place: Place,
  id: string,
  me: Omit<Place, 'weight' | 'until'> & { id: string },
): boolean =>
  place.rank < me.rank ||
  (place.rank === me.rank && (place.since < me.since || (place.since === me.since && id < me.id)));
