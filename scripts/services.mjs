import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stopChild } from './children.mjs';

const KEEPER = fileURLToPath(new URL('./service-keeper.mjs', import.meta.url));

/**
 * Postgres and Redis for tests and measurements: the ones named in DATABASE_URL and REDIS_URL, else throwaway servers
 * of our own, each started when first asked for. `stop` ends them and removes their folders; so does the end of
 * this process, whatever its cause. `own`: throwaway servers whatever is named, which `server` may then kill.
 */
export async function startServices({ durable = false, own = false } = {}) {
  const { DATABASE_URL, REDIS_URL, ...rest } = process.env;
  const keeper = spawn(process.execPath, [KEEPER], {
    env: {
      ...rest,
      ...(own ? {} : { ...(DATABASE_URL && { DATABASE_URL }), ...(REDIS_URL && { REDIS_URL }) }),
      STRATUS_DURABLE: durable ? '1' : '0',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const lines = createInterface({ input: keeper.stdout });
  const [port] = await Promise.race([
    once(lines, 'line'),
    once(keeper, 'exit').then(([code]) => {
      throw new Error(`the keeper of the test servers ended at once (exit ${code})`);
    }),
  ]);
  const url = `http://127.0.0.1:${port}`;
  keeper.stdin.on('error', () => undefined);
  keeper.unref();
  keeper.stdin.unref();
  keeper.stdout.unref();
  return {
    url,
    pid: keeper.pid,
    postgres: () => askService(url, 'postgres'),
    redis: () => askService(url, 'redis'),
    /** One server with a `kill` (SIGKILL) and a `start` on the same port and data. */
    server: async (name) => ({
      url: await askService(url, name),
      kill: async () => void (await askService(url, `${name}/kill`)),
      start: async () => void (await askService(url, `${name}/start`)),
    }),
    stop: async () => {
      keeper.stdin.end();
      keeper.ref();
      await stopChild(keeper, 'SIGTERM', 15_000);
    },
  };
}

/** The address of one server, which is started now if it was not; or what the path asks is done to it. */
async function askService(url, name) {
  const reply = await fetch(`${url}/${name}`, { method: 'POST' });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error);
  return answer.url;
}
