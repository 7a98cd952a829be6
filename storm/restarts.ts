import { Redis } from 'ioredis';
import { compareAccount, type Truth } from './compare.js';
import { keepBusy, percentile, seen, type Busy } from './busy.js';
import { closingAll, openField, type Field } from './field.js';
import type { Asked } from './index.js';
import { settled } from './quiet.js';

/** What an orchestrator may be told to grant. */
const WITHIN_MS = 25_000;
const CONNECTIONS = 9;
const LATENCY_MS = 100;
/** A call that hangs and a backoff of a run that failed twice fit in. */
const WHOLE_WITHIN_MS = 5 * 60_000;

/** One after the other, as a rolling update does. */
const ORDER = ['worker-1', 'worker-2', 'worker-3', 'scheduler', 'console'] as const;
/** How Redis is while the process stops: there, killed, or silent. */
const REDIS = ['there', 'killed', 'silent'] as const;

export interface Restart {
  readonly process: string;
  readonly redis: (typeof REDIS)[number];
  readonly code: number | null;
  readonly ms: number;
  /** Runs it had in hand when it was told to stop. */
  readonly inHand: number;
  /** Those that were still its own when it had ended. */
  readonly kept: number;
}

/**
 * `--restarts [N]`: N rolling restarts by SIGTERM under load, by turns with Redis there, killed and silent. Each process
 * must end with 0 within 25 s and leave no run in its name; at the end no job is stalled and every row is right.
 */
export async function restarts({ seed, rest, servers, say }: Asked): Promise<number> {
  const [times = 30] = rest.filter((word) => /^\d+$/.test(word)).map(Number);
  const { done, complaints } = await closingAll(async (closing) => {
    const field = await openField(
      { seed, connections: CONNECTIONS, orders: 60, every: '30s', unlimited: true, servers, say },
      closing,
    );
    await field.sandbox.knobs({ latencyMs: LATENCY_MS });
    const busy = keepBusy(field);
    closing.push(() => busy.close());
    const all: Restart[] = [];
    for (let n = 0; n < times; n++) {
      const one = await restart(
        field,
        busy,
        ORDER[n % ORDER.length]!,
        REDIS[Math.floor(n / ORDER.length) % REDIS.length]!,
      );
      all.push(one);
      say(
        `${String(n + 1)}/${String(times)} ${one.process}, Redis ${one.redis}: ended with ${String(one.code)} after ${(one.ms / 1000).toFixed(1)} s, ${String(one.inHand)} runs in hand, ${String(one.kept)} left in its name`,
      );
    }
    await field.sandbox.knobs({ latencyMs: 0 });
    return { done: all, complaints: await aftermath(field) };
  });
  const bad = done.filter(({ code, ms, kept }) => code !== 0 || ms > WITHIN_MS || kept > 0);
  const took = done.map(({ ms }) => ms);
  for (const complaint of complaints) say(complaint);
  say(
    `${String(done.length)} restarts, ${String(bad.length)} bad: p50 ${(percentile(took, 0.5) / 1000).toFixed(1)} s, p99 ${(percentile(took, 0.99) / 1000).toFixed(1)} s, at most ${String(WITHIN_MS / 1000)} s allowed; ${String(complaints.length)} complaints`,
  );
  say(JSON.stringify({ restarts: done, complaints, seed }));
  return bad.length === 0 && complaints.length === 0 ? 0 : 1;
}

async function restart(
  field: Field,
  busy: Busy,
  name: (typeof ORDER)[number],
  redis: Restart['redis'],
): Promise<Restart> {
  const { crew, links, servers } = field;
  await busy.fill();
  const child = crew.child(name)!;
  if (name.startsWith('worker'))
    await seen(`${name} has runs in hand`, async () => (await busy.inHandOf(child.pid)).length > 0, 120_000);
  if (redis === 'killed') await servers.redis.kill();
  const silence = { kind: 'blackhole' } as const;
  if (redis === 'silent') for (const way of ['up', 'down'] as const) links.set(name, 'redis', way, silence);
  const inHand = (await busy.inHandOf(child.pid)).length;
  const began = performance.now();
  const code = await crew.stop(name, 2 * WITHIN_MS);
  const ms = Math.round(performance.now() - began);
  const kept = (await busy.inHandOf(child.pid)).length;
  if (redis === 'killed') await servers.redis.start();
  if (redis === 'silent') for (const way of ['up', 'down'] as const) links.set(name, 'redis', way, null);
  await crew.start(name);
  return { process: name, redis, code, ms, inHand, kept };
}

/** What is wrong once all is quiet again. */
async function aftermath(field: Field): Promise<string[]> {
  const { warehouse, connections, sandbox, crew } = field;
  const truths = new Map<string, Truth>();
  for (const { name } of connections) truths.set(name, await sandbox.rows(name));
  const complaints = [
    ...(await settled({ ...field, deadlineMs: WHOLE_WITHIN_MS })),
    ...(await stalledJobs(field)),
  ];
  for (const connection of connections) {
    const { differences } = await compareAccount(warehouse, connection, truths.get(connection.name)!);
    for (const { table, sourceId, what } of differences)
      complaints.push(`${connection.name}, ${table} ${sourceId}: ${what}`);
  }
  crew.leave();
  return [...complaints, ...crew.complaints];
}

/** Jobs in hand whose lock nobody holds, and that nobody takes back either. */
async function stalledJobs({ servers, queuePrefix }: Field): Promise<string[]> {
  const redis = new Redis(servers.redis.url);
  try {
    const queue = `${queuePrefix}:shopify`;
    const unlocked = async (): Promise<string[]> => {
      const jobs = await redis.lrange(`${queue}:active`, 0, -1);
      const locks = await Promise.all(jobs.map((id) => redis.exists(`${queue}:${id}:lock`)));
      return jobs.filter((_, i) => locks[i] === 0);
    };
    let left = await unlocked();
    // A job may end between the two questions.
    await seen('no job is stalled', async () => (left = await unlocked()).length === 0, 30_000).catch(
      () => undefined,
    );
    return left.map((id) => `job ${id} is stalled`);
  } finally {
    redis.disconnect();
  }
}
