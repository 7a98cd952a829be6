import { z } from 'zod';
import { findRun, type RunRow } from '#warehouse';
import { keepBusy, percentile, seen, type Busy } from './busy.js';
import { closingAll, openField, type Field } from './field.js';
import type { Asked } from './index.js';

/** What a death may cost in time, and the settings that it is promised at. */
const SETTINGS = {
  test: {
    env: { STRATUS_LOCK_MS: '2000', STRATUS_LEASE_MS: '3000', STRATUS_RECONCILE_MS: '1000' },
    promisedMs: 5000,
  },
  /** The product's own defaults. */
  production: {
    env: {
      STRATUS_LOCK_MS: '',
      STRATUS_LEASE_MS: '',
      STRATUS_RECONCILE_MS: '',
      STRATUS_SLICE_MS: '',
    },
    promisedMs: 75_000,
  },
} as const;
type Setting = keyof typeof SETTINGS;

const CONNECTIONS = 9;
/** Every call takes so long that a run outlives the death of its worker. */
const LATENCY_MS = 400;
const WORKERS = ['worker-1', 'worker-2', 'worker-3'];

/** From the worker's death until another process had its claim on the run. */
interface Takeover {
  readonly run: string;
  readonly ms: number;
}

/**
 * `--takeover [N] [--only test|production]`: kills a worker with SIGKILL until N runs were taken from dead hands, at
 * test and at production settings, and prints how long each waited. Each kill gives as many times as it had runs.
 */
export async function takeover({ seed, rest, servers, say }: Asked): Promise<number> {
  const { times, only } = read(rest);
  let late = 0;
  for (const setting of Object.keys(SETTINGS) as Setting[]) {
    if (only !== undefined && only !== setting) continue;
    const { env, promisedMs } = SETTINGS[setting];
    const taken = await closingAll(async (closing) => {
      const field = await openField(
        {
          seed,
          connections: CONNECTIONS,
          orders: 400,
          every: '1h',
          unhurried: '1h',
          unlimited: true,
          env,
          servers,
          say,
        },
        closing,
      );
      await seen('the first readings are over', () => isIdle(field), 300_000);
      await field.sandbox.knobs({ latencyMs: LATENCY_MS });
      const busy = keepBusy(field);
      closing.push(() => busy.close());
      return collect(field, busy, times, { promisedMs, say });
    });
    const all = taken.map(({ ms }) => ms);
    const p99 = percentile(all, 0.99);
    late += all.filter((ms) => ms > promisedMs).length;
    say(
      `${setting} settings: ${String(all.length)} runs went on elsewhere, p50 ${inSeconds(percentile(all, 0.5))}, p99 ${inSeconds(p99)}, promised ${inSeconds(promisedMs)}: ${p99 <= promisedMs ? 'kept' : 'BROKEN'}`,
    );
    say(JSON.stringify({ takeover: setting, seed, promisedMs, p50: percentile(all, 0.5), p99, all }));
  }
  return late === 0 ? 0 : 1;
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function read(rest: readonly string[]): { times: number; only: Setting | undefined } {
  const at = rest.indexOf('--only');
  const only = z
    .enum(['test', 'production'])
    .optional()
    .parse(at === -1 ? undefined : rest[at + 1]);
  const [times = 20] = rest.filter((word) => /^\d+$/.test(word)).map(Number);
  return { times, only };
}

async function collect(
  field: Field,
  busy: Busy,
  times: number,
  { promisedMs, say }: { promisedMs: number; say: (line: string) => void },
): Promise<Takeover[]> {
  const taken: Takeover[] = [];
  for (let n = 0; taken.length < times; n++) {
    const name = WORKERS[n % WORKERS.length]!;
    await busy.fill();
    const { pid } = field.crew.child(name)!;
    // Past its first page a run surely has all that it will be taken over with.
    await seen(`${name} has runs in hand`, async () => (await busy.inHandOf(pid)).length > 0, 120_000);
    await field.crew.kill(name);
    const diedAt = performance.now();
    const orphans = await busy.inHandOf(pid);
    await Promise.all(
      orphans.map(async (orphan) => {
        await seen(`run ${orphan.id} goes on elsewhere`, () => elsewhere(field, orphan), 4 * promisedMs);
        const ms = Math.round(performance.now() - diedAt);
        taken.push({ run: orphan.id, ms });
        say(
          `${name} killed at page ${String(orphan.pages)}: run ${orphan.id} went on after ${inSeconds(ms)}`,
        );
      }),
    );
    await field.crew.start(name);
  }
  return taken.slice(0, Math.max(times, taken.length));
}

/** Whoever dies shall not leave its runs behind a queue of others: that wait is the cluster's size, not the death's. */
async function isIdle({ warehouse }: Field): Promise<boolean> {
  const [runs] = await warehouse.query<{ idle: boolean }>(
    'select count(*) > 0 and count(*) = count(finished_at) as idle from runs',
  );
  return runs!.idle;
}

/** Another claim than the dead one holds it, or has brought it to its end. */
async function elsewhere({ warehouse }: Field, orphan: RunRow): Promise<boolean> {
  const run = await findRun(warehouse, orphan.id);
  if (!run || run.lease === orphan.lease) return false;
  return (run.state === 'running' && run.worker !== orphan.worker) || run.state === 'succeeded';
}
