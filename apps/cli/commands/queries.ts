import type { Command } from 'commander';
import { platforms } from '#catalog';
import { days, earlier, formatDuration, type Duration } from '#kernel';
import { freshness, lateArrivals, openAlerts, type FreshnessRow, type LateArrivals } from '#warehouse';
import { contextOf, withStack } from '../context.js';
import { age, driftText } from '../runs.js';
import { configuredLookback, type Stack } from '../stack.js';
import { crewOf, waitsOf } from '../../desk/waits.js';

/** `streams`: what the catalog knows. */
export function streams(command: Command): void {
  command.action((_: unknown, command: Command) => {
    const { output } = contextOf(command);
    const streams = platforms.flatMap((platform) =>
      platform.streams.map((stream) => ({
        stream: stream.name,
        title: stream.title,
        every: formatDuration(stream.every),
        tables: [stream.into.name, ...stream.children.map((child) => child.into.name)],
      })),
    );
    if (output.json) return output.result({ streams });
    output.table(
      ['stream', 'title', 'every', 'tables'],
      streams.map((one) => [one.stream, one.title, one.every, one.tables.join(', ')]),
    );
  });
}

/** `status`: how fresh what is there is. */
export function status(command: Command): void {
  command.action(async (_: unknown, command: Command) => {
    const context = contextOf(command);
    await withStack(context, 'status', async (stack) => {
      const now = new Date();
      const [known, late, waits, crew, alerts] = await Promise.all([
        freshness(stack.warehouse),
        lateOf(stack, now),
        waitsOf(stack, now),
        crewOf(stack, now),
        openAlerts(stack.warehouse),
      ]);
      const openOf = new Map(
        [...waits.values()].map(({ run, wait }) => [
          `${run.connectionId} ${run.stream}`,
          { run: run.id, ...wait },
        ]),
      );
      const rows = known.map((row) => ({
        ...row,
        lookbackMs: lookbackIn(stack, row.stream),
        late: late.get(`${row.connectionId} ${row.stream}`) ?? null,
        wait: openOf.get(`${row.connectionId} ${row.stream}`) ?? null,
      }));
      if (context.output.json)
        return context.output.result({ streams: rows, ...crew, alerts: alerts.length });
      if (rows.length === 0) return context.output.line('nothing has run yet; try: npm run up');
      context.output.table(
        [
          'connection',
          'stream',
          'last success',
          'read up to',
          'state',
          'quarantine',
          'compared',
          'lookback',
          'late',
          'why',
        ],
        rows.map((row) => [
          row.connection,
          row.stream,
          age(row.lastSuccessAt, now),
          row.checkpointAt,
          row.runningSince
            ? `running for ${formatDuration(now.getTime() - row.runningSince.getTime())}`
            : row.unavailable
              ? 'unavailable'
              : row.lastState,
          row.openQuarantine,
          comparedText(row, now),
          row.lookbackMs === null ? null : formatDuration(row.lookbackMs),
          lateText(row.late),
          row.wait?.text ?? row.lastFailure ?? row.notice,
        ]),
      );
      context.output.line(`\n${crew.workers}\n${crew.scheduler}`);
      if (alerts.length > 0)
        context.output.line(
          `${alerts.length} ${alerts.length === 1 ? 'alert is' : 'alerts are'} open: npx stratus alerts`,
        );
    });
  });
}

/** Over so many days a stream's late arrivals are shown beside its lookback. */
const LATE_DAYS = 7;

async function lateOf({ warehouse }: Stack, now: Date): Promise<Map<string, LateArrivals>> {
  const late = await lateArrivals(warehouse, earlier(now, days(LATE_DAYS)));
  return new Map(late.map((one) => [`${one.connectionId} ${one.stream}`, one]));
}

/** How far the stream's runs step back; null where it has no checkpoint to step back from. */
function lookbackIn(stack: Stack, name: string): Duration | null {
  const cursor = platforms.flatMap(({ streams }) => streams).find((one) => one.name === name)?.cursor;
  return cursor ? (configuredLookback(stack, name) ?? cursor.lookback) : null;
}

/** `12, up to 3m; 1 beyond`: what came late in the last days, and what the lookback did not catch. */
const lateText = (late: LateArrivals | null): string | null =>
  late &&
  `${late.records}, up to ${formatDuration(late.maxMs)}${late.beyondLookback > 0 ? `; ${late.beyondLookback} beyond` : ''}`;

/** `9h ago: no drift`: the newest comparison with the platform's list of ids. */
const comparedText = (row: FreshnessRow, now: Date): string | null =>
  row.comparedAt === null
    ? null
    : `${age(row.comparedAt, now)}: ${row.comparisonFailure === null ? (row.drift ? driftText(row.drift) : 'no drift') : 'failed'}`;
