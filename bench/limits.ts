import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { shopify } from '#connectors/shopify';
import type { Lane } from '#http';
import { DEMO_ACCESS } from '#simulators/shopify';
import { ask, bucket, post, readLedger, refilled, startPlatform } from './limits-platform.js';
import type { ClientOrders, ClientReport } from './limits-client.js';
import { required, round, type BenchResult } from './measure.js';

const CLIENTS = 4;
/** Calls under way at the same time in each worker process. */
const CALLERS = 2;
/** One worker process is frozen for so long in the middle: longer than Bottleneck waits before it forgets a client. */
const FROZEN_MS = 12_000;
/** What a platform across the sea takes to answer. */
const LATENCY_MS = { fixed: 40, jitter: 80 };
const WRITE_EVERY_MS = 200;

/** Light and heavy reads together, each charged for more than it brings, as a first page of a small shop is. */
const QUERIES = [
  '{ shop { name } }',
  '{ customers(first: 25) { nodes { id } } }',
  '{ customers(first: 100) { nodes { id } } }',
  '{ orders(first: 10) { nodes { id lineItems(first: 5) { nodes { id } } } } }',
];
/** As heavy as a write-back is: Shopify charges ten points for one. */
const WRITE = '{ customers(first: 10) { nodes { id } } }';

/**
 * Query points that worker processes get out of one account, against what the platform allows in that time: what
 * stood in the bucket and what came back. The platform is the strict simulator in a process of its own, and its own
 * ledger says how often it had to refuse.
 *
 * Four processes first, of which one is frozen on the way and must recover by itself; then one, three and nine; then
 * four that backfill while a fifth writes.
 */
export async function limits(seconds = Number(process.env['BENCH_SECONDS'] ?? 60)): Promise<BenchResult> {
  const { waitsMs: _, ...main } = await run({ seconds, lane: 'live', clients: CLIENTS, freeze: true });
  const processes: Record<string, number> = {};
  let throttled = main.throttled;
  for (const clients of [1, 3, 9]) {
    const one = await run({ seconds: seconds / 2, lane: 'live', clients });
    processes[clients] = one.ratio;
    throttled += one.throttled;
  }
  const beside = await run({ seconds: seconds / 2, lane: 'backfill', clients: CLIENTS, writes: true });
  const waits = [...beside.waitsMs].sort((a, b) => a - b);
  return {
    bench: 'limits',
    unit: 'points',
    ...main,
    throttled: throttled + beside.throttled,
    processes,
    writes: waits.length,
    writeP99Ms: Math.round(waits[Math.floor(waits.length * 0.99)] ?? Number.NaN),
    ratioBesideWrites: beside.ratio,
  };
}

interface Scene {
  readonly seconds: number;
  readonly lane: Lane;
  readonly clients: number;
  /** The first process stands still after a third of the time. */
  readonly freeze?: boolean;
  /** One process more writes now and then. */
  readonly writes?: boolean;
}

async function run(scene: Scene) {
  const platform = await startPlatform();
  const clients: ChildProcess[] = [];
  try {
    const url = `${platform.url}/shopify/demo/admin/api/2026-07/graphql.json`;
    const weigh = async (query: string) => ({ query, weight: (await ask(url, query)).requested });
    const queries = [];
    for (const query of QUERIES) queries.push(await weigh(query));
    const write = await weigh(WRITE);
    // The probes above are the platform's to forget: the bench begins with a full bucket.
    await refilled(url);
    await post(`${platform.url}/_sandbox/knobs`, { latencyMs: LATENCY_MS });
    await post(`${platform.url}/_sandbox/ledger/reset`, {});

    const orders: ClientOrders = {
      redisUrl: required('REDIS_URL'),
      prefix: `bench-${process.pid}-${Date.now()}`,
      url,
      token: DEMO_ACCESS.accessToken,
      account: 'demo',
      limits: shopify.limits,
      lane: scene.lane,
      callers: CALLERS,
      everyMs: 0,
      queries,
    };
    const writer: ClientOrders = {
      ...orders,
      lane: 'write',
      callers: 1,
      everyMs: WRITE_EVERY_MS,
      queries: [write],
    };
    const all = [...Array<ClientOrders>(scene.clients).fill(orders), ...(scene.writes ? [writer] : [])];
    clients.push(...(await Promise.all(all.map(startClient))));
    const full = await bucket(url);
    const started = performance.now();
    clients.forEach((client, i) => client.send(all[i]!));

    const frozen = scene.freeze
      ? await freeze(platform.url, clients[0]!, (scene.seconds * 1000) / 3)
      : undefined;
    await after(Math.max(0, scene.seconds * 1000 - (performance.now() - started)));
    const ledger = await readLedger(platform.url);
    const elapsed = (performance.now() - started) / 1000;
    const left = await bucket(url);
    const reports = await Promise.all(clients.map(stopClient));

    const allowed = full.currentlyAvailable + full.restoreRate * elapsed;
    return {
      ours: ledger.points,
      limit: Math.round(allowed),
      ratio: round(ledger.points / allowed),
      throttled: ledger.throttled,
      refused: ledger.refused,
      seconds: Math.round(elapsed),
      clients: scene.clients,
      calls: ledger.served,
      bucketAtStart: full.currentlyAvailable,
      bucketAtEnd: left.currentlyAvailable,
      restoredPerSecond: full.restoreRate,
      weights: queries.map(({ weight }) => weight),
      ...(frozen ? { frozen: { ...frozen, callsAfterThaw: reports[0]!.callsSinceGap } } : {}),
      failures: Object.assign({}, ...reports.map(({ failures }) => failures)) as object,
      waitsMs: reports.at(-1)!.waitsMs,
    };
  } finally {
    for (const client of clients) kill(client);
    kill(platform.child);
  }
}

async function startClient(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('limits-client.js', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

async function stopClient(child: ChildProcess): Promise<ClientReport> {
  const reported = once(child, 'message');
  child.send('stop');
  const [report] = (await reported) as [ClientReport];
  return report;
}

function kill(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGCONT');
  child.kill('SIGKILL');
}

/** Stops one worker in its tracks and lets it go on; what the others and itself did meanwhile and afterwards. */
async function freeze(platform: string, child: ChildProcess, atMs: number): Promise<Record<string, number>> {
  await after(atMs);
  const before = await readLedger(platform);
  child.kill('SIGSTOP');
  await after(FROZEN_MS);
  child.kill('SIGCONT');
  const thawed = await readLedger(platform);
  return { atMs: Math.round(atMs), forMs: FROZEN_MS, pointsByOthersMeanwhile: thawed.points - before.points };
}
