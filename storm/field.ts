import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyRing, type KeyRing } from '#kernel';
import { platformOf } from '#catalog';
import type { Stream } from '#sync';
import { openWarehouse, saveConnection, type ConnectionRow, type Warehouse } from '#warehouse';
import { DEMO_EXPIRING_CREDENTIALS, demoConnections, roomy } from '../apps/sandbox/index.js';
import { ownDatabase } from '../bench/database.js';
import { Children } from './children.js';
import { Crew } from './crew.js';
import type { Account } from './edits.js';
import { Links } from './links.js';
import { Sandbox } from './sandbox.js';
import type { Servers } from './servers.js';
import { Signs } from './signs.js';

export const WORKERS = 3;
/** A death is noticed in seconds. */
export const LEASE_MS = 5000;

export interface FieldOptions {
  readonly seed: number;
  readonly connections: number;
  /** Of each connection's shop. */
  readonly orders: number;
  /** How often the streams run that are edited most: `15s`. */
  readonly every: string;
  /** How often those run that nobody is in a hurry for, and how often both sides are compared; a minute by default. */
  readonly unhurried?: string;
  /** Half of the accounts are on the platforms beside the web shop's, in turn; by default all are the web shop's. */
  readonly mixed?: boolean;
  /** No shop feels its limit; by default half of them do. */
  readonly unlimited?: boolean;
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
  /** Those whose refresh tokens change with every use. */
  readonly rotating: readonly string[];
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
  writeFileSync(config, configOf(options));
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
    ...(options.unlimited || i % 4 < 2 ? {} : { plan: 'standard' }),
  }));
  const { url } = await children.sandbox({ seed, shops, roomy: true });
  const accounts = names.map((_, i) => accountAt(url, names, i, options.mixed));
  const sandbox = new Sandbox(url, new Map(accounts.map((account) => [account.name, account])));
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
  const rotating: string[] = [];
  for (const [i, { name, platform, settings, credentials, baseUrl }] of accounts.entries()) {
    const rotates = platform === WEB_SHOP && i % 8 < 4;
    if (rotates) rotating.push(name);
    connections.push(
      await saveConnection(warehouse, ring, {
        platform,
        name,
        settings,
        credentials: rotates ? DEMO_EXPIRING_CREDENTIALS : credentials,
        baseUrl: baseUrl.replace(url, links.platformUrl),
        sandbox: true,
      }),
    );
  }

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
    rotating,
    queuePrefix,
    say,
    consoleUrl: () => consoleUrl,
  };
}

export const WEB_SHOP = 'shopify';
/** Two years of a week each, two seconds apart, are a first reading at Amazon's own pace: it would outlast the storm. */
const AMAZON_LIMITS =
  'searchOrders=500,getInventorySummaries=50,getReports=500,getReportDocument=500,listTransactions=500';

type FieldAccount = ReturnType<typeof demoConnections>[number] & { readonly business: string };

/**
 * Every second account in a row of them is the web shop's, the others are on its neighbours in turn, each another business.
 * But those that fill in columns on the web shop's rows are the business's of the shop before them, so that their word has
 * a row to land on.
 */
function accountAt(url: string, names: readonly string[], i: number, mixed = false): FieldAccount {
  const name = names[i]!;
  const [webShop, ...neighbours] = demoConnections(url, name);
  if (!mixed || i % 2 === 0) return { ...webShop!, name, business: name };
  const nth = ((i - 1) / 2) % neighbours.length;
  const business = streamsOf(neighbours[nth]!).some(({ onto }) => onto.length > 0) ? names[i - 1]! : name;
  // The web shop's limits are felt enough: a neighbour's budget of an hour would be spent in the first minute.
  return { ...withRoom(roomy(demoConnections(url, business)[nth + 1]!)), name, business };
}

/** The account's connection with limits that nobody feels, where its platform has some that a connection tells. */
export const withRoom = <C extends { readonly platform: string; readonly settings: object }>(
  connection: C,
): C =>
  connection.platform === 'amazon'
    ? { ...connection, settings: { ...connection.settings, limits: AMAZON_LIMITS } }
    : connection;

/** What is read of an account, by its platform. */
export const streamsOf = ({ platform }: Pick<ConnectionRow, 'platform'>): readonly Stream[] =>
  platformOf(platform).streams;

/** What every account holds now. */
export async function accountsOf({
  connections,
  sandbox,
}: Pick<Field, 'connections' | 'sandbox'>): Promise<Map<string, Account>> {
  const accounts = new Map<string, Account>();
  for (const { name, platform } of connections)
    accounts.set(name, { platform, truth: await sandbox.rows(name) });
  return accounts;
}

const HURRIED: ReadonlySet<string> = new Set(['shopify.orders', 'shopify.customers', 'shopify.products']);
/** What is edited most is read most: nobody need ask for it to be read soon. */
export const isHurried = (stream: string): boolean => HURRIED.has(stream);

const configOf = ({ mixed, every, unhurried = '1m' }: FieldOptions): string =>
  (mixed ? demoConnections('') : demoConnections('').slice(0, 1))
    .map(({ platform }) => {
      const lines = streamsOf({ platform }).map(({ name, cursor, listing }) => {
        const said = [
          `every: ${isHurried(name) ? every : unhurried}`,
          ...(isHurried(name) && cursor ? ['lookback: 60s'] : []),
          ...(listing ? [`reconcile: ${unhurried}`] : []),
        ];
        return `    ${name.slice(platform.length + 1)}: { ${said.join(', ')} }\n`;
      });
      return `  ${platform}:\n${lines.join('')}`;
    })
    .reduce((all, one) => all + one, 'integrations:\n');
