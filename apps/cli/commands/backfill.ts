import { Option, type Command } from 'commander';
import { streamOf } from '#catalog';
import { Failure, later } from '#kernel';
import { planBackfill, SLICES, type SliceSize } from '#sync';
import {
  closeBackfills,
  findBackfill,
  findConnection,
  moveBackfill,
  reapRuns,
  recentBackfills,
  retryBackfill,
  type Warehouse,
} from '#warehouse';
import { beginBackfill, endBackfill, wakeSlices } from '../../desk/backfills.js';
import { count, moment } from '../arguments.js';
import { followBackfill, printBackfill, printBackfills } from '../backfills.js';
import { contextOf, withStack, type Context } from '../context.js';
import { ensureSandbox } from '../ensure-sandbox.js';
import { EXIT } from '../output.js';
import { person } from '../person.js';
import type { Stack } from '../stack.js';
import { workerOn } from '../start.js';

interface StartOptions {
  readonly connection: string;
  readonly from: Date;
  readonly to?: Date;
  readonly slices: SliceSize;
  readonly parallel: number;
  readonly wait: boolean;
}

/** `backfill`: a past range of one stream, in slices, beside the live runs. */
export function backfill(group: Command): void {
  group
    .command('start <stream>', { isDefault: true })
    .description('cuts the range into slices and reads them, the most recent first')
    .requiredOption('--connection <name>', 'the account to read from')
    .requiredOption('--from <date>', 'from here', moment)
    .option('--to <date>', 'up to here, itself included (default: now)', moment)
    .addOption(new Option('--slices <size>', 'how long a slice is').choices(SLICES).default('week'))
    .option('--parallel <n>', 'slices at once, over all workers', count, 4)
    .option('--no-wait', 'say its id and leave it to the workers')
    .action(async (stream: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<StartOptions>();
      process.exitCode = await attended(contextOf(command), options.wait, (stack) =>
        start(stack, stream, options),
      );
    });

  group
    .command('list')
    .description('the latest backfills')
    .option('--limit <n>', 'how many', count, 20)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'backfill', async ({ warehouse }) => {
        printBackfills(context.output, await recentBackfills(warehouse, limit, new Date()));
      });
    });

  group
    .command('show <id>')
    .description('how far a backfill is, and what failed')
    .option('--follow', 'stay and watch it to its end')
    .action(async (id: string, { follow }: { follow?: boolean }, command: Command) => {
      const context = contextOf(command);
      process.exitCode = await withStack(context, 'backfill', async ({ warehouse }) => {
        if (follow) return watch(context, warehouse, id);
        await printBackfill(context.output, warehouse, await findBackfill(warehouse, id, new Date()));
        return EXIT.ok;
      });
    });

  group
    .command('pause <id>')
    .description('its slices stop at their next page and wait')
    .action(async (id: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'backfill', async ({ warehouse }) => {
        await moveBackfill(warehouse, id, 'paused', new Date());
        if (context.output.json)
          context.output.result({ backfill: await findBackfill(warehouse, id, new Date()) });
        else context.output.line(`${id} is paused; go on with: npx stratus backfill resume ${id}`);
      });
    });

  group
    .command('resume <id>')
    .description('goes on with a paused one, or with one that nobody works on, and waits for its end')
    .option('--no-wait', 'leave it to the workers')
    .action(async (id: string, { wait }: { wait: boolean }, command: Command) => {
      process.exitCode = await attended(contextOf(command), wait, async (stack) => {
        await moveBackfill(stack.warehouse, id, 'running', new Date());
        return id;
      });
    });

  group
    .command('retry <id>')
    .description(
      'reads its failed and cancelled slices again, each from its last page, and waits for the end',
    )
    .option('--no-wait', 'leave it to the workers')
    .action(async (id: string, { wait }: { wait: boolean }, command: Command) => {
      process.exitCode = await attended(contextOf(command), wait, async (stack) => {
        await retryBackfill(stack.warehouse, id, new Date());
        return id;
      });
    });

  group
    .command('cancel <id>')
    .description('ends every slice that is left; what they committed stays')
    .action(async (id: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'backfill', async (stack) => {
        const now = new Date();
        const left = await endBackfill(stack, await findBackfill(stack.warehouse, id, now), now);
        if (context.output.json)
          context.output.result({ backfill: await findBackfill(stack.warehouse, id, new Date()) });
        else
          context.output.line(
            `${id} is cancelled with ${left} slices that were left; what they committed stays`,
          );
      });
    });
}

