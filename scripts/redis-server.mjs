import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { freePort, portAnswers, stopChild } from './children.mjs';
import { onPath } from './programs.mjs';

/** Plenty, so that every test file gets a database number of its own. */
const DATABASES = 1024;
/** A connection of our own may hold the port for a moment after a kill. */
const RESTARTS = 10;

/** The Redis server of this machine, or undefined where none is installed. */
export const redisProgram = () => onPath('redis-server', 'valkey-server');

/** A throwaway Redis with the settings production needs: its own folder and port, gone when stopped. */
export async function startRedis() {
  const program = redisProgram();
  if (!program) throw new Error('no redis-server on the path: install Redis 7 or newer, or set REDIS_URL');
  const folder = mkdtempSync(join(tmpdir(), 'stratus-redis-'));
  let said = '';
  const launch = (port) => {
    const child = spawn(
      program,
      // oxfmt-ignore
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--databases', String(DATABASES),
       '--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--save', ''],
      { stdio: ['ignore', 'pipe', 'ignore'], detached: true },
    );
    child.stdout.on('data', (chunk) => (said = (said + chunk).slice(-2000)));
    return child;
  };
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    let child = launch(port);
    if (await portAnswers(port, child)) {
      return {
        url: `redis://127.0.0.1:${port}`,
        pid: child.pid,
        databases: DATABASES,
        kill: () => stopChild(child, 'SIGKILL'),
        /** On the same port, with what its file holds; it answers a call once that is read. */
        start: async () => {
          for (let tries = 1; ; tries++) {
            child = launch(port);
            if (await portAnswers(port, child)) return;
            await stopChild(child, 'SIGKILL');
            if (tries === RESTARTS) throw new Error(`Redis did not start again: ${said}`);
            await after(tries * 50);
          }
        },
        stop: async () => {
          await stopChild(child, 'SIGKILL');
          rmSync(folder, { recursive: true, force: true });
        },
      };
    }
    await stopChild(child, 'SIGKILL');
    if (attempt === 3) {
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`Redis did not start: ${said}`);
    }
  }
}
