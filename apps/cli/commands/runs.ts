import type { Command } from 'commander';
import { streamOf } from '#catalog';
import { Failure } from '#kernel';
import { jobOf } from '#queue';
import {
  findConnection,
  findRun,
  listConnections,
  recentRuns,
  requeueRun,
  reloadConnection,
  type ConnectionRow,
  type RunRow,
} from '#warehouse';
import { count, moment } from '../arguments.js';
import { attended } from '../attended.js';
import { retryInBulk } from '../bulk-retry.js';
import { contextOf, withStack, type Context } from '../context.js';
import { choosing, kindOption, type Chosen } from '../desk-filter.js';
import { EXIT } from '../output.js';
import { endRun, makeRun } from '../../desk/runs.js';
import { allSucceeded, driftText, follow, printResults, countsOf, verdictText } from '../runs.js';
import type { Stack } from '../stack.js';
import { waitsOf, whyOf } from '../../desk/waits.js';

interface RunOptions {
  readonly connection?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly full?: boolean;
  readonly dry?: boolean;
}

/** `run`: one stream, now. */
export function run(command: Command): void {
  command
    .option('--connection <name>', 'only this connection (default: all of the platform)')
    .option('--from <date>', 'read a past range from here; leaves the checkpoint alone', moment)
    .option('--to <date>', 'up to here (default: now)', moment)
    .option('--full', 'read everything again and compare every column')
    .option('--dry', 'read and map, but write no row and no checkpoint')
    .action(async (stream: string, _: unknown, command: Command) => {
      const context = contextOf(command);
      const options = command.optsWithGlobals<RunOptions>();
      process.exitCode = await runNow(context, stream, options);
    });
}

/** `runs`: what happened. */
export function runs(command: Command): void {
  command
    .option('--failed', 'only those that failed')
    .option('--limit <n>', 'how many', count, 20)
    .action(async (options: { failed?: boolean; limit: number }, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'runs', async (stack) => {
        const { warehouse } = stack;
        const waits = await waitsOf(stack, new Date());
        const runs = (await recentRuns(warehouse, options)).map((one) => {
          const wait = waits.get(one.id)?.wait ?? null;
          return { ...one, ...countsOf(one), wait, why: whyOf(one, wait) };
        });
        if (context.output.json) return context.output.result({ runs });
        if (runs.length === 0)
          return context.output.line(
            options.failed
              ? 'no run has failed'
              : 'no runs yet; start one with: npx stratus run shopify.orders',
          );
        context.output.table(
          [
            'run',
            'connection',
            'stream',
            'kind',
            'state',
            'finished',
            'pages',
            'inserted',
            'changed',
            'same',
            'verdict',
            'why',
          ],
          runs.map((one) => [
            one.id,
            one.connection,
            one.stream,
            one.kind,
            one.state,
            one.finishedAt,
            one.pages,
            one.inserted,
            one.changed,
            one.same,
            verdictText(one),
            one.why ?? (one.drift && driftText(one.drift)),
          ]),
        );
      });
    });
}

/** `cancel`: ends what waits or runs. */
export function cancel(command: Command): void {
  command.action(async (ids: string[], _: unknown, command: Command) => {
    process.exitCode = await cancelAll(contextOf(command), ids);
  });
}

/** `retry`: makes it happen again, one by one or in bulk. */
export function retry(command: Command): void {
  choosing(command)
    .option('--failed', 'every failed run that no later one has mended')
    .addOption(kindOption())
    .action(async (ids: string[], _: unknown, command: Command) => {
      const context = contextOf(command);
      const options = command.optsWithGlobals<Chosen & { failed?: boolean }>();
      const { failed, fingerprint, kind } = options;
      const many = (failed ?? false) || fingerprint !== undefined || kind !== undefined;
      if (many === ids.length > 0)
        throw new Failure(
          'config',
          'retry either runs by their ids, or those that failed: --failed, --fingerprint or --kind, with --stream, --connection and --since where not all of them are meant',
        );
      if (many) {
        process.exitCode = await withStack(context, 'retry', (stack) => retryInBulk(context, stack, options));
        return;
      }
      process.exitCode = await working(context, 'retry', async (stack) => {
        const runs = [];
        for (const id of ids) {
          const row = await requeueRun(stack.warehouse, id, new Date());
          const connection = await reloadConnection(stack.warehouse, row.connectionId);
          await (await stack.queues()).addRun(connection!.platform, row.stream, jobOf(row, connection!.name));
          runs.push({ run: row, connection: connection!.name });
        }
        return runs;
      });
    });
}

