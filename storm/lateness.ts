import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { platforms } from '#catalog';
import { readKeyRing, type Json } from '#kernel';
import { openWarehouse, saveConnection, type Warehouse } from '#warehouse';
import { DEMO_CREDENTIALS, DEMO_SHOP, demoConnections, roomy } from '../apps/sandbox/index.js';
import { ownDatabase } from '../bench/database.js';
import { median, round } from '../bench/measure.js';
import { Children } from './children.js';
import { closingAll, withRoom, type Closing } from './field.js';
import type { Asked } from './index.js';
import { startProxy, type Proxy } from './proxy.js';

const WORKERS = 2;
const EVERY = '5s';
/** Where the catalog has one platform only, so many accounts of it stand for themselves. */
const ACCOUNTS = 3;
/** What a busy machine adds to a run's wait by itself. */
const NOISE_MS = 500;

/** Who is down alone: one platform, or one account where there is but one platform. */
interface Peer {
  readonly name: string;
  readonly connectionId: string;
  readonly proxy: Proxy;
}

/** How long after its slot each run of the others began and ended. */
interface Lateness {
  readonly runs: number;
  readonly medianWaitMs: number;
  readonly mostWaitMs: number;
  readonly medianEndMs: number;
  /** Runs that a newer slot replaced before they began. */
  readonly replaced: number;
}

interface Outcome {
  readonly down: string;
  readonly verdict: 'green' | 'red';
  readonly quiet: Lateness;
  readonly meanwhile: Lateness;
  /** Runs of the one that was down that ended well meanwhile: none, or it was not down. */
  readonly itsOwn: number;
}

/**
 * `--lateness [--seconds N]`: takes each platform away, one after another, by a blackhole on its replies, and measures
 * how late the others' runs are, beside as long a time with all of them there.
 */
export async function lateness(asked: Asked): Promise<number> {
  const { values } = parseArgs({
    args: [...asked.rest],
    options: { seconds: { type: 'string', default: '30' } },
  });
  const lengthMs = Number(values.seconds) * 1000;
  const { outcomes, between } = await closingAll(async (closing) => {
    const { warehouse, peers, between } = await open(asked, closing);
    await firstReads(warehouse, peers);
    const outcomes: Outcome[] = [];
    for (const peer of peers) {
      const outcome = await without(warehouse, peer, lengthMs);
      outcomes.push(outcome);
      asked.say(JSON.stringify(outcome));
      // Its calls hang for up to half a minute; then its runs catch up.
      await caughtUp(warehouse, peer);
    }
    return { outcomes, between };
  });
  asked.say(`Between ${between}; each down for ${values.seconds} s.\n\n${markdown(outcomes)}`);
  asked.say(JSON.stringify({ lateness: outcomes, between, seed: asked.seed }));
  return outcomes.every(({ verdict }) => verdict === 'green') ? 0 : 1;
}

async function open(
  { servers, seed, say }: Asked,
  closing: Closing,
): Promise<{ warehouse: Warehouse; peers: Peer[]; between: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'stratus-lateness-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Also where a signal ends this process.
  process.once('exit', remove);
  closing.push(() => {
    remove();
    process.off('exit', remove);
  });
  const config = join(folder, 'stratus.yaml');
  writeFileSync(config, configOf());
  const key = randomBytes(32).toString('base64');
  const database = await ownDatabase(servers.postgres.url);
  closing.push(() => database.drop().catch(() => undefined));
  const children = new Children({
    env: {
      STRATUS_SECRET_KEY: key,
      STRATUS_CONFIG: config,
      STRATUS_DATA_DIR: join(folder, 'data'),
      STRATUS_QUEUE_PREFIX: '{lateness}',
      STRATUS_RECONCILE_MS: '2000',
      REDIS_URL: servers.redis.url,
      DATABASE_URL: database.url,
      LOG_LEVEL: 'error',
    },
  });
  closing.push(() => children.close());
  const one = platforms.length === 1;
  const names = [
    DEMO_SHOP,
    ...Array.from({ length: one ? ACCOUNTS - 1 : 0 }, (_, i) => `other-${String(i + 1)}`),
  ];
  const { url } = await children.sandbox({
    seed,
    shops: names.map((name, i) => ({ name, source: { kind: 'built-in', seed: seed + i, orders: 40 } })),
    // A stream that waits for its account's own limit says nothing of the others.
    roomy: true,
  });
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'storm', poolSize: 4 });
  closing.push(() => warehouse.close());

  const [shopify, ...rest] = demoConnections(url);
  const wanted = one
    ? names.map((shop) => ({
        ...shopify!,
        name: shop,
        settings: { shop },
        credentials: DEMO_CREDENTIALS,
        baseUrl: shopify!.baseUrl.replace(DEMO_SHOP, shop),
      }))
    : [
        { ...shopify!, name: 'shopify' },
        ...rest.map((demo) => ({ ...withRoom(roomy(demo)), name: demo.platform })),
      ];
  const peers: Peer[] = [];
  for (const connection of wanted) {
    const address = new URL(connection.baseUrl);
    const proxy = await startProxy({ target: { host: address.hostname, port: Number(address.port) }, seed });
    closing.push(() => proxy.close());
    address.host = `127.0.0.1:${String(proxy.port)}`;
    const { id } = await saveConnection(warehouse, readKeyRing(key), {
      ...connection,
      settings: connection.settings as Record<string, Json>,
      credentials: connection.credentials as Json,
      baseUrl: address.href,
      sandbox: true,
    });
    peers.push({ name: connection.name, connectionId: id, proxy });
  }
  const between = one
    ? `${String(ACCOUNTS)} accounts of ${shopify!.platform}: the catalog holds no second platform`
    : `${String(peers.length)} platforms`;
  say(`starting a scheduler and ${String(WORKERS)} workers, between ${between}`);
  await children.stratus('scheduler', ['scheduler']);
  for (let i = 1; i <= WORKERS; i++) await children.stratus(`worker-${String(i)}`, ['worker']);
  return { warehouse, peers, between };
}

