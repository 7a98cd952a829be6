import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openWarehouse, type Warehouse } from '#warehouse';
import { createUser } from '../apps/console/index.js';
import { fill, type Size } from './api-data.js';
import { goOn } from './api-life.js';
import { firstPage } from './api-page.js';
import type { TabsOrder, TabsReport } from './api-tabs.js';
import { end, peakMegabytes } from './cluster.js';
import { benchDatabase } from './database.js';
import { required, round, type BenchResult } from './measure.js';

/** Pages that stay open, listen, and ask again whenever something happens. */
const TABS = 50;
/** Calls of each route, one after the other: of two that ask for the same at once one read would answer both. */
const CALLS = 100;
const PASSWORD = randomBytes(12).toString('hex');
/** What is promised: of each route in ms, of the console in MB, of the first page in ms. */
const PROMISED = { p95: 200, rssMb: 300, firstPageMs: 1500 };

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
  { path: '/runs?limit=50&state=running,queued,snoozed', table: 'runs', key: 'id' },
  { path: '/runs?limit=50&cause=bug&connection=conn_2', table: 'runs', key: 'id' },
  { path: '/runs?limit=50&stream=shopify.customers&state=failed', table: 'runs', key: 'id' },
  { path: '/runs/run_777', table: 'runs', key: 'id' },
  { path: '/runs/run_777/calls', table: 'run_calls', key: 'id' },
  { path: '/runs/run_777/log', table: 'run_logs', key: 'id' },
  { path: '/failures?limit=50', table: 'failures', key: 'fingerprint' },
  { path: '/failures?limit=50&state=open,resolved,ignored', table: 'failures', key: 'fingerprint' },
  { path: '/failures/0000000000000014', table: 'failures', key: 'fingerprint' },
  { path: '/quarantine?limit=50', table: 'quarantine', key: 'id' },
  { path: '/backfills', table: 'backfills', key: 'id' },
  { path: '/quota', table: 'connections', key: 'id' },
  { path: '/orders?limit=50', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=%23777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=customer777%40example.org', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=SKU-777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=SKU-BEST', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders?q=track777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/orders/conn_1/777', table: 'orders', key: 'connection_id, source_id' },
  { path: '/tables', table: 'connections', key: 'id' },
  { path: '/tables/orders/rows?limit=50', table: 'orders', key: 'connection_id, source_id' },
  { path: '/queues', table: 'connections', key: 'id' },
  { path: '/audit?limit=50', table: 'audit_log', key: 'id' },
  { path: '/alerts', table: 'alerts', key: 'id' },
];

/**
 * How long the console's API takes to answer with a million orders, 200,000 runs and fifty pages open while runs go on:
 * the 95th percentile of the slowest list or detail, beside that of a bare select of as many rows by their key. Also the
 * memory of the console, a process of its own as docker-compose.yml runs it, and how soon its first page is there.
 * `BENCH_ROWS` sets the orders; there is a run for each five of them.
 */
export const api = (orders = Number(process.env['BENCH_ROWS'] ?? 1_000_000)): Promise<BenchResult> =>
  measure({ orders, runs: Math.round(orders / 5) });

async function measure(size: Size): Promise<BenchResult> {
  const database = await benchDatabase();
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'bench' });
  const children: ChildProcess[] = [];
  // Whatever ends this bench ends them too.
  const killAll = (): void => children.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killAll);
  try {
    await fill(warehouse, size);
    await createUser(warehouse, { name: 'bench', password: PASSWORD, role: 'operator' });
    const server = await startConsole(database.url);
    children.push(server.child);
    const cookie = await signIn(server.url);
    const tabs = fork(fileURLToPath(new URL('api-tabs.js', import.meta.url)), { stdio: 'inherit' });
    children.unshift(tabs);
    return await measured(warehouse, { ...server, cookie, tabs });
  } finally {
    for (const child of children) await end(child);
    process.off('exit', killAll);
    await warehouse.close();
    await database.drop();
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly cookie: string;
  readonly tabs: ChildProcess;
}

