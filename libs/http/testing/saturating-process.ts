import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lane, LimitSpec } from '../limit.js';

const BUILT = fileURLToPath(new URL('../../../dist/libs/http/index.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One caller: it calls, waits so long, and calls again. */
export interface Caller {
  readonly path: '/points' | '/slots' | '/window';
  readonly lane: Lane;
  readonly spender: string;
  readonly weight: number;
  readonly everyMs: number;
  readonly limits: readonly LimitSpec[];
}

export interface SaturatingOrders {
  readonly redisUrl: string;
  readonly url: string;
  readonly leaseMs: number;
  readonly aheadMs: number;
  readonly callers: readonly Caller[];
}

export interface SaturatingReport {
  /** How long each call waited for its lease, per lane; only those of the points. */
  readonly waits: Readonly<Record<Lane, number[]>>;
  readonly failures: Readonly<Record<string, number>>;
}

const PROGRAM = `
const [built, text] = process.argv.slice(1);
const orders = JSON.parse(text);
const { setTimeout } = await import('node:timers/promises');
const { Redis } = await import('ioredis');
const { redisLimiter } = await import(built);
const clock = Date.now;
Date.now = () => clock() + orders.aheadMs;
const client = new Redis(orders.redisUrl, { maxRetriesPerRequest: 3, retryStrategy: () => 50 });
client.on('error', () => undefined);
const limiter = redisLimiter({ client, prefix: 'ledger', leaseMs: orders.leaseMs });
const stopping = new AbortController();
const report = { waits: { write: [], live: [], backfill: [] }, failures: {} };
const after = (ms) => setTimeout(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
async function call({ path, lane, spender, weight, limits }) {
  const asked = performance.now();
  const lease = await limiter.acquire({
    account: 'conn_1', operation: path, lane, spender, weight, limits, maxWaitMs: 5000,
    signal: stopping.signal, now: Date.now,
  });
  if (path === '/points') report.waits[lane].push(performance.now() - asked);
  let outcome = {};
  try {
    outcome = await (await fetch(orders.url + path + '?weight=' + weight)).json();
  } finally {
    await lease.release(outcome);
  }
}
async function run(caller) {
  while (!stopping.signal.aborted) {
    try {
      await call(caller);
      await after(caller.everyMs);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (error.retryAt) await after(Math.max(0, error.retryAt.getTime() - Date.now()));
      else {
        report.failures[error.message] = (report.failures[error.message] ?? 0) + 1;
        await after(100);
      }
    }
  }
}
process.on('disconnect', () => process.exit(0));
process.on('message', async () => {
  stopping.abort();
  await running;
  await limiter.close();
  client.disconnect();
  process.send(report, () => process.exit(0));
});
const running = Promise.all(orders.callers.map(run));
process.send('ready');
`;

/** A worker process on the same Redis that saturates its accounts. */
export interface SaturatingProcess {
  readonly child: ChildProcess;
  stop(): Promise<SaturatingReport>;
}

export async function startSaturating(orders: SaturatingOrders): Promise<SaturatingProcess> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, BUILT, JSON.stringify(orders)],
    { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  await once(child, 'message');
  return {
    child,
    async stop() {
      const reported = once(child, 'message');
      child.send('stop');
      const [report] = (await reported) as [SaturatingReport];
      return report;
    },
  };
}
