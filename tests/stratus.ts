import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

const BIN = fileURLToPath(new URL('../bin/stratus.mjs', import.meta.url));
type Env = Readonly<Record<string, string>>;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Only what a stranger's shell would have: no variable of the test run reaches the product. */
function environment(env: Env): NodeJS.ProcessEnv {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(STRATUS_|SHOPIFY_|REDIS_URL|DATABASE_URL|NODE_OPTIONS|LOG_LEVEL)/.test(name),
    ),
  );
  return { ...clean, ...env };
}

/** Runs one command of the built product to its end. */
export async function stratus(args: readonly string[], env: Env = {}, input?: string): Promise<Finished> {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.end(input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

/** A connection named `dead`, to a port where nobody listens. */
export const addDeadConnection = (
  token: string,
  options: readonly string[] = [],
  env: Env = {},
): Promise<Finished> =>
  stratus(
    [
      'connections',
      'add',
      'shopify',
      '--name',
      'dead',
      '--set',
      'shop=dead',
      '--base-url',
      'http://127.0.0.1:9',
      '--sandbox',
      ...options,
    ],
    env,
    JSON.stringify({ accessToken: token }),
  );

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything it wrote so far, standard output and error together. */
  output(): string;
  /** Asks it to stop and answers with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a process of the built product and waits until it says it is ready; the signal ends it, ready or not. */
export async function startStratus(
  args: readonly string[],
  env: Env,
  ready: RegExp,
  signal?: AbortSignal,
): Promise<Running> {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let written = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        written += `${line}\n`;
        if (ready.test(written)) resolve();
      });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`stratus ${args.join(' ')} ended at once (${code}): ${written}`)),
    );
  });
  return {
    child,
    pid: child.pid!,
    output: () => written,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

/** The most memory the process ever held, as Linux tells it; 0 elsewhere. */
export function peakMegabytes(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1024;
}

/**
 * A data folder of one test, removed by `remove` with all that was put for it elsewhere: one that the user whom Postgres
 * runs as cannot reach has its data under /var/lib.
 */
export async function dataFolder({ reachable = true } = {}): Promise<{
  path: string;
  remove(): Promise<void>;
}> {
  const path = await mkdtemp(join(tmpdir(), 'stratus-test-'));
  if (reachable) await chmod(path, 0o711);
  return {
    path,
    async remove() {
      const saved = await readFile(join(path, 'postgres.json'), 'utf8').catch(() => null);
      const { data } =
        saved === null ? { data: join(path, 'postgres') } : (JSON.parse(saved) as { data: string });
      for (const folder of new Set([path, dirname(data)])) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until the answer is there; the deadline only turns a hang into a message. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false>,
  deadlineMs = 60_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((again) => setTimeout(again, 25));
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** The last line of standard output as JSON: what every command prints with `--json`. */
export const lastJson = <T>(finished: Finished): T =>
  JSON.parse(finished.stdout.trim().split('\n').at(-1)!) as T;
