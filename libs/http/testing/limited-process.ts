import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LimitSpec } from '../limit.js';

const BUILT = fileURLToPath(new URL('../../../dist/libs/http/index.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Another process can only be run from the build; `npm run verify` builds before it tests. */
export const isBuilt = existsSync(BUILT);

const PROGRAM = `
const [built, url, aheadMs, leaseMs] = process.argv.slice(1);
const { Redis } = await import('ioredis');
const { redisLimiter } = await import(built);
const clock = Date.now;
Date.now = () => clock() + Number(aheadMs);
const client = new Redis(url);
const limiter = redisLimiter({ client, prefix: 'test', leaseMs: Number(leaseMs) });
const leases = [];
process.on('disconnect', () => process.exit(0));
process.on('message', async ({ limits, weight, maxWaitMs, release }) => {
  try {
    const lease = await limiter.acquire({
      account: 'conn_1', operation: 'orders', lane: 'live', spender: 'orders', weight, limits, maxWaitMs,
      signal: new AbortController().signal, now: Date.now,
    });
    if (release) await lease.release({});
    process.send({ granted: true });
  } catch (error) {
    process.send({ granted: false, message: error.message });
  }
});
process.send('ready');
`;

export interface LimitedProcess {
  readonly child: ChildProcess;
  /** Asks for a lease there; what came of it. */
  ask(request: {
    limits: readonly LimitSpec[];
    weight?: number;
    maxWaitMs?: number;
    release?: boolean;
  }): Promise<{ granted: boolean; message?: string }>;
}

/** A second process on the same Redis, whose clock may be ahead. */
export async function startLimitedProcess(
  url: string,
  { aheadMs = 0, leaseMs = 120_000 } = {},
): Promise<LimitedProcess> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, BUILT, url, String(aheadMs), String(leaseMs)],
    { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  await once(child, 'message');
  return {
    child,
    async ask(request) {
      const answered = once(child, 'message');
      child.send({ weight: 1, maxWaitMs: 5000, release: false, ...request });
      const [answer] = (await answered) as [{ granted: boolean; message?: string }];
      return answer;
    },
  };
}
