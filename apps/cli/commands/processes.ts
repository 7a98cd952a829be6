import type { Command } from 'commander';
import { Failure, seconds } from '#kernel';
import { migrate } from '#warehouse';
import { count, port } from '../arguments.js';
import { atMost } from '../at-most.js';
import { contextOf, withStack, type Context } from '../context.js';
import { serveMetrics } from '../metrics-server.js';
import { tellMissingKeys } from '../missing-keys.js';
import { EXIT } from '../output.js';
import { openStack, type Stack } from '../stack.js';
import { consoleOn, schedulerOn, workerOn } from '../start.js';

/* The cluster's processes, one each, and the one-shot `migrate`. */

/** `scheduler`: makes due runs; the one that leads. */
export function scheduler(command: Command): void {
  command.action(async (_: unknown, command: Command) => {
    process.exitCode = await serve(contextOf(command), 'scheduler', async (stack) => {
      const scheduler = await schedulerOn(stack);
      return { close: () => scheduler.close(stack.env.stopMs) };
    });
  });
}

/** `worker`: works on queued runs until it is told to stop. */
export function worker(command: Command): void {
  command
    .option('--concurrency <n>', 'runs at once (default STRATUS_CONCURRENCY)', count)
    .action(async (options: { concurrency?: number }, command: Command) => {
      process.exitCode = await serve(contextOf(command), 'worker', async (stack) => {
        const worker = await workerOn(stack, options.concurrency);
        return { close: () => worker.close(stack.env.stopMs) };
      });
    });
}

/** `console`: serves the pages and the API. */
export function consoleCommand(command: Command): void {
  command
    .option('--port <port>', 'port to listen on (default 8080)', port)
    .action(async (_: unknown, command: Command) => {
      const context = contextOf(command);
      process.exitCode = await serve(context, 'console', async (stack) => {
        const server = await consoleOn(stack);
        context.output.note(`console on ${server.url}`);
        if (server.firstSignIn)
          context.output.note(
            `first sign-in: ${server.firstSignIn.name} / ${server.firstSignIn.password} (shown this once)`,
          );
        return { close: () => server.close(stack.env.stopMs) };
      });
    });
}

/** `migrate`: applies what the database lacks and ends. */
export function migrateCommand(command: Command): void {
  command.action(async (_: unknown, command: Command) => {
    const context = contextOf(command);
    const applied = context.env.databaseUrl
      ? await migrate(context.env.databaseUrl)
      : await withStack(context, 'migrate', (stack) => migrate(stack.warehouse.url));
    if (context.output.json) context.output.result({ applied });
    else
      context.output.line(
        applied.length > 0 ? `applied ${applied.join(', ')}` : 'the database is up to date',
      );
  });
}

/** After what runs has stopped: time to say goodbye to stores that are there. Those that are gone would never answer. */
const LEAVE = seconds(4);

interface Stopping {
  close(): Promise<void>;
}

async function serve(
  { env, output, signal }: Context,
  name: string,
  start: (stack: Stack) => Stopping | Promise<Stopping>,
): Promise<number> {
  if (env.mode === 'embedded')
    throw new Failure(
      'config',
      `\`stratus ${name}\` is a process of the cluster: set REDIS_URL and DATABASE_URL to run it beside others; without them \`stratus up\` runs everything in one process tree`,
    );
  const stack = await openStack({ env, process: name, migrate: false });
  let metrics: Stopping | undefined;
  try {
    // The console serves its own, behind its sign-in.
    if (env.metricsPort !== undefined && name !== 'console')
      metrics = await serveMetrics(stack, env.metricsPort);
    if (name !== 'console') await tellMissingKeys(stack);
    const running = await start(stack);
    output.note(`${name} ready (process ${process.pid})`);
    await new Promise<void>((stop) => {
      if (signal.aborted) return stop();
      signal.addEventListener('abort', () => stop(), { once: true });
    });
    await atMost(env.stopMs, running.close());
    return EXIT.ok;
  } finally {
    await atMost(
      LEAVE,
      Promise.resolve(metrics?.close()).then(() => stack.close()),
    );
  }
}
