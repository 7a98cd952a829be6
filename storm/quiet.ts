import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { insertRun, type ConnectionRow, type Warehouse } from '#warehouse';
import type { Truth } from './compare.js';
import { isHurried, streamsOf } from './field.js';
import type { Sandbox } from './sandbox.js';
import type { Servers } from './servers.js';
import { tableOf } from './tables.js';

const LOOK_MS = 500;
/** What was asked for and failed is asked for again after so long. */
const ASK_AGAIN_MS = 5000;
/** A schedule whose next tick is further in the past than this has lost it. */
const LATE_MS = 5000;

export interface Quiet {
  readonly warehouse: Warehouse;
  readonly servers: Servers;
  readonly queuePrefix: string;
  readonly connections: readonly ConnectionRow[];
  /** Nothing is edited there any more. */
  readonly sandbox: Pick<Sandbox, 'rows'>;
  readonly deadlineMs: number;
  /** Not waited for any longer: answers what is left then. */
  readonly stop?: AbortSignal;
}

/**
 * Waits until every stream of every connection was read and compared by a run that began after now and after the last
 * edit, no record that the platform still has waits in the quarantine, and every schedule has its next tick. What is read
 * most must come by its schedule; all else is asked for by hand, and compared once it was read, so that nobody waits for a
 * slot. Answers with what was not so when the deadline came: nothing where all is well.
 */
export async function settled(quiet: Quiet): Promise<string[]> {
  const ends = performance.now() + quiet.deadlineMs;
  const truths = new Map<string, Truth>();
  for (const { name } of quiet.connections) truths.set(name, await quiet.sandbox.rows(name));
  const wanted = readingsOf(quiet.connections, truths, Date.now());
  const redis = new Redis(quiet.servers.redis.url);
  redis.on('error', () => undefined);
  try {
    for (;;) {
      const missing = await unread(quiet, wanted);
      await askFor(quiet, missing);
      const rest = async (): Promise<string[]> => [
        ...(await quarantined(quiet, truths)),
        ...(await unscheduled(redis, quiet)),
      ];
      if (missing.length === 0 && (await rest()).length === 0) return [];
      if (performance.now() > ends || quiet.stop?.aborted)
        return [...(await told(quiet, missing)), ...(await rest())];
      await after(LOOK_MS);
    }
  } finally {
    redis.disconnect();
  }
}

/** A run that must have come to its end: one of this kind that began after that. */
interface Reading {
  readonly connection: ConnectionRow;
  readonly stream: string;
  readonly kind: 'incremental' | 'reconcile';
  readonly since: Date;
  askedMs: number;
}

/**
 * By the clock of those who start the runs, which is this machine's. A platform whose clock was ahead dates edits later,
 * and one that keeps what is new to itself for a while is read after that.
 */
function readingsOf(
  connections: readonly ConnectionRow[],
  truths: ReadonlyMap<string, Truth>,
  nowMs: number,
): Reading[] {
  return connections.flatMap((connection) =>
    streamsOf(connection).flatMap((stream) => {
      const newest = newestMs(truths.get(connection.name)?.[stream.into.name] ?? {});
      const since = new Date(Math.max(nowMs, newest + (stream.cursor?.settle ?? 0)));
      const kinds = stream.listing ? (['incremental', 'reconcile'] as const) : (['incremental'] as const);
      return kinds.map((kind) => ({ connection, stream: stream.name, kind, since, askedMs: 0 }));
    }),
  );
}

function newestMs(rows: Truth[string]): number {
  let latest = 0;
  for (const { source_updated_at: at } of Object.values(rows))
    if (typeof at === 'string') latest = Math.max(latest, Date.parse(at));
  return latest;
}

/** Those that no run has come to its end for. */
async function unread({ warehouse }: Quiet, wanted: readonly Reading[]): Promise<Reading[]> {
  const rows = await warehouse.query<{ connectionId: string; stream: string; kind: string; at: Date }>(
    `select connection_id as "connectionId", stream, kind, max(started_at) as at from runs
     where state = 'succeeded' and started_at > $1 group by 1, 2, 3`,
    [new Date(Math.min(...wanted.map(({ since }) => since.getTime())))],
  );
  const done = new Map(rows.map((row) => [`${row.connectionId} ${row.stream} ${row.kind}`, row.at]));
  return wanted.filter(
    ({ connection, stream, kind, since }) => !((done.get(`${connection.id} ${stream} ${kind}`) ?? 0) > since),
  );
}

