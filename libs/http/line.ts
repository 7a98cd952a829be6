import type { Sight } from './store.js';

/** Points that others hand back are noticed this soon. */
const LOOK_MS = 100;
/** Short enough to use what came back, long enough not to ask without need. */
const SHORTEST_MS = 5;

interface Place {
  readonly ticket: number;
  /** When the points are back at the latest, should the store have forgotten who stood where. */
  readonly latest: number;
  /** Called with 0, or for how long the platform wants to be left alone. */
  readonly come: (closedForMs: number) => void;
}

/** The calls of one process that took points which are yet to come back. One of them looks, for all. */
export class Line {
  readonly #places = new Map<number, Place>();
  readonly #look: () => Promise<Sight>;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #looking = false;
  #again = false;
  #closed = false;

  constructor(look: () => Promise<Sight>) {
    this.#look = look;
  }

  /** Resolves when the points are back, to for how long the platform then wants to be left alone. */
  join(ticket: number, waitMs: number): Promise<number> {
    return new Promise((come) => {
      this.#places.set(ticket, { ticket, latest: performance.now() + waitMs, come });
      this.#lookIn(Math.min(waitMs, LOOK_MS));
    });
  }

  /** Points were handed back just now. */
  hurry(): void {
    if (this.#places.size > 0) this.#lookIn(0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closed = true;
  }

  #lookIn(ms: number): void {
    const dueAt = performance.now() + ms;
    // A later look never replaces a sooner one: whoever joins would put off all others.
    if (dueAt >= this.#dueAt || this.#closed) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      void this.#check();
    }, ms);
  }

  async #check(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    const sight = await this.#look().catch(() => undefined);
    this.#looking = false;
    const again = this.#again;
    this.#again = false;
    let soonest = LOOK_MS;
    for (const place of sight ? [...this.#places.values()] : []) {
      const wait = remaining(place, sight!);
      if (wait <= 0) {
        this.#places.delete(place.ticket);
        place.come(sight!.closedForMs);
      } else soonest = Math.min(soonest, wait);
    }
    if (this.#places.size > 0) this.#lookIn(again ? 0 : Math.max(SHORTEST_MS, Math.ceil(soonest)));
  }
}

function remaining({ ticket, latest }: Place, { points, waited, perSecond }: Sight): number {
  // The store lost its keys: what was counted before is gone, what was reckoned then still holds.
  if (waited < ticket) return latest - performance.now();
  const short = -(points + (waited - ticket));
  return short <= 0 ? 0 : (short / perSecond) * 1000;
}

/** How long until so many points are none below zero, as far as is known. */
export function waitFor(
  { perSecond, closedForMs }: Pick<Sight, 'perSecond' | 'closedForMs'>,
  left: number,
): number {
  return Math.max(closedForMs, left < 0 ? (-left / perSecond) * 1000 : 0);
}
