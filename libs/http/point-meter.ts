import { randomUUID } from 'node:crypto';
import { RANK } from './lane.js';
import type { LimitSpec } from './limit.js';
import type { Held, Taker } from './meter.js';
import type { PointStore, Seat } from './store.js';
import { pause, within } from './wait.js';
import { answered, spent, type Asking } from './waiting.js';

/** Points that others hand back are noticed this soon, */
const LOOK_MS = 100;
/** and so much later by each who stands further back. */
const LATER_MS = 10;
/** Short enough to use what came back, long enough not to ask without need. */
const SHORTEST_MS = 5;
/** Whoever is told when to come again is told a little early, a tenth at most: once back it can wait in line. */
const EARLY_MS = 500;

/** Tells the seats of one process apart from those of all others. */
const PROCESS = randomUUID().slice(0, 8);
let seats = 0;

/**
 * A call takes its points only when they are there and nobody comes first; until then it stands in line and asks again
 * when they should be. So one that gives up has taken nothing, and one that died is passed over.
 */
export function pointMeter(spec: LimitSpec, store: PointStore): Taker {
  const waiting = new Map<Seat, () => void>();

  /** Points came back: whoever is first here looks at once. */
  function hurry(): void {
    let first: Seat | undefined;
    for (const seat of waiting.keys()) if (first === undefined || comesBefore(seat, first)) first = seat;
    if (first) waiting.get(first)!();
  }

  async function stand(seat: Seat, asking: Asking): Promise<void> {
    const until = performance.now() + asking.ms;
    for (;;) {
      const asked = store.ask(seat, Math.max(0, until - performance.now()));
      const answer = await answered(spec, asked, asking).catch((thrown: unknown) => {
        // What it took in the end goes back too.
        asked.then(() => giveUp(seat)).catch(() => undefined);
        throw thrown;
      });
      if (answer.to === 'refuse')
        throw spent(
          spec,
          Math.max(answer.closedForMs, answer.waitMs - Math.min(EARLY_MS, answer.waitMs / 10)),
          asking.now(),
        );
      try {
        if (answer.to === 'go') return await pause(answer.overMs, asking.signal);
        const again = Math.max(SHORTEST_MS, Math.min(answer.waitMs, LOOK_MS + LATER_MS * answer.ahead));
        await within(new Promise<void>((look) => waiting.set(seat, look)), again, asking.signal);
      } catch (thrown) {
        giveUp(seat).catch(() => undefined);
        throw thrown;
      }
    }
  }

  async function giveUp(seat: Seat): Promise<void> {
    await store.leave(seat);
    await store.change({ refund: seat.weight, ends: seat.id });
    hurry();
  }

  return {
    holds: false,
    close: () => undefined,
    async take(asking): Promise<Held> {
      const { weight, lane, spender } = asking;
      const seat: Seat = { id: `${PROCESS}:${++seats}`, lane, spender, weight };
      try {
        await stand(seat, asking);
      } finally {
        waiting.delete(seat);
      }
      return {
        end: async (outcome) => {
          await store.change({ ...outcome, ends: seat.id });
          hurry();
        },
      };
    },
  };
}

const comesBefore = (a: Seat, b: Seat): boolean =>
  RANK[a.lane] !== RANK[b.lane] ? RANK[a.lane] < RANK[b.lane] : Number(a.since) < Number(b.since);