/** Queues what is due and neither under way nor coming by itself; the scheduler gives it to the workers. */
async function askFor({ warehouse }: Quiet, missing: readonly Reading[]): Promise<void> {
  const now = Date.now();
  const key = ({ connection, stream }: Reading): string => `${connection.id} ${stream}`;
  const unread = new Set(missing.flatMap((one) => (one.kind === 'incremental' ? [key(one)] : [])));
  const due = missing.filter(
    (one) =>
      one.since.getTime() < now &&
      now - one.askedMs > ASK_AGAIN_MS &&
      // A comparison of what was not read yet would fetch each record by itself.
      (one.kind === 'reconcile' ? !unread.has(key(one)) : !isHurried(one.stream)),
  );
  if (due.length === 0) return;
  const open = await warehouse.query<{ id: string; kind: string; at: Date | null }>(
    `select connection_id || ' ' || stream as id, kind, started_at as at from runs
     where state in ('queued', 'running', 'snoozed')`,
  );
  for (const one of due) {
    if (
      open.some(({ id, kind, at }) => id === key(one) && kind === one.kind && (at === null || at > one.since))
    )
      continue;
    one.askedMs = now;
    const { connection, stream, kind } = one;
    await insertRun(warehouse, { connectionId: connection.id, stream, kind, trigger: 'manual' }, new Date());
  }
}

async function told({ warehouse }: Quiet, missing: readonly Reading[]): Promise<string[]> {
  if (missing.length === 0) return [];
  const stories = [];
  for (const one of missing.slice(0, 3)) stories.push(await story(warehouse, one));
  return [`${String(missing.length)} readings did not come to their end, among them ${stories.join('; ')}`];
}

/** What became of the last runs of a stream. */
async function story(warehouse: Warehouse, { connection, stream, kind, since }: Reading): Promise<string> {
  const runs = await warehouse.query<{ state: string; said: string | null }>(
    `select r.state || ' (attempt ' || attempt || ', queued ' || queued_at::text || ')' as state,
       coalesce(failure, reason) as said
     from runs r where connection_id = $1 and stream = $2 and kind = $3 and queued_at > $4::timestamptz - interval '1 minute'
     order by queued_at desc limit 2`,
    [connection.id, stream, kind, since],
  );
  const said = runs.map((run) => `${run.state}${run.said === null ? '' : `: ${run.said}`}`);
  return `${connection.name} ${stream} ${kind}: ${said.join(', ') || 'no run'}`;
}

async function quarantined(
  { warehouse, connections }: Quiet,
  truths: ReadonlyMap<string, Truth>,
): Promise<string[]> {
  const open = await warehouse.query<{ connectionId: string; stream: string; key: string; reason: string }>(
    `select connection_id as "connectionId", stream, record_key as key, reason from quarantine where state = 'open'`,
  );
  const nameOf = new Map(connections.map(({ id, name }) => [id, name]));
  const there = open.filter(({ connectionId, stream, key }) => {
    const rows = truths.get(nameOf.get(connectionId) ?? '')?.[tableOf(stream)];
    // What was quarantined and then deleted there will never land.
    return rows !== undefined && key in rows;
  });
  const [first] = there;
  return first === undefined
    ? []
    : [
        `${String(there.length)} records still wait in the quarantine, among them ${first.stream} ${first.key}: ${first.reason}`,
      ];
}

/** Schedules that would not run again by themselves. */
async function unscheduled(redis: Redis, { queuePrefix, connections }: Quiet): Promise<string[]> {
  const key = `${queuePrefix}:ticks:repeat`;
  const wanted = connections.reduce((all, connection) => all + streamsOf(connection).length, 0);
  const alive = await redis.zcount(key, Date.now() - LATE_MS, '+inf');
  return alive === wanted ? [] : [`${String(alive)} of ${String(wanted)} schedules have a tick to come`];
}
