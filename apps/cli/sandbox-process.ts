import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Failure } from '#kernel';
import type { SandboxOptions } from '../sandbox/index.js';
import type { SandboxShop } from './home.js';

export interface SandboxProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** `bin/sandbox.mjs` of the folder that holds `package.json`: from the sources, from `dist/` and from a bundle alike. */
function program(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'bin', 'sandbox.mjs');
}

/** The sandbox in a process of its own, so that serving costs the worker nothing. It ends with its parent. */
export async function startSandboxProcess(
  shop: SandboxShop,
  port: number,
  { roomy = false }: Pick<SandboxOptions, 'roomy'> = {},
): Promise<SandboxProcess> {
  const options = {
    seed: shop.seed,
    orders: shop.orders,
    anchor: shop.anchor,
    port,
    roomy,
    ...(shop.shopFile ? { shopFile: shop.shopFile } : {}),
  };
  const child = fork(program(), [JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const url = await ready(child, () => said);
  child.stdout?.resume();
  return { url, stop: () => end(child) };
}

function ready(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      const event = parse(line);
      if (event?.event === 'ready' && event.url) resolve(event.url);
    });
    child.once('error', (cause) =>
      reject(new Failure('config', `the sandbox did not start: ${cause.message}`, { cause })),
    );
    child.once('exit', () =>
      reject(
        new Failure(
          'config',
          said()
            .trim()
            .split('\n')
            .at(-1)
            ?.replace(/^stratus: /, '') || 'the sandbox ended before it was ready',
        ),
      ),
    );
  });
}

function parse(line: string): { event?: string; url?: string } | undefined {
  try {
    return JSON.parse(line) as { event?: string; url?: string };
  } catch {
    return undefined;
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
