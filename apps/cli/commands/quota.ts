import type { Command } from 'commander';
import { formatDuration } from '#kernel';
import { findConnection, listConnections } from '#warehouse';
import { contextOf, withStack } from '../context.js';
import type { Output } from '../output.js';
import { metersFor, quotaOf, type Meters, type Quota } from '../../desk/quota.js';

const SOURCE: Readonly<Record<Meters['source'], string>> = {
  shared: 'read from the store that all workers share',
  worker: 'as the running process showed it last',
  limits: 'nothing works now: what the limits allow, all of it refilled',
};

/** `quota`: where every account's budget stands, who spends it, and when runs end. */
export function quota(command: Command): void {
  command
    .option('--connection <name>', 'only this connection')
    .action(async (options: { connection?: string }, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'quota', async (stack) => {
        const now = new Date();
        const { output } = context;
        const chosen =
          options.connection === undefined
            ? await listConnections(stack.warehouse)
            : [await findConnection(stack.warehouse, options.connection)];
        const limiter = () => stack.engine().limiter;
        const meters = await metersFor({ ...stack, mode: stack.env.mode, limiter }, now);
        const connections = await quotaOf(stack, meters, chosen, now);
        if (output.json) return output.result({ asOf: meters.asOf, source: meters.source, connections });
        if (connections.length === 0)
          return output.line(
            'there is no connection yet; add one with: npx stratus connections add, or see the sandbox with: npm run up',
          );
        for (const one of connections) print(output, one);
        output.line(`as of ${meters.asOf.toISOString()}, ${SOURCE[meters.source]}`);
      });
    });
}

function print(output: Output, { connection, platform, meters, spent, runs }: Quota): void {
  output.line(`${connection} (${platform})`);
  if (meters.length === 0) output.line('no limit was met yet: nothing was called');
  else
    output.table(
      ['limit', 'allowed', 'available', 'refill', 'kept for writes', 'closed until', 'used 1h', 'refused 1h'],
      meters.map((one) => [
        one.operation === undefined ? one.limit : `${one.limit} ${one.operation}`,
        one.ceiling,
        one.available,
        one.perSecond === null ? 'when calls end' : refill(one.perSecond),
        one.reservedForWrite,
        one.closedUntil,
        one.usedLastHour,
        one.refusedLastHour,
      ]),
    );
  if (spent.length > 0) {
    output.line('');
    output.table(
      ['limit', 'spent by', 'lane', 'calls', 'used', 'refused', 'waited'],
      spent.map((one) => [
        one.limit,
        one.spender,
        one.lane,
        one.calls,
        one.used,
        one.refused,
        formatDuration(one.waitedMs),
      ]),
    );
  }
  if (runs.length > 0) {
    output.line('');
    output.table(
      ['run', 'stream', 'state', 'forecast', 'why it waits'],
      runs.map(({ run, stream, state, forecast, wait }) => [run, stream, state, forecast.text, wait?.text]),
    );
  }
  output.line('');
}

/** In the unit in which it is a number to read. */
function refill(perSecond: number): string {
  const plain = (n: number): string => String(Math.round(n * 100) / 100);
  if (perSecond >= 1) return `${plain(perSecond)}/s`;
  return perSecond * 60 >= 1 ? `${plain(perSecond * 60)}/min` : `${plain(perSecond * 3600)}/h`;
}