async function cancelAll(context: Context, ids: readonly string[]): Promise<number> {
  return withStack(context, 'cancel', async (stack) => {
    const cancelled: string[] = [];
    for (const id of ids) {
      const run = await findRun(stack.warehouse, id);
      if (!run) throw new Failure('refused', `there is no run ${id}; list them with: npx stratus runs`);
      if (!(await endRun(stack, run, 'cancelled by hand', new Date())))
        throw new Failure('refused', `run ${id} is ${run.state} already`);
      cancelled.push(id);
    }
    if (context.output.json) context.output.result({ cancelled });
    else context.output.line(`cancelled ${cancelled.join(', ')}; what they committed stays`);
    return EXIT.ok;
  });
}

async function runNow(context: Context, name: string, options: RunOptions): Promise<number> {
  const stream = streamOf(name);
  if (options.full && (options.from || options.to))
    throw new Failure('config', '--full reads everything: leave out --from and --to');
  if (options.from && options.to && options.from >= options.to)
    throw new Failure(
      'config',
      `--from ${options.from.toISOString()} is not before --to ${options.to.toISOString()}`,
    );
  const ranged = options.from !== undefined || options.to !== undefined;
  return working(context, 'run', async (stack) => {
    const runs = [];
    for (const connection of await chosen(stack, stream.platform, options.connection))
      runs.push({
        run: await makeRun(
          stack,
          connection,
          {
            stream: stream.name,
            kind: options.full ? 'refresh' : ranged ? 'backfill' : 'incremental',
            windowFrom: options.from ?? null,
            windowTo: options.to ?? (ranged ? new Date() : null),
            dry: options.dry ?? false,
          },
          new Date(),
        ),
        connection: connection.name,
      });
    return runs;
  });
}

/** The connection of that name, or all of the platform that are not paused. */
export async function chosen(
  stack: Stack,
  platform: string,
  name: string | undefined,
): Promise<ConnectionRow[]> {
  if (name !== undefined) {
    const connection = await findConnection(stack.warehouse, name);
    if (connection.platform !== platform)
      throw new Failure(
        'config',
        `connection ${name} is on ${connection.platform}, the stream on ${platform}`,
      );
    if (connection.status === 'paused') throw pausedFailure(connection);
    return [connection];
  }
  const all = (await listConnections(stack.warehouse)).filter((one) => one.platform === platform);
  if (all.length === 0)
    throw new Failure(
      'config',
      `there is no ${platform} connection yet; add one with: npx stratus connections add ${platform} --name … , or see the sandbox with: npm run up`,
    );
  const going = all.filter((one) => one.status !== 'paused');
  if (going.length === 0) throw pausedFailure(all[0]!);
  return going;
}

/** Its run would wait, and the command with it, until somebody resumes the connection. */
const pausedFailure = ({ name, statusReason }: ConnectionRow): Failure =>
  new Failure(
    'refused',
    `connection ${name} is ${statusReason ?? 'paused'}; resume it first with: npx stratus connections resume ${name}`,
  );

/** Enqueues, and waits for the runs; where nothing else works on the queue, this process does meanwhile. */
export async function working(
  context: Context,
  name: string,
  enqueueAll: (stack: Stack) => Promise<{ run: RunRow; connection: string }[]>,
): Promise<number> {
  return withStack(context, name, async (stack) => {
    const results = await attended(
      context,
      stack,
      () => enqueueAll(stack),
      (runs) => follow(stack.warehouse, runs, context.output, context.signal),
    );
    printResults(context.output, results);
    if (context.signal.aborted) return EXIT.interrupted;
    return allSucceeded(results) ? EXIT.ok : EXIT.failed;
  });
}
