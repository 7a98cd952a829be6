import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ConnectionRow, Warehouse } from '#warehouse';
import type { Truth } from './compare.js';
import { tableOf, type Sandbox } from './sandbox.js';
import type { Servers } from './servers.js';

const LOOK_MS = 500;
const KINDS = ['incremental', 'reconcile'] as const;
/** A schedule whose next tick is further in the past than this has lost it. */
const LATE_MS = 5000;

export interface Quiet {
  readonly warehouse: Warehouse;
  readonly servers: Servers;
  readonly queuePrefix: string;
  readonly connections: readonly ConnectionRow[];
  readonly streams: readonly string[];
  /** Nothing is edited there any more. */
  readonly sandbox: Pick<Sandbox, 'rows'>;
  readonly deadlineMs: number;
}

/**
 * Waits until every stream of every connection was read and compared by a run that began after now and after the last
 * edit, no record that the platform still has waits in the quarantine, and every schedule has its next tick. Answers with
 * what was not so when the deadline came: nothing where all is well.
 */
export async function settled(quiet: Quiet): Promise<string[]> {
  const ends = performance.now() + quiet.deadlineMs;
  const truths = new Map<string, Truth>();
  for (const { name } of quiet.connections) truths.set(name, await quiet.sandbox.rows(name));
  // By the clock of those who start the runs, which is this machine's. A platform whose clock was ahead dates edits later.
  const since = new Date(Math.max(Date.now(), newest(truths)));
  const redis = new Redis(quiet.servers.redis.url);
  redis.on('error', () => undefined);
  try {
    for (;;) {
      const left = [
        ...(await unread(quiet, since)),
        ...(await quarantined(quiet, truths)),
        ...(await unscheduled(redis, quiet)),
      ];
      if (left.length === 0) return [];
      if (performance.now() > ends) return left;
      await after(LOOK_MS);
    }
  } finally {
    redis.disconnect();
  }
}

const newest = (truths: ReadonlyMap<string, Truth>): number => {
  let latest = 0;
  for (const truth of truths.values())
    for (const rows of Object.values(truth))
      for (const row of Object.values(rows))
        latest = Math.max(latest, Date.parse(String(row['source_updated_at'] as string)));
  return latest;
};

async function unread({ warehouse, connections, streams }: Quiet, since: Date): Promise<string[]> {
  const rows = await warehouse.query<{ connectionId: string; stream: string; kind: string }>(
    `select distinct connection_id as "connectionId", stream, kind from runs
     where state = 'succeeded' and started_at > $1`,
    [since],
  );
  const done = new Set(rows.map(({ connectionId, stream, kind }) => `${connectionId} ${stream} ${kind}`));
  const missing = connections.flatMap((connection) =>
    streams.flatMap((stream) =>
      KINDS.filter((kind) => !done.has(`${connection.id} ${stream} ${kind}`)).map((kind) => ({
        connection,
        stream,
        kind,
      })),
    ),
  );
  if (missing.length === 0) return [];
  const told = [];
  for (const one of missing.slice(0, 3)) told.push(await story(warehouse, one, since));
  return [`${String(missing.length)} readings did not come to their end, among them ${told.join('; ')}`];
}

/** What became of the last runs of a stream. */
async function story(
  warehouse: Warehouse,
  { connection, stream, kind }: { connection: ConnectionRow; stream: string; kind: string },
  since: Date,
): Promise<string> {
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
async function unscheduled(redis: Redis, { queuePrefix, connections, streams }: Quiet): Promise<string[]> {
  const key = `${queuePrefix}:ticks:repeat`;
  const wanted = connections.length * streams.length;
  const alive = await redis.zcount(key, Date.now() - LATE_MS, '+inf');
  return alive === wanted ? [] : [`${String(alive)} of ${String(wanted)} schedules have a tick to come`];
}
