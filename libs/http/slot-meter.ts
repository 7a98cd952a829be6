import type Bottleneck from 'bottleneck';
import { RANK } from './lane.js';
import type { Level, LimitSpec } from './limit.js';
import type { Held, Taker } from './meter.js';
import { windowOf, type SlotStore } from './store.js';
import { LATE, within } from './wait.js';
import { answered, reopened, spent, type Asking } from './waiting.js';

type Free = () => void;

/** Bottleneck's own scale, 0 first: within a process a write passes whoever waits for the same gate. */
const PRIORITY = [0, 5, 9] as const;
/** A correction that finds no room has nothing to correct. */
const CORRECT_MS = 1000;
const never = new AbortController().signal;

/** A slot is a job that runs in the Bottlenecks until the call is over, in a window for the window's length more. */
export function slotMeter(spec: LimitSpec, store: SlotStore, leaseMs: number): Taker {
  const windowMs = windowOf(spec);
  const holds = new Set<NodeJS.Timeout>();

  async function take(asking: Asking): Promise<Held> {
    const until = performance.now() + asking.ms;
    const closed = async (): Promise<number> => answered(spec, store.closedForMs(), asking);
    await reopened(spec, await closed(), asking.ms, asking);
    const passed: Free[] = [];
    const free: Free = () => passed.forEach((leave) => leave());
    try {
      for (const gate of store.gates(asking.lane)) {
        const left = await runJob(gate, 1, until - performance.now(), asking);
        if (left === LATE) throw spent(spec, Math.max(1000, windowMs / 10), asking.now());
        passed.push(left);
      }
      const closedForMs = await closed();
      if (closedForMs > 0) throw spent(spec, closedForMs, asking.now());
    } catch (thrown) {
      free();
      throw thrown;
    }
    return {
      end: async ({ refund, level, shutForMs }) => {
        // The platform counted the call before it answered, so a window that begins now ends after the platform's.
        if (windowMs === 0 || refund > 0) free();
        else hold(free);
        if (shutForMs !== undefined) await store.shut(shutForMs);
        if (level) await correct(level);
      },
    };
  }

  /** Others use the same window, or what was counted is lost: slots that are none are held for a window. */
  async function correct({ available }: Level): Promise<void> {
    if (available === undefined || windowMs === 0) return;
    const gate = store.gates('write').at(-1)!;
    const missing = Math.floor((await store.free()) - Math.max(0, available));
    if (missing <= 0) return;
    const free = await runJob(gate, missing, CORRECT_MS, { lane: 'write', signal: never });
    if (free !== LATE) hold(free);
  }

  /** Resolves when the job runs, to what ends it. A job that nobody waits for any more ends as soon as it runs. */
  async function runJob(
    gate: Bottleneck,
    weight: number,
    ms: number,
    { lane, signal }: Pick<Asking, 'lane' | 'signal'>,
  ): Promise<Free | typeof LATE> {
    let free: Free = () => undefined;
    const over = new Promise<void>((resolve) => (free = resolve));
    let begin: Free = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const options = { weight, priority: PRIORITY[RANK[lane]]!, expiration: leaseMs + windowMs };
    const job = gate.schedule(options, () => {
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

  function hold(free: Free): void {
    const timer = setTimeout(() => {
      holds.delete(timer);
      free();
    }, windowMs);
    holds.add(timer.unref());
  }

  return {
    take,
    get holds() {
      return holds.size > 0;
    },
    close() {
      for (const timer of holds) clearTimeout(timer);
      holds.clear();
    },
  };
}