async function measured(warehouse: Warehouse, running: Running): Promise<BenchResult> {
  const { url, cookie, tabs } = running;
  const life = goOn(warehouse);
  const client = new pg.Client({ connectionString: warehouse.url });
  await client.connect();
  try {
    tabs.send({ url, cookie, tabs: TABS } satisfies TabsOrder);
    await told(tabs);
    const routes: Measured[] = [];
    for (const one of CASES) routes.push(await compare(running, client, one));
    const program = process.env['CHROMIUM_PATH'];
    const first = program ? await firstPage(program, url, cookie) : null;
    tabs.send('report');
    return resultOf(routes, first, (await told(tabs)) as TabsReport, peakMegabytes(running.child));
  } finally {
    await client.end();
    await life.stop();
  }
}

function resultOf(
  routes: readonly Measured[],
  first: Awaited<ReturnType<typeof firstPage>> | null,
  tabs: TabsReport,
  rss: number,
): BenchResult {
  const worst = routes.reduce((a, b) => (b.p95 > a.p95 ? b : a));
  const rssMb = Math.round(rss);
  console.error(
    `console ${rssMb} MB at most; the first page ${JSON.stringify(first)}; tabs ${JSON.stringify(tabs)}`,
  );
  return {
    bench: 'api',
    ours: worst.p95,
    limit: worst.bare,
    unit: 'ms, p95 of the slowest route',
    ratio: round(worst.p95 / worst.bare, 1),
    slowest: worst.path,
    routes: Object.fromEntries(routes.map(({ path, ...times }) => [path, times])),
    rssMb,
    firstPage: first,
    tabs: { open: TABS, ...tabs },
    holds:
      worst.p95 < PROMISED.p95 &&
      rssMb < PROMISED.rssMb &&
      (first === null || first.median < PROMISED.firstPageMs) &&
      tabs.refused === 0,
  };
}

interface Measured {
  readonly path: string;
  readonly p50: number;
  readonly p95: number;
  /** The 95th percentile of the bare select, and how many rows it gave. */
  readonly bare: number;
  readonly rows: number;
}

async function compare(
  { url, cookie }: Running,
  client: pg.Client,
  { path, table, key }: Case,
): Promise<Measured> {
  const ask = async (): Promise<unknown> => {
    const reply = await fetch(`${url}/api/v1${path}`, { headers: { Cookie: cookie } });
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  const given = (await ask()) as { items?: unknown[] };
  const rows = Math.max(1, given.items?.length ?? 1);
  const bare = await timed(() => client.query(`select * from ${table} order by ${key} limit $1`, [rows]));
  const { p50, p95 } = await timed(ask);
  console.error(`${path}: p50 ${p50} ms, p95 ${p95} ms, the bare select ${bare.p95} ms`);
  return { path, p50, p95, bare: bare.p95, rows };
}

async function timed(work: () => Promise<unknown>): Promise<{ p50: number; p95: number }> {
  const took: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const started = performance.now();
    await work();
    took.push(performance.now() - started);
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number => round(took[Math.floor(took.length * share)]!, 1);
  return { p50: at(0.5), p95: at(0.95) };
}

/** The console on its own, as docker-compose.yml runs it. */
async function startConsole(databaseUrl: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL('../../bin/stratus.mjs', import.meta.url)), ['console'], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--max-semi-space-size=8', '--max-old-space-size=256'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      REDIS_URL: required('REDIS_URL'),
      STRATUS_SECRET_KEY: randomBytes(32).toString('base64'),
      STRATUS_QUEUE_PREFIX: `{bench-${randomBytes(4).toString('hex')}}`,
      LOG_LEVEL: 'warn',
    },
  });
  let said = '';
  const url = await new Promise<string>((ready, failed) => {
    child.stderr!.on('data', (text: Buffer) => {
      said += text.toString();
      const found = /console on (http\S+)/.exec(said)?.[1];
      if (found) ready(found);
    });
    child.once('exit', (code) => failed(new Error(`the console ended at once (${String(code)}): ${said}`)));
  });
  return { child, url };
}

/** What the child says next. */
async function told(child: ChildProcess): Promise<unknown> {
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`a process of the bench ended (${String(code)})`);
    }),
  ])) as [unknown];
  return message;
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
