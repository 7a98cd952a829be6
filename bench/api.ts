import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { platforms } from '#catalog';
import { localLimiter } from '#http';
import { readKeyRing } from '#kernel';
import { openQueues } from '#queue';
import type { Engine } from '#sync';
import { createMetrics, silentLogger } from '#telemetry';
import { openWarehouse } from '#warehouse';
import { createUser, startConsole, type Console } from '../apps/console/index.js';
import { fill, type Size } from './api-data.js';
import { benchDatabase } from './database.js';
import { inFlight, round, type BenchResult } from './measure.js';

const SIZE: Size = { orders: 1_000_000, runs: 200_000 };
/** Pages that stay open and listen. */
const TABS = 50;
/** Calls of each route, and how many of them at once. */
const CALLS = 60;
const AT_ONCE = 4;
const PASSWORD = randomBytes(12).toString('hex');

/** A list or a detail, and the key by which a bare select reads as many rows of the same table. */
interface Case {
  readonly path: string;
  readonly table: string;
  readonly key: string;
}

const CASES: readonly Case[] = [
  { path: '/overview', table: 'connections', key: 'id' },
  { path: '/connections', table: 'connections', key: 'id' },
  { path: '/connections/conn_0/streams', table: 'checkpoints', key: 'stream' },
  { path: '/runs?limit=50', table: 'runs', key: 'id' },
  { path: '/runs?limit=50&state=failed', table: 'runs', key: 'id' },
  { path: '/runs?limit=50&connection=conn_3&stream=shopify.orders', table: 'runs', key: 'id' },
  { path: '/runs?limit=50&cause=bug&connection=conn_2', table: 'runs', key: 'id' },
  { path: '/runs?limit=50&stream=shopify.customers&state=failed', table: 'runs', key: 'id' },
  { path: '/runs/run_777', table: 'runs', key: 'id' },
  { path: '/runs/run_777/calls', table: 'run_calls', key: 'id' },
  { path: '/runs/run_777/log', table: 'run_logs', key: 'id' },
  { path: '/failures?limit=50', table: 'failures', key: 'fingerprint' },
  { path: '/failures/0000000000000014', table: 'failures', key: 'fingerprint' },
  { path: '/quarantine?limit=50', table: 'quarantine', key: 'id' },
  { path: '/backfills', table: 'backfills', key: 'id' },
  { path: '/quota', table: 'connections', key: 'id' },
  { path: '/orders?limit=50', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=%23777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=customer777%40example.org', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=SKU-777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=track777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders/conn_1/777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/tables', table: 'connections', key: 'id' },
  { path: '/tables/orders/rows?limit=50', table: 'orders', key: 'connection_id, source_id' },
  { path: '/audit?limit=50', table: 'audit_log', key: 'id' },
  { path: '/alerts', table: 'alerts', key: 'id' },
];

/**
 * How long the console's API takes to answer, with a million orders, 200,000 runs and fifty pages open that listen:
 * the 95th percentile of the slowest list or detail, beside that of a bare select of as many rows by their key.
 */
export const api = (): Promise<BenchResult> => measure(SIZE);

export async function measure(size: Size): Promise<BenchResult> {
  const database = await benchDatabase();
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'bench' });
  const queues = openQueues({
    store: { kind: 'postgres', url: database.url },
    platforms: platforms.map(({ name }) => name),
    onError: () => undefined,
  });
  const limiter = localLimiter();
  let server: Console | undefined;
  try {
    await fill(warehouse, size);
    await createUser(warehouse, { name: 'bench', password: PASSWORD, role: 'operator' });
    server = await startConsole({
      warehouse,
      queues,
      metrics: createMetrics(),
      logger: silentLogger,
      platforms,
      ring: readKeyRing(randomBytes(32).toString('base64')),
      engine: () => ({ limiter }) as unknown as Engine,
      host: '127.0.0.1',
      port: 0,
      trustProxy: 0,
      secureCookies: false,
      mode: 'embedded',
      now: () => new Date(),
    });
    return await measured(server.url, database.url);
  } finally {
    await server?.close(0);
    await limiter.close();
    await queues.close();
    await warehouse.close();
    await database.drop();
  }
}

async function measured(url: string, databaseUrl: string): Promise<BenchResult> {
  const cookie = await signIn(url);
  const tabs = await Promise.all(Array.from({ length: TABS }, () => listen(url, cookie)));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const all: { path: string; p95: number; bare: number }[] = [];
    for (const one of CASES) all.push(await compare(url, cookie, client, one));
    const worst = all.reduce((a, b) => (b.p95 > a.p95 ? b : a));
    return {
      bench: 'api',
      ours: worst.p95,
      limit: worst.bare,
      unit: 'ms, p95 of the slowest route',
      ratio: round(worst.p95 / worst.bare, 1),
      slowest: worst.path,
      routes: Object.fromEntries(all.map(({ path, p95, bare }) => [path, `${p95} beside ${bare}`])),
      rssMb: Math.round(process.memoryUsage().rss / 1e6),
      tabs: TABS,
    };
  } finally {
    await client.end();
    for (const tab of tabs) tab.abort();
  }
}

async function compare(url: string, cookie: string, client: pg.Client, { path, table, key }: Case) {
  const ask = async (): Promise<unknown> => {
    const reply = await fetch(`${url}/api/v1${path}`, { headers: { Cookie: cookie } });
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  const given = (await ask()) as { items?: unknown[] };
  const rows = Math.max(1, given.items?.length ?? 1);
  const bare = await timed(1, () => client.query(`select * from ${table} order by ${key} limit $1`, [rows]));
  return { path, p95: await timed(AT_ONCE, ask), bare };
}

async function timed(lanes: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  await inFlight(Array.from({ length: CALLS }), lanes, async () => {
    const started = performance.now();
    await work();
    took.push(performance.now() - started);
  });
  took.sort((a, b) => a - b);
  return round(took[Math.floor(took.length * 0.95)]!, 1);
}

async function signIn(url: string): Promise<string> {
  const reply = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'bench', password: PASSWORD }),
  });
  const cookie = reply.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`nobody could sign in: ${reply.status} ${await reply.text()}`);
  return cookie;
}

/** A page that listens and reads what it is told. */
async function listen(url: string, cookie: string): Promise<AbortController> {
  const stop = new AbortController();
  const reply = await fetch(`${url}/api/v1/events`, { headers: { Cookie: cookie }, signal: stop.signal });
  // It ends with the abort.
  reply.body!.pipeTo(new WritableStream()).catch(() => undefined);
  return stop;
}
