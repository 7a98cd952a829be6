import { seconds } from '#kernel';
import { scheduleId, type Queues, type Schedule } from '#queue';
import {
  DEFAULT_WORKSPACE,
  explainWait,
  freshness,
  listConnections,
  recentRuns,
  waitFacts,
  type ConnectionStatus,
  type FreshnessRow,
  type RunRow,
} from '#warehouse';
import type { ConsoleOptions } from './options.js';
import { rowCounts, type RowCounts } from './row-counts.js';
import { within } from './within.js';

export interface StreamNews extends Omit<FreshnessRow, 'lastState'> {
  readonly title: string;
  /** How the stream fares: the newest run's state, `waiting` before the first, `unavailable` where the account lacks it. */
  readonly state: RunRow['state'] | 'waiting' | 'unavailable';
  /** True where the last success is more than three cadences ago. */
  readonly late: boolean;
  readonly nextAt: Date | null;
}

export interface ConnectionNews {
  readonly name: string;
  readonly platform: string;
  readonly status: ConnectionStatus;
  readonly statusReason: string | null;
}

export interface QueueNews {
  readonly name: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** What the page shows and `/api/system/status` tells. Nothing of a connection's settings or credentials is in it. */
export interface News {
  readonly at: Date;
  readonly connections: readonly ConnectionNews[];
  readonly streams: readonly StreamNews[];
  /** With why each that waits does. */
  readonly runs: readonly (RunRow & { readonly connection: string; readonly why: string | null })[];
  readonly rows: RowCounts;
  /** null where the queue does not answer. */
  readonly queues: readonly QueueNews[] | null;
  readonly openQuarantine: number;
  readonly operational: boolean;
}

/** How long a queue is waited for. */
export const PATIENCE = seconds(2);

export function newsOf(options: ConsoleOptions): () => Promise<News> {
  const { warehouse, platforms, now } = options;
  const rowsNow = rowCounts(warehouse, now);
  return async () => {
    const [known, connections, runs, open, rows, queue] = await Promise.all([
      freshness(warehouse),
      listConnections(warehouse, DEFAULT_WORKSPACE),
      recentRuns(warehouse, { limit: 20 }),
      waitFacts(warehouse, now()),
      rowsNow(),
      askQueue(options),
    ]);
    const at = now();
    const why = new Map(open.map((run) => [run.id, explainWait(run, at, queue?.paused)?.text ?? null]));
    const scheduleOf = new Map((queue?.schedules ?? []).map((one) => [one.id, one]));
    const titleOf = new Map(platforms.flatMap(({ streams }) => streams.map((one) => [one.name, one.title])));
    const news = (row: FreshnessRow): StreamNews => {
      const schedule = scheduleOf.get(scheduleId(row.connectionId, row.stream));
      const { lastState, ...rest } = row;
      return {
        ...rest,
        title: titleOf.get(row.stream) ?? row.stream,
        state: row.runningSince ? 'running' : row.unavailable ? 'unavailable' : (lastState ?? 'waiting'),
        late: isLate(row, schedule, at),
        nextAt: schedule?.nextAt ?? null,
      };
    };
    const seen = new Map(known.map((row) => [scheduleId(row.connectionId, row.stream), row]));
    // A connection's streams are shown from the moment it is made, not from their first run.
    const declared = connections.flatMap((connection) =>
      (platforms.find((one) => one.name === connection.platform)?.streams ?? [])
        .filter((stream) => !seen.has(scheduleId(connection.id, stream.name)))
        .map((stream) => unseen(connection.id, connection.name, stream.name)),
    );
    const streams = [...known, ...declared]
      .map(news)
      .sort((a, b) => a.connection.localeCompare(b.connection) || a.stream.localeCompare(b.stream));
    return {
      at,
      connections: connections.map(({ name, platform, status, statusReason }) => ({
        name,
        platform,
        status,
        statusReason,
      })),
      streams,
      runs: runs.map((run) => ({ ...run, why: why.get(run.id) ?? null })),
      rows,
      queues: queue?.counts ?? null,
      openQuarantine: streams.reduce((sum, one) => sum + one.openQuarantine, 0),
      operational:
        queue !== null &&
        connections.every((one) => one.status !== 'reconnect') &&
        streams.every((one) => one.lastFailure === null),
    };
  };
}

const unseen = (connectionId: string, connection: string, stream: string): FreshnessRow => ({
  connectionId,
  connection,
  stream,
  checkpointAt: null,
  lastSuccessAt: null,
  lastState: null,
  lastFailure: null,
  runningSince: null,
  openQuarantine: 0,
  comparedAt: null,
  drift: null,
  comparisonFailure: null,
  notice: null,
  unavailable: false,
});

function isLate(row: FreshnessRow, schedule: Schedule | undefined, at: Date): boolean {
  if (row.unavailable || !schedule || !('every' in schedule.cadence) || !row.lastSuccessAt) return false;
  return at.getTime() - row.lastSuccessAt.getTime() > 3 * schedule.cadence.every;
}

interface QueueAnswer {
  readonly counts: QueueNews[];
  readonly schedules: Schedule[];
  readonly paused: ReadonlySet<string>;
}

async function askQueue({ queues }: ConsoleOptions): Promise<QueueAnswer | null> {
  const ask = async (): Promise<QueueAnswer> => {
    const [schedules, paused, ...counts] = await Promise.all([
      queues.schedules(),
      pausedQueues(queues),
      ...queues.boards.map(async (queue) => ({
        name: queue.name,
        counts: { ...(await queue.getJobCounts()) },
      })),
    ]);
    return { counts, schedules, paused };
  };
  return within(PATIENCE, ask()).catch(() => null);
}

/** The platforms whose whole queue somebody stopped. */
async function pausedQueues(queues: Queues): Promise<ReadonlySet<string>> {
  const paused = await Promise.all(queues.platforms.map((platform) => queues.isPaused(platform)));
  return new Set(queues.platforms.filter((_, i) => paused[i]));
}