async function start(stack: Stack, name: string, options: StartOptions): Promise<string> {
  const stream = streamOf(name);
  const { platform } = stream;
  const now = new Date();
  const { from, to = now, slices, parallel } = options;
  // What is wrong with the range is told before what is wrong with the connection.
  planBackfill({ from, to, slices, parallel, stream }, now);
  const connection = await findConnection(stack.warehouse, options.connection);
  if (connection.platform !== platform)
    throw new Failure(
      'config',
      `connection ${connection.name} is on ${connection.platform}, the stream on ${platform}`,
    );
  if (connection.status === 'paused')
    throw new Failure(
      'refused',
      `connection ${connection.name} is ${connection.statusReason ?? 'paused'}; resume it first with: npx stratus connections resume ${connection.name}`,
    );
  const range = { from, to, slices, parallel };
  return beginBackfill(stack, { connection, stream, range, by: person() }, now);
}

/** Sets a backfill going and waits for its end; where nothing else works on the queue, this process does meanwhile. */
async function attended(
  context: Context,
  wait: boolean,
  setGoing: (stack: Stack) => Promise<string>,
): Promise<number> {
  return withStack(context, 'backfill', async (stack) => {
    const { output, signal } = context;
    const alone = stack.env.mode === 'embedded' && !stack.home.running();
    if (alone) await reapRuns(stack.warehouse, later(new Date(), 10 * stack.env.leaseMs));
    const id = await setGoing(stack);
    // One whose last slice was cancelled or lost its worker may have nobody left to close it.
    await closeBackfills(stack.warehouse, new Date(), id);
    await wakeSlices(stack, await findBackfill(stack.warehouse, id, new Date()));
    if (!wait) {
      if (output.json) output.result({ backfill: await findBackfill(stack.warehouse, id, new Date()) });
      else
        output.line(
          alone
            ? `${id} is written down; nothing works on it until: npm run up, or npx stratus backfill resume ${id}`
            : `${id} goes on; look again with: npx stratus backfill show ${id}`,
        );
      return EXIT.ok;
    }
    if (!output.json) output.note(`${id}: seen from elsewhere with: npx stratus backfill show ${id}`);
    const sandbox = await ensureSandbox(stack, context);
    const worker = alone ? await workerOn(stack) : null;
    try {
      await followBackfill(stack.warehouse, id, output, signal);
    } finally {
      await worker?.close(stack.env.stopMs);
      await sandbox.stop();
    }
    const ended = await findBackfill(stack.warehouse, id, new Date());
    await printBackfill(output, stack.warehouse, ended);
    if (!signal.aborted) return ended.state === 'succeeded' ? EXIT.ok : EXIT.failed;
    output.note(
      alone
        ? `${id} rests; go on with: npx stratus backfill resume ${id}, or npm run up`
        : `${id} goes on without this terminal; look again with: npx stratus backfill show ${id} --follow`,
    );
    return EXIT.interrupted;
  });
}

async function watch(context: Context, warehouse: Warehouse, id: string): Promise<number> {
  await followBackfill(warehouse, id, context.output, context.signal);
  const ended = await findBackfill(warehouse, id, new Date());
  await printBackfill(context.output, warehouse, ended);
  if (context.signal.aborted) return EXIT.interrupted;
  return ended.state === 'succeeded' ? EXIT.ok : EXIT.failed;
}
