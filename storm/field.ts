import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyRing, type KeyRing } from '#kernel';
import { openWarehouse, saveConnection, type ConnectionRow, type Warehouse } from '#warehouse';
import { DEMO_CREDENTIALS, DEMO_EXPIRING_CREDENTIALS } from '../apps/sandbox/index.js';
import { ownDatabase } from '../bench/database.js';
import { Children } from './children.js';
import { Crew } from './crew.js';
import { Links } from './links.js';
import { Sandbox } from './sandbox.js';
import type { Servers } from './servers.js';
import { Signs } from './signs.js';

const PLATFORM = 'shopify';
export const STREAMS = ['shopify.orders', 'shopify.customers', 'shopify.products'];
export const WORKERS = 3;
/** A death is noticed in seconds. */
export const LEASE_MS = 5000;

export interface FieldOptions {
  readonly seed: number;
  readonly connections: number;
  /** Of each connection's shop. */
  readonly orders: number;
  /** How often each stream runs: `15s`. */
  readonly every: string;
  /** How far its runs step back; a minute by default. */
  readonly lookback?: string;
  readonly servers: Servers;
  /** The folder that holds `bin/`, `dist/` and `package.json` of the product under test; this checkout by default. */
  readonly root?: string;
  /** Added to the environment of every process of the product. */
  readonly env?: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** The whole product, each process on links of its own, and the shops that it reads. */
export interface Field {
  readonly crew: Crew;
  readonly links: Links;
  readonly servers: Servers;
  readonly sandbox: Sandbox;
  readonly signs: Signs;
  readonly warehouse: Warehouse;
  readonly ring: KeyRing;
  readonly connections: readonly ConnectionRow[];
  readonly queuePrefix: string;
  readonly say: (line: string) => void;
  /** Where the console listens now. */
  readonly consoleUrl: () => string | undefined;
}

export type Closing = (() => Promise<unknown> | void)[];

/** Runs the work with what it must close when it ends, the last first, whatever its end. */
export async function closingAll<T>(work: (closing: Closing) => Promise<T>): Promise<T> {
  const closing: Closing = [];
  try {
    return await work(closing);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Starts a sandbox, a scheduler, three workers and a console, and answers when all are ready. */
export async function openField(options: FieldOptions, closing: Closing): Promise<Field> {
  const { seed, servers, say } = options;
  const names = Array.from({ length: options.connections }, (_, i) => `shop-${String(i + 1)}`);
  const folder = mkdtempSync(join(tmpdir(), 'stratus-storm-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Also where a signal ends this process.
  process.once('exit', remove);
  closing.push(() => {
    remove();
    process.off('exit', remove);
  });
  const config = join(folder, 'stratus.yaml');
  writeFileSync(config, configOf(options.every, options.lookback ?? '60s'));
  const key = randomBytes(32).toString('base64');
  const ring = readKeyRing(key);
  const queuePrefix = '{storm}';
  const database = await ownDatabase(servers.postgres.url);
  closing.push(() => database.drop().catch(() => undefined));

  const signs = new Signs();
  let consoleUrl: string | undefined;
  const children = new Children({
    ...(options.root === undefined ? {} : { root: options.root }),
    env: {
      STRATUS_SECRET_KEY: key,
      STRATUS_CONFIG: config,
      STRATUS_DATA_DIR: join(folder, 'data'),
      STRATUS_QUEUE_PREFIX: queuePrefix,
      STRATUS_LOCK_MS: '4000',
      STRATUS_LEASE_MS: String(LEASE_MS),
      STRATUS_RECONCILE_MS: '2000',
      STRATUS_SLICE_MS: '5000',
      STRATUS_STOP_MS: '8000',
      LOG_LEVEL: 'debug',
      ...options.env,
    },
    told: (name, line) => {
      signs.read(name, line);
      consoleUrl = /console on (http\S+)/.exec(line)?.[1] ?? consoleUrl;
    },
  });
  closing.push(() => children.close());
  say(`starting the sandbox with ${String(names.length)} shops`);
  const shops = names.map((name, i) => ({
    name,
    source: { kind: 'built-in', seed: seed * 1000 + i, orders: options.orders },
    // Half of the accounts feel their limit, half never do.
    ...(i % 4 < 2 ? {} : { plan: 'standard' }),
  }));
  const { url } = await children.sandbox({ seed, shops });
  const sandbox = new Sandbox(url, PLATFORM);
  await sandbox.knobs({ latencyMs: { fixed: 5, jitter: 30 } });

  const workers = Array.from({ length: WORKERS }, (_, i) => `worker-${String(i + 1)}`);
  const links = await Links.open({
    seed,
    servers,
    processes: [...workers, 'scheduler', 'console'],
    sandboxUrl: url,
  });
  closing.push(() => links.close());
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'storm', poolSize: 4 });
  closing.push(() => warehouse.close());
  const connections: ConnectionRow[] = [];
  for (const [i, shop] of names.entries())
    connections.push(
      await saveConnection(warehouse, ring, {
        platform: PLATFORM,
        name: shop,
        settings: { shop },
        credentials: rotates(i) ? DEMO_EXPIRING_CREDENTIALS : DEMO_CREDENTIALS,
        baseUrl: `${links.platformUrl}/${PLATFORM}/${shop}`,
        sandbox: true,
      }),
    );

  const crew = new Crew(children);
  // Before what they are connected to: they shall end in good order.
  closing.push(() => {
    crew.leave();
    return children.close();
  });
  say(`starting a scheduler, ${String(WORKERS)} workers and a console`);
  await Promise.all([
    crew.add('scheduler', ['scheduler'], links.env('scheduler', database.name)),
    crew.add('console', ['console', '--port', '0'], links.env('console', database.name)),
    ...workers.map((name) => crew.add(name, ['worker'], links.env(name, database.name))),
  ]);
  return {
    crew,
    links,
    servers,
    sandbox,
    signs,
    warehouse,
    ring,
    connections,
    queuePrefix,
    say,
    consoleUrl: () => consoleUrl,
  };
}

/** Every second connection has a refresh token that changes with each use, the others ask with the app's own id. */
export const rotates = (i: number): boolean => i % 2 === 0;

const configOf = (every: string, lookback: string): string =>
  `integrations:\n  shopify:\n${['orders', 'customers', 'products']
    .map((stream) => `    ${stream}: { every: ${every}, lookback: ${lookback}, reconcile: 1m }\n`)
    .join('')}`;
