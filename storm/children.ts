import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** This checkout: the built storm lies in `dist/storm`. */
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

type Env = Readonly<Record<string, string>>;

/** Lines kept of what a process wrote. */
const KEPT = 400;

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly process: ChildProcess;
  readonly alive: boolean;
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>;
  /** The last lines it wrote, standard output and error together. */
  lines(): readonly string[];
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and answers how it ended. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface ChildrenOptions {
  /** The folder that holds `bin/` and `dist/` of the product; this checkout by default. */
  readonly root?: string;
  /** What every process gets; its addresses may be a proxy's, and may be told anew at each start. */
  readonly env: Env;
  /** Told of every line that a process writes. */
  readonly told?: (name: string, line: string) => void;
}

/**
 * Processes of the product, each on its own, started from its built form with nothing of this process's own Stratus
 * variables. Whatever ends this process ends them too.
 */
export class Children {
  private readonly all = new Set<Child>();
  private readonly root: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly told: (name: string, line: string) => void;
  private readonly killAll = (): void => {
    for (const child of this.all) child.signal('SIGKILL');
  };

  constructor(options: ChildrenOptions) {
    this.root = options.root ?? ROOT;
    // Under npm's name the product watches its parent: should this process be killed, its children end too.
    this.env = { ...clean(process.env), npm_command: 'run-script', ...options.env };
    this.told = options.told ?? (() => undefined);
    process.once('exit', this.killAll);
  }

  /** `stratus worker` and its like, up to where it says it is ready. */
  async stratus(name: string, args: readonly string[], env: Env = {}): Promise<Child> {
    return this.start(name, join(this.root, 'bin', 'stratus.mjs'), args, env, / ready \(process /);
  }

  /** The sandbox, and the address it listens on. */
  async sandbox(options: object): Promise<Child & { readonly url: string }> {
    const file = join(this.root, 'bin', 'sandbox.mjs');
    const child = await this.start('sandbox', file, [JSON.stringify(options)], {}, /"event":"ready"/);
    const ready = child.lines().find((line) => line.includes('"event":"ready"'))!;
    return Object.assign(child, { url: (JSON.parse(ready) as { url: string }).url });
  }

  /** Ends every process that is left, in good order where `graceMs` allows it. */
  async close(graceMs = 10_000): Promise<void> {
    await Promise.all(
      [...this.all].map(async (child) => {
        const force = setTimeout(() => child.signal('SIGKILL'), graceMs);
        // A frozen process hears nothing else.
        child.signal('SIGCONT');
        await child.end('SIGTERM');
        clearTimeout(force);
      }),
    );
    process.off('exit', this.killAll);
  }

  private async start(
    name: string,
    file: string,
    args: readonly string[],
    env: Env,
    ready: RegExp,
  ): Promise<Child> {
    const spawned = spawn(process.execPath, ['--max-semi-space-size=16', file, ...args], {
      env: { ...this.env, ...env },
      // The sandbox ends with the channel to this process.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const lines: string[] = [];
    const ended = new Promise<void>((resolve) => {
      spawned.once('exit', () => resolve());
      spawned.once('error', () => resolve());
    });
    const child: Child = {
      ended,
      name,
      pid: spawned.pid ?? 0,
      process: spawned,
      get alive() {
        return spawned.exitCode === null && spawned.signalCode === null;
      },
      lines: () => lines,
      signal: (signal) => void spawned.kill(signal),
      async end(signal = 'SIGTERM') {
        spawned.kill(signal);
        await ended;
        return { code: spawned.exitCode, signal: spawned.signalCode };
      },
    };
    this.all.add(child);
    void ended.then(() => this.all.delete(child));
    await new Promise<void>((resolve, reject) => {
      for (const stream of [spawned.stdout!, spawned.stderr!])
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          this.told(name, line);
          if (lines.length > KEPT) lines.shift();
          if (ready.test(line)) resolve();
        });
      spawned.once('error', reject);
      spawned.once('exit', (code, signal) =>
        reject(
          new Error(`${name} ended before it was ready (${signal ?? String(code)}): ${lines.join('\n')}`),
        ),
      );
    });
    return child;
  }
}

/** Nothing that is set for this process reaches the product. */
const clean = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(STRATUS_|SHOPIFY_|REDIS_URL|DATABASE_URL|NODE_OPTIONS|LOG_LEVEL)/.test(name),
    ),
  );
