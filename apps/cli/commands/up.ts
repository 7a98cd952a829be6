import type { Command } from 'commander';
import { Failure, later } from '#kernel';
import { listConnections, reapRuns } from '#warehouse';
import { chooseShop, connectDemo, shopFileOf, type ShopOptions } from '../demo.js';
import { tellMissingKeys } from '../missing-keys.js';
import { EXIT, readableLog } from '../output.js';
import { makeRun } from '../../desk/runs.js';
import { allSucceeded, enabledStreams, follow, printResults } from '../runs.js';
import { startSandboxProcess } from '../sandbox-process.js';
import { openStack, type Stack } from '../stack.js';
import { consoleOn, schedulerOn, workerOn } from '../start.js';
import { contextOf, quiet, type Context } from '../context.js';
import { count, port } from '../arguments.js';

interface UpOptions extends ShopOptions {
  readonly once?: boolean;
}

/** `up`: the whole product in one process tree. */
export function up(command: Command): void {
  command
    .option('--once', 'sync every stream of every connection once, print the counts and stop')
    .option('--shop <file>', 'serve orders from a CSV file in the Online Retail form, gzip or not')
    .option('--orders <n>', 'orders of the built-in shop (default 250)', count)
    .option('--seed <n>', 'seed of the built-in shop (default 1)', count)
    .option('--port <port>', "the console's port (default 8080)", port)
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      process.exitCode = await start(context, command.optsWithGlobals<UpOptions>());
    });
}

async function start(context: Context, options: UpOptions): Promise<number> {
  const { env, output } = context;
  const closing: (() => Promise<void>)[] = [];
  const started = new Date();
  // A slip of the pen is told before anything is started.
  shopFileOf(options);
  try {
    output.progress('starting Postgres');
    const stack = await openStack({
      env: options.once ? quiet(env) : env,
      process: 'up',
      migrate: true,
      ...(process.stderr.isTTY && !output.json
        ? { write: (line: string) => output.note(readableLog(line)) }
        : {}),
    });
    closing.push(() => stack.close());
    refuseSecond(stack);
    await tellMissingKeys(stack);
    stack.home.setRunning({ pid: process.pid, console: `http://${env.host}:${env.port}`, sandbox: null });
    closing.push(async () => stack.home.setRunning(null));

    output.progress('starting the sandbox');
    const shop = chooseShop(stack.home, options, started);
    const sandbox = await startSandboxProcess(shop, 0, { roomy: true });
    closing.push(() => sandbox.stop());
    await connectDemo(stack, sandbox.url, shop);

    // One process tree is all there is in the embedded mode: a run that still says "running" lost its worker.
    if (env.mode === 'embedded') await reapRuns(stack.warehouse, later(new Date(), 10 * env.leaseMs));
    const worker = await workerOn(stack);
    closing.push(() => worker.close(env.stopMs));
    return await (options.once
      ? syncOnce(stack, context)
      : keepRunning(stack, context, sandbox.url, closing));
  } finally {
    output.progress('stopping');
    for (const close of closing.reverse()) await close();
  }
}

/** The embedded mode is one process tree; a second would take its limits and its locks for its own. */
function refuseSecond(stack: Stack): void {
  const running = stack.home.running();
  if (stack.env.mode !== 'embedded' || (!running && !stack.joined) || running?.pid === process.pid) return;
  throw new Failure(
    'config',
    `Stratus is already up on ${stack.home.folder}${running ? ` (process ${running.pid}, ${running.console})` : ''}; stop it first, or set REDIS_URL and DATABASE_URL to run several workers`,
  );
}

async function syncOnce(stack: Stack, { output, signal }: Context): Promise<number> {
  const runs = [];
  for (const connection of await listConnections(stack.warehouse)) {
    if (connection.status === 'paused') continue;
    for (const stream of enabledStreams(stack, connection))
      runs.push({
        run: await makeRun(stack, connection, { stream, kind: 'incremental' }, new Date()),
        connection: connection.name,
      });
  }
  const results = await follow(stack.warehouse, runs, output, signal);
  printResults(output, results);
  if (signal.aborted) return EXIT.interrupted;
  return allSucceeded(results) ? EXIT.ok : EXIT.failed;
}

async function keepRunning(
  stack: Stack,
  { env, output, signal }: Context,
  sandboxUrl: string,
  closing: (() => Promise<void>)[],
): Promise<number> {
  const scheduler = await schedulerOn(stack);
  closing.push(() => scheduler.close(env.stopMs));
  const console = await consoleOn(stack, sandboxUrl);
  closing.push(() => console.close(env.stopMs));
  stack.home.setRunning({ pid: process.pid, console: console.url, sandbox: sandboxUrl });
  const news = {
    console: console.url,
    queues: `${console.url}/queues`,
    sandbox: sandboxUrl,
    ...(console.firstSignIn ? { signIn: console.firstSignIn } : {}),
  };
  if (output.json) output.result(news);
  else {
    output.line(
      `Stratus is up\n  console  ${news.console}\n  queues   ${news.queues}\n  sandbox  ${news.sandbox}`,
    );
    output.line(
      console.firstSignIn
        ? `  sign in  ${console.firstSignIn.name} / ${console.firstSignIn.password}   (shown this once)`
        : '  sign in  with the password that was shown at the first start (lost? npx stratus users password admin)',
    );
    output.line(
      `\nTables:  npx stratus sql 'select count(*), sum(total), currency from orders group by currency'`,
    );
    output.line('Stop with Ctrl-C.');
  }
  await new Promise<void>((stop) => {
    if (signal.aborted) return stop();
    signal.addEventListener('abort', () => stop(), { once: true });
  });
  output.note('stopping …');
  return EXIT.ok;
}
