import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure, readKeyRing, type KeyRing } from '#kernel';

/** What a running `up` leaves for other commands to find. */
export interface Running {
  readonly pid: number;
  readonly console: string;
  readonly sandbox: string | null;
}

/** How the sandbox's shop was made, so that later commands serve the very same one. */
export interface SandboxShop {
  readonly seed: number;
  readonly orders: number;
  readonly shopFile: string | null;
  /** The day before which the shop's history ends. */
  readonly anchor: string;
}

/** Files of the data folder, `.stratus` by default. */
export interface Home {
  readonly folder: string;
  running(): Running | null;
  setRunning(running: Running | null): void;
  sandboxShop(): SandboxShop | null;
  setSandboxShop(shop: SandboxShop): void;
  /** The shop that the demo connections' rows are of. */
  connectedShop(): SandboxShop | null;
  setConnectedShop(shop: SandboxShop): void;
  /** From STRATUS_SECRET_KEY; the embedded mode makes and keeps one of its own. */
  keyRing(configured: string | undefined, mode: 'embedded' | 'cluster'): KeyRing;
}

export function openHome(dataDir: string): Home {
  const folder = resolve(dataDir);
  const file = (name: string): string => join(folder, name);
  const read = <T>(name: string): T | null => {
    if (!existsSync(file(name))) return null;
    try {
      return JSON.parse(readFileSync(file(name), 'utf8')) as T;
    } catch (cause) {
      throw new Failure('config', `${file(name)} cannot be read; remove it and try again`, { cause });
    }
  };
  const write = (name: string, value: unknown): void => {
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file(name), JSON.stringify(value, null, 2), { mode: 0o600 });
    } catch (cause) {
      throw new Failure(
        'config',
        `cannot write ${file(name)} (${cause instanceof Error ? cause.message : String(cause)}); free space or choose another folder with --data`,
        { cause },
      );
    }
  };
  return {
    folder,
    running() {
      const running = read<Running>('up.json');
      return running && isAlive(running.pid) ? running : null;
    },
    setRunning(running) {
      if (running) write('up.json', running);
      else rmSync(file('up.json'), { force: true });
    },
    sandboxShop: () => read<SandboxShop>('sandbox.json'),
    setSandboxShop: (shop) => write('sandbox.json', shop),
    connectedShop: () => read<SandboxShop>('connected-shop.json'),
    setConnectedShop: (shop) => write('connected-shop.json', shop),
    keyRing(configured, mode) {
      if (configured || mode === 'cluster') return readKeyRing(configured);
      const name = 'secret-key.json';
      const kept = read<{ key: string }>(name);
      if (kept) return readKeyRing(kept.key);
      const key = randomBytes(32).toString('base64');
      write(name, { key });
      return readKeyRing(key);
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
