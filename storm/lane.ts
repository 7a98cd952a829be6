import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyRing } from '#kernel';
import { openQueues, type Queues } from '#queue';
import type { Platform } from '#sync';
import { openWarehouse, saveConnection, type ConnectionRow, type Warehouse } from '#warehouse';
import { tablesSql } from '../tests/fake-platform.js';
import { Children, type Child } from './children.js';
import type { CrashPoint } from './test-build.js';

/** A scheduler and one worker of a test build on a database of their own, for drills one after another. */
export interface Lane {
  readonly warehouse: Warehouse;
  readonly queues: Queues;
  /** A connection whose streams run only when a drill says so. */
  connect(platform: Platform, account: Account): Promise<ConnectionRow>;
  /** The worker, started again where it has ended. */
  worker(): Promise<Child>;
  /** One more, beside that one. */
  another(): Promise<Child>;
  /** Ends the process that comes by the point for the n-th time from now on, or stops it. */
  arm(point: CrashPoint, n: number, signal?: 'SIGKILL' | 'SIGSTOP'): void;
  /** Nobody has come by the armed point yet. */
  readonly isArmed: boolean;
  disarm(): void;
  /** Points that were come by since they were last taken, in order. */
  hits(): CrashPoint[];
  /** The same, and forgets them. */
  takeHits(): CrashPoint[];
  close(): Promise<void>;
}

export interface Account {
  readonly name: string;
  readonly baseUrl: string;
  readonly credentials: Readonly<Record<string, string>>;
}

export interface LaneOptions {
  /** Of the test build. */
  readonly root: string;
  readonly redisUrl: string;
  /** Migrated, and nobody else's. */
  readonly databaseUrl: string;
  readonly platforms: readonly Platform[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A death is noticed in two to four seconds, also where the machine has other work. */
const TIMING = {
  STRATUS_LOCK_MS: '1500',
  STRATUS_LEASE_MS: '3000',
  STRATUS_RECONCILE_MS: '500',
  STRATUS_SLICE_MS: '1000',
} as const;

export async function openLane(options: LaneOptions): Promise<Lane> {
  const { databaseUrl, redisUrl, platforms } = options;
  const folder = mkdtempSync(join(tmpdir(), 'stratus-crash-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
    process.off('exit', remove);
  };
  // Also where a signal ends this process.
  process.once('exit', remove);
  const key = randomBytes(32).toString('base64');
  const ring = readKeyRing(key);
  const prefix = `{drill-${randomBytes(4).toString('hex')}}`;
  const children = new Children({
    root: options.root,
    env: {
      REDIS_URL: redisUrl,
      DATABASE_URL: databaseUrl,
      STRATUS_SECRET_KEY: key,
      STRATUS_QUEUE_PREFIX: prefix,
      CRASH_POINTS: folder,
      LOG_LEVEL: 'warn',
      ...TIMING,
      ...options.env,
    },
  });
  const warehouse = await openWarehouse({ url: databaseUrl, applicationName: 'drill' });
  const queues = openQueues({
    store: { kind: 'redis', url: redisUrl, prefix },
    platforms: platforms.map(({ name }) => name),
    onError: () => undefined,
  });
  const armed = join(folder, 'armed');
  const hits = join(folder, 'hits');
  let started = 0;
  let worker: Child | undefined;
  const readHits = (): CrashPoint[] =>
    existsSync(hits) ? (readFileSync(hits, 'utf8').trim().split('\n') as CrashPoint[]) : [];
  const start = (): Promise<Child> => children.stratus(`worker ${String(++started)}`, ['worker']);

  const close = async (): Promise<void> => {
    await children.close();
    await queues.close();
    await warehouse.close();
    remove();
  };
  try {
    for (const sql of tablesSql) await warehouse.query(sql);
    await switchOff(warehouse, platforms);
    await children.stratus('scheduler', ['scheduler']);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    warehouse,
    queues,
    async connect(platform, { name, baseUrl, credentials }) {
      return saveConnection(warehouse, ring, {
        platform: platform.name,
        name,
        settings: { shop: 'demo' },
        credentials,
        baseUrl,
        sandbox: true,
      });
    },
    async worker() {
      if (!worker?.alive) worker = await start();
      return worker;
    },
    another: start,
    arm: (point, n, signal = 'SIGKILL') => writeFileSync(armed, `${point} ${String(n)} ${signal}`),
    get isArmed() {
      return existsSync(armed);
    },
    disarm: () => rmSync(armed, { force: true }),
    hits: readHits,
    takeHits() {
      const lines = readHits();
      rmSync(hits, { force: true });
      return lines;
    },
    close,
  };
}

/** In the transaction that makes a connection, so that no scheduler ever sees it with a stream that runs by itself. */
async function switchOff(warehouse: Warehouse, platforms: readonly Platform[]): Promise<void> {
  await warehouse.query('create table drilled (platform text not null, stream text not null)');
  await warehouse.query('insert into drilled select * from unnest($1::text[], $2::text[])', [
    platforms.flatMap(({ name, streams }) => streams.map(() => name)),
    platforms.flatMap(({ streams }) => streams.map(({ name }) => name)),
  ]);
  await warehouse.query(`create function switch_off() returns trigger language plpgsql as $$
    begin
      insert into streams (connection_id, stream, enabled)
      select new.id, stream, false from drilled where platform = new.platform;
      return null;
    end $$`);
  await warehouse.query(
    'create trigger switch_off after insert on connections for each row execute function switch_off()',
  );
}

/** Answers how the process ended, should it do so before the other thing happens. */
export async function orEnds<T>(
  child: Child,
  other: Promise<T>,
): Promise<T | { signal: NodeJS.Signals | null }> {
  if (!child.alive) return { signal: child.process.signalCode };
  const ended = once(child.process, 'exit').then(() => ({ signal: child.process.signalCode }));
  return Promise.race([other, ended]);
}
