import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { shopify } from '#connectors/shopify';
import { readKeyRing } from '#kernel';
import { findBackfill, openWarehouse, saveConnection, type BackfillRow, type Warehouse } from '#warehouse';
import { DEMO_STATIC_CREDENTIALS } from '../apps/sandbox/index.js';
import { benchDatabase } from './database.js';
import { required } from './measure.js';

/** What an order of the sandbox's shop comes to, its lines included; the bench prints what it really was. */
const ROWS_PER_ORDER = 4.24;
/** A budget that never binds: what is measured is the machinery. */
const PLAN = { maximumAvailable: 1_000_000_000, restoreRate: 1_000_000_000 };
/** The shop's name, and its connection's. */
export const SHOP = 'bench';

export interface Cluster {
  readonly warehouse: Warehouse;
  readonly connectionId: string;
  readonly queuePrefix: string;
  /** The days the shop's history covers end before this midnight. */
  readonly anchor: Date;
  /** Starts a process of the product and waits until it is ready. */
  start(args: readonly string[]): Promise<ChildProcess>;
  /** Runs a command of the product and answers what its last line says. */
  command<T>(args: readonly string[]): Promise<T>;
  sandbox<T>(path: string, body?: object): Promise<T>;
  stop(): Promise<void>;
}

/** The sandbox, a database, and processes of the product, each on its own. The connection's schedules are off. */
export async function startCluster(rows: number): Promise<Cluster> {
  const database = await benchDatabase();
  const key = randomBytes(32).toString('base64');
  const anchor = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
  const children: ChildProcess[] = [];
  // Whatever ends this bench ends them too.
  const killAll = (): void => children.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killAll);
  const shop = {
    name: SHOP,
    source: { kind: 'built-in', seed: 7, orders: Math.round(rows / ROWS_PER_ORDER) },
    plan: PLAN,
  };
  const queuePrefix = `{bench-${randomBytes(4).toString('hex')}}`;
  const env = {
    ...process.env,
    REDIS_URL: required('REDIS_URL'),
    DATABASE_URL: database.url,
    STRATUS_SECRET_KEY: key,
    STRATUS_QUEUE_PREFIX: queuePrefix,
    // A death is noticed in seconds.
    STRATUS_LOCK_MS: '5000',
    STRATUS_LEASE_MS: '10000',
    STRATUS_RECONCILE_MS: '2000',
    // Live runs do not step back, so that they cost the same in a long measurement as in a short one.
    SHOPIFY_SYNC_LOOKBACK_HOURS: '0',
    LOG_LEVEL: 'error',
  };
  const spawned = (file: string, args: readonly string[], flags: readonly string[] = []): ChildProcess => {
    const child = spawn(process.execPath, ['--max-semi-space-size=64', ...flags, file, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr!.on('data', (text: Buffer) => {
      if (!/ready \(process/.test(text.toString())) process.stderr.write(text);
    });
    return child;
  };
  const bin = fileURLToPath(new URL('../../bin/stratus.mjs', import.meta.url));
  const sandbox = spawned(fileURLToPath(new URL('../../bin/sandbox.mjs', import.meta.url)), [
    JSON.stringify({ anchor: anchor.toISOString(), shops: [shop] }),
  ]);
  children.push(sandbox);
  const [line] = (await once(createInterface({ input: sandbox.stdout! }), 'line')) as [string];
  const sandboxUrl = (JSON.parse(line) as { url: string }).url;
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'bench' });
  const connection = await saveConnection(warehouse, readKeyRing(key), {
    platform: 'shopify',
    name: SHOP,
    // Pages are what is measured.
    settings: { shop: SHOP, bulkFrom: 'never' },
    credentials: DEMO_STATIC_CREDENTIALS,
    baseUrl: `${sandboxUrl}/shopify/${SHOP}`,
    sandbox: true,
  });
  for (const { name } of shopify.streams)
    await warehouse.query('insert into streams (connection_id, stream, enabled) values ($1, $2, false)', [
      connection.id,
      name,
    ]);

  return {
    warehouse,
    connectionId: connection.id,
    queuePrefix,
    anchor,
    async start(args) {
      // As the image runs it.
      const child = spawned(bin, args, ['--max-old-space-size=512']);
      children.push(child);
      await new Promise<void>((ready, failed) => {
        child.stderr!.on('data', (text: Buffer) => {
          if (text.toString().includes('ready (process')) ready();
        });
        child.once('exit', (code) =>
          failed(new Error(`stratus ${args.join(' ')} ended at once (${String(code)})`)),
        );
      });
      return child;
    },
    async command<T>(args: readonly string[]) {
      const child = spawned(bin, [...args, '--json']);
      let written = '';
      child.stdout!.on('data', (text: Buffer) => (written += text.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`stratus ${args.join(' ')} ended with ${String(code)}: ${written}`);
      return JSON.parse(written.trim().split('\n').at(-1)!) as T;
    },
    async sandbox<T>(path: string, body?: object) {
      const reply = await fetch(`${sandboxUrl}/_sandbox/${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${text}`);
      return JSON.parse(text) as T;
    },
    async stop() {
      for (const child of children) await end(child);
      process.off('exit', killAll);
      await warehouse.close();
      await database.drop();
    },
  };
}

/** Sets a backfill of orders going, over so many days that end `endingDaysAgo` before the anchor. */
export async function backfillOrders(
  cluster: Cluster,
  {
    days,
    slices,
    parallel,
    endingDaysAgo = 0,
  }: { days: number; slices: 'day' | 'week'; parallel: number; endingDaysAgo?: number },
): Promise<string> {
  const daysAgo = (n: number): string => new Date(cluster.anchor.getTime() - n * 86_400_000).toISOString();
  const [from, to] = [daysAgo(endingDaysAgo + days), daysAgo(endingDaysAgo)];
  const { backfill } = await cluster.command<{ backfill: { id: string } }>(
    [
      'backfill',
      'shopify.orders',
      '--connection',
      SHOP,
      '--from',
      from,
      '--to',
      to,
      '--slices',
      slices,
    ].concat(['--parallel', String(parallel), '--no-wait']),
  );
  return backfill.id;
}

/** Looks until the backfill ends well; `seen` is told on the way. */
export async function ended(
  warehouse: Warehouse,
  id: string,
  seen: (row: BackfillRow) => Promise<void> = async () => undefined,
): Promise<BackfillRow> {
  for (;;) {
    const row = await findBackfill(warehouse, id, new Date());
    if (row.state === 'succeeded') return row;
    if (row.state !== 'running') throw new Error(`the backfill ${row.state}: ${JSON.stringify(row)}`);
    await seen(row);
    await wait(500);
  }
}

/** The most memory the process ever held, in megabytes. */
export function peakMegabytes(child: ChildProcess): number {
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) / 1024;
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