const configOf = (): string =>
  `integrations:\n${platforms
    .map(
      ({ name, streams }) =>
        `  ${name}:\n${streams.map((stream) => `    ${stream.name.slice(name.length + 1)}: { every: ${EVERY} }\n`).join('')}`,
    )
    .join('')}`;

async function without(warehouse: Warehouse, peer: Peer, lengthMs: number): Promise<Outcome> {
  const measured = async (): Promise<[Lateness, number]> => {
    const since = new Date();
    await after(lengthMs);
    return [await latenessSince(warehouse, peer, since), await wellSince(warehouse, peer, since)];
  };
  const [quiet] = await measured();
  peer.proxy.set('down', { kind: 'blackhole' });
  // What was on its way when it went down may still end well.
  await after(1000);
  const [meanwhile, itsOwn] = await measured();
  peer.proxy.set('down', null);
  const unchanged =
    meanwhile.runs >= quiet.runs * 0.9 &&
    meanwhile.replaced <= quiet.replaced &&
    meanwhile.medianWaitMs <= quiet.medianWaitMs * 1.5 + NOISE_MS &&
    meanwhile.medianEndMs <= quiet.medianEndMs * 1.5 + NOISE_MS;
  return { down: peer.name, verdict: unchanged && itsOwn === 0 ? 'green' : 'red', quiet, meanwhile, itsOwn };
}

/** Of the slots since then, everybody's but one's. */
async function latenessSince(warehouse: Warehouse, but: Peer, since: Date): Promise<Lateness> {
  const rows = await warehouse.query<{
    state: string;
    slot: Date;
    startedAt: Date | null;
    finishedAt: Date | null;
  }>(
    `select state, slot, started_at as "startedAt", finished_at as "finishedAt" from runs
     where connection_id <> $1 and kind = 'incremental' and slot > $2 and finished_at is not null`,
    [but.connectionId, since],
  );
  const ended = rows.filter((row) => row.state === 'succeeded');
  const waits = ended.map(({ slot, startedAt }) => startedAt!.getTime() - slot.getTime());
  const ends = ended.map(({ slot, finishedAt }) => finishedAt!.getTime() - slot.getTime());
  return {
    runs: ended.length,
    medianWaitMs: middle(waits),
    mostWaitMs: Math.max(0, ...waits),
    medianEndMs: middle(ends),
    replaced: rows.filter((row) => row.state === 'cancelled').length,
  };
}

const middle = (values: readonly number[]): number => (values.length === 0 ? 0 : round(median(values), 0));

async function wellSince(warehouse: Warehouse, peer: Peer, since: Date): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(
    `select count(*)::int as n from runs where connection_id = $1 and state = 'succeeded' and finished_at > $2`,
    [peer.connectionId, since],
  );
  return row?.n ?? 0;
}

/** Every stream of the peer has a run that began after now and ended well. */
async function caughtUp(warehouse: Warehouse, peer: Peer, deadlineMs = 180_000): Promise<void> {
  const since = new Date();
  const ends = performance.now() + deadlineMs;
  for (;;) {
    const [row] = await warehouse.query<{ missing: string[] | null }>(
      `select array_agg(stream) filter (where not done) as missing from (
         select stream, bool_or(state = 'succeeded' and started_at > $2) as done
         from runs where connection_id = $1 group by stream) streams`,
      [peer.connectionId, since],
    );
    if (row?.missing === null) return;
    if (performance.now() > ends)
      throw new Error(`${peer.name} did not catch up: ${(row?.missing ?? ['no run at all']).join(', ')}`);
    await after(500);
  }
}

/** Nothing is measured while first reads, which take longer, are under way. */
async function firstReads(warehouse: Warehouse, peers: readonly Peer[]): Promise<void> {
  for (const peer of peers) await caughtUp(warehouse, peer);
}

function markdown(outcomes: readonly Outcome[]): string {
  const head = ['down', 'verdict', 'others’ runs', 'median wait', 'longest wait', 'median end', 'replaced'];
  const both =
    (of: (lateness: Lateness) => number, unit = ''): ((one: Outcome) => string) =>
    (one) =>
      `${String(of(one.quiet))} → ${String(of(one.meanwhile))}${unit}`;
  const cells: readonly ((one: Outcome) => string)[] = [
    ({ down }) => down,
    ({ verdict }) => verdict,
    both(({ runs }) => runs),
    both(({ medianWaitMs }) => medianWaitMs, ' ms'),
    both(({ mostWaitMs }) => mostWaitMs, ' ms'),
    both(({ medianEndMs }) => medianEndMs, ' ms'),
    both(({ replaced }) => replaced),
  ];
  const rows = outcomes.map((one) => cells.map((cell) => cell(one)));
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
