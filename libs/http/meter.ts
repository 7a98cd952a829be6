import { Failure, formatDuration, later } from '#kernel';
import type { Level, LimitSpec } from './limit.js';
import { hasPoints, windowOf, type Store } from './store.js';
import { Line, waitFor } from './line.js';
import { LATE, pause, within } from './wait.js';

export interface Patience {
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** What one call took from one limit. */
export interface Held {
  end(outcome: { refund: number; level?: Level; shutForMs?: number }): Promise<void>;
}

/** One limit of one account, as a call meets it. */
export interface Meter {
  readonly spec: LimitSpec;
  /** True while a call waits or holds something: the meter must not be closed. */
  readonly busy: boolean;
  take(weight: number, patience: Patience): Promise<Held>;
  close(): Promise<void>;
}

/** The least time a store is given to answer, however short the patience. */
const ANSWER_MS = 1000;

export function openMeter(spec: LimitSpec, store: Store, leaseMs: number): Meter {
  const take = hasPoints(spec) ? takePoints : takeSlot;
  const windowMs = windowOf(spec);
  const holds = new Set<NodeJS.Timeout>();
  const line = new Line(() => store.look());
  let users = 0;

  /**
   * Points are taken at once, also those that are not there yet; the call then waits until they have come back.
   * So calls of all processes go in the order in which they asked, and a heavy one is never passed by light ones.
   */
  async function takePoints(weight: number, patience: Patience): Promise<Held> {
    const { ms, signal, now } = patience;
    const until = performance.now() + ms;
    const sight = await answered(store.look(), patience);
    const expected = waitFor(sight, sight.points - weight);
    if (expected > ms) throw spent(expected, now());
    const { left, loan } = await answered(store.take(weight), patience);
    const handBack = (): Promise<void> => store.change({ refund: weight, ends: loan });
    if (left < 0) {
      const wait = waitFor(sight, left);
      const back = line.join(loan.ticket, wait);
      try {
        // More than at the look: others were quicker, or the store found its keys gone.
        if (wait > 2 * ms) throw spent(wait, now());
        const closedForMs = await within(back, until - performance.now(), signal);
        if (closedForMs === LATE) throw spent(waitFor(await answered(store.look(), patience), left), now());
        await reopened(closedForMs, until - performance.now(), patience);
      } catch (thrown) {
        // Handed back only when its turn comes: whoever stands before or behind has reckoned with it.
        back.then(handBack).catch(() => undefined);
        throw thrown;
      }
    }
    return {
      end: async (outcome) => {
        await store.change({ ...outcome, ends: loan });
        line.hurry();
      },
    };
  }

  /** A slot is a job that runs in the Bottleneck until the call is over, in a window for the window's length more. */
  async function takeSlot(_weight: number, patience: Patience): Promise<Held> {
    const { signal, now } = patience;
    const until = performance.now() + patience.ms;
    const { closedForMs } = await answered(store.look(), patience);
    await reopened(closedForMs, patience.ms, patience);
    const free = await runJob(until - performance.now(), signal);
    if (free === LATE) throw spent(Math.max(1000, windowMs / 10), now());
    const { closedForMs: shutMeanwhile } = await answered(store.look(), patience);
    if (shutMeanwhile > 0) {
      free();
      throw spent(shutMeanwhile, now());
    }
    return {
      end: async ({ refund, shutForMs }) => {
        // The platform counted the call before it answered, so a window that begins now ends after the platform's.
        if (windowMs === 0 || refund > 0) free();
        else hold(free);
        if (shutForMs !== undefined) await store.change({ refund: 0, shutForMs });
      },
    };
  }

  /** Resolves when the job runs, to what ends it. A job that nobody waits for any more ends as soon as it runs. */
  async function runJob(ms: number, signal: AbortSignal): Promise<(() => void) | typeof LATE> {
    let free: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (free = resolve));
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const job = store.limiter.schedule({ weight: 1, expiration: leaseMs + windowMs }, () => {
      begin();
      return over;
    });
    // Rejects where the job could not be queued, and later where it outlived its lease.
    const failed = job.then(() => new Promise<never>(() => undefined));
    failed.catch(() => undefined);
    let ran = false;
    try {
      ran = (await within(Promise.race([begun, failed]), ms, signal)) !== LATE;
      return ran ? free : LATE;
    } finally {
      if (!ran) free();
    }
  }

  /** Waits while the platform wants to be left alone, where that is short. */
  async function reopened(closedForMs: number, ms: number, { signal, now }: Patience): Promise<void> {
    if (closedForMs > ms) throw spent(closedForMs, now());
    if (closedForMs > 0) await pause(closedForMs, signal);
  }

  function hold(free: () => void): void {
    const timer = setTimeout(() => {
      holds.delete(timer);
      free();
    }, windowMs);
    holds.add(timer.unref());
  }

  const spent = (waitMs: number, now: number): Failure =>
    new Failure(
      'throttled',
      `the budget ${spec.name} is spent: the next call fits in ${formatDuration(Math.max(1000, waitMs))}`,
      { retryAt: later(new Date(now), Math.max(1, Math.ceil(waitMs))) },
    );

  async function answered<T>(promise: Promise<T>, { ms, signal }: Patience): Promise<T> {
    const value = await within(promise, Math.max(ms, ANSWER_MS), signal);
    if (value !== LATE) return value;
    throw new Failure(
      'transient',
      `the limiter did not answer for ${spec.name}: check that Redis can be reached; it is tried again`,
    );
  }

  return {
    spec,
    get busy() {
      return users > 0 || holds.size > 0;
    },
    async take(weight, patience) {
      users += 1;
      try {
        await answered(store.ready(), patience);
        const held = await take(weight, patience);
        return {
          end: (outcome) =>
            held.end(outcome).finally(() => {
              users -= 1;
            }),
        };
      } catch (thrown) {
        users -= 1;
        if (thrown instanceof Failure) throw thrown;
        const said = thrown instanceof Error ? thrown.message : String(thrown);
        throw new Failure(
          'transient',
          `the limiter could not be asked about ${spec.name}: ${said}; it is tried again`,
        );
      }
    },
    async close() {
      line.close();
      for (const timer of holds) clearTimeout(timer);
      holds.clear();
      await store.close();
    },
  };
}
