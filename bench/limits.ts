import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { shopify } from '#connectors/shopify';
import { DEMO_ACCESS } from '#simulators/shopify';
import { required, round, type BenchResult } from './measure.js';
import type { ClientOrders, ClientReport } from './limits-client.js';

const CLIENTS = 4;
const LANES = 2;
/** One worker process is frozen for so long in the middle: longer than Bottleneck waits before it forgets a client. */
const FROZEN_MS = 12_000;
/** What a platform across the sea takes to answer. */
const LATENCY_MS = { fixed: 40, jitter: 80 };

/** Light and heavy reads together, each charged for more than it brings, as a first page of a small shop is. */
const QUERIES = [
  '{ shop { name } }',
  '{ customers(first: 25) { nodes { id } } }',
  '{ customers(first: 100) { nodes { id } } }',
  '{ orders(first: 10) { nodes { id lineItems(first: 5) { nodes { id } } } } }',
];

interface Level {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/**
 * Query points that four worker processes get out of one account, against what the platform allows in that time: what
 * stood in the bucket and what came back. The platform is the strict simulator in a process of its own, and its own
 * ledger says how often it had to refuse. One worker is frozen on the way and must recover by itself.
 */
export async function limits(seconds = Number(process.env['BENCH_SECONDS'] ?? 60)): Promise<BenchResult> {
  const redisUrl = required('REDIS_URL');
  const platform = await startPlatform();
  const clients: ChildProcess[] = [];
  try {
    const url = `${platform.url}/shopify/demo/admin/api/2026-07/graphql.json`;
    const queries = [];
    for (const query of QUERIES) queries.push({ query, weight: (await ask(url, query)).requested });
    // The probes above are the platform's to forget: the bench begins with a full bucket.
    await refilled(url);
    await post(`${platform.url}/_sandbox/knobs`, { latencyMs: LATENCY_MS });
    await post(`${platform.url}/_sandbox/ledger/reset`, {});

    const orders: ClientOrders = {
      redisUrl,
      prefix: `bench-${process.pid}-${Date.now()}`,
      url,
      token: DEMO_ACCESS.accessToken,
      account: 'demo',
      limits: shopify.limits,
      lanes: LANES,
      queries,
    };
    for (let i = 0; i < CLIENTS; i++) clients.push(await startClient());
    const full = await bucket(url);
    const started = performance.now();
    for (const client of clients) client.send(orders);

    const frozen = await freeze(platform.url, clients[0]!, (seconds * 1000) / 3);
    await after(Math.max(0, seconds * 1000 - (performance.now() - started)));
    const ledger = await readLedger(platform.url);
    const elapsed = (performance.now() - started) / 1000;
    const left = await bucket(url);
    const reports = await Promise.all(clients.map(stopClient));
    const [thawed] = reports;

    const allowed = full.currentlyAvailable + full.restoreRate * elapsed;
    return {
      bench: 'limits',
      ours: ledger.points,
      limit: Math.round(allowed),
      unit: 'points',
      ratio: round(ledger.points / allowed),
      throttled: ledger.throttled,
      refused: ledger.refused,
      seconds: Math.round(elapsed),
      clients: CLIENTS,
      calls: ledger.served,
      bucketAtStart: full.currentlyAvailable,
      bucketAtEnd: left.currentlyAvailable,
      restoredPerSecond: full.restoreRate,
      weights: queries.map(({ weight }) => weight),
      frozen: { ...frozen, callsAfterThaw: thawed!.callsSinceGap },
      failures: Object.assign({}, ...reports.map(({ failures }) => failures)) as object,
    };
  } finally {
    for (const client of clients) kill(client);
    kill(platform.child);
  }
}

async function startPlatform(): Promise<{ url: string; child: ChildProcess }> {
  const main = fileURLToPath(new URL('../apps/sandbox/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, JSON.stringify({ plan: 'standard' })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'exit').then(() => {
      throw new Error('the sandbox ended before it listened');
    }),
  ]);
  return { url: (JSON.parse(line) as { url: string }).url, child };
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

async function post(url: string, body: object): Promise<void> {
  const reply = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
}

async function ask(url: string, query: string): Promise<{ requested: number; level: Level }> {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': DEMO_ACCESS.accessToken },
    body: JSON.stringify({ query }),
  });
  const { extensions, errors } = (await reply.json()) as {
    extensions?: { cost: { requestedQueryCost: number; throttleStatus: Level } };
    errors?: unknown;
  };
  if (!extensions || errors) throw new Error(`the sandbox refused ${query}: ${JSON.stringify(errors)}`);
  return { requested: extensions.cost.requestedQueryCost, level: extensions.cost.throttleStatus };
}

async function refilled(url: string): Promise<void> {
  for (;;) {
    const now = await bucket(url);
    if (now.currentlyAvailable >= now.maximumAvailable - 1) return;
    await after(250);
  }
}

const bucket = async (url: string): Promise<Level> => (await ask(url, '{ shop { name } }')).level;

async function readLedger(
  platform: string,
): Promise<{ points: number; served: number; throttled: number; refused: Record<string, number> }> {
  const reply = await fetch(`${platform}/_sandbox/ledger`);
  const { accounts } = (await reply.json()) as {
    accounts: Record<string, { points: number; served: number; refused: Record<string, number> } | undefined>;
  };
  const { points, served, refused } = accounts['shopify/demo'] ?? { points: 0, served: 0, refused: {} };
  return { points, served, refused, throttled: refused['throttled'] ?? 0 };
}
