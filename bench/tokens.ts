import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEMO_EXPIRING_CREDENTIALS, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { hours, readKeyRing } from '#kernel';
import { openWarehouse, saveConnection, type ConnectionRow, type Warehouse } from '#warehouse';
import { benchDatabase } from './database.js';
import { required, round, type BenchResult } from './measure.js';
import type { TokenOrder, TokenReport, TokenWorkers } from './tokens-client.js';

const CLIENT = fileURLToPath(new URL('tokens-client.js', import.meta.url));
const PROCESSES = 5;
const DOORS = 10;
/** Longer than the pair's access token lives. */
const STEP = hours(1) + 1000;

/** Rounds of fifty workers that meet one expired token at the same moment. */
export interface TokenRounds {
  readonly rounds: number;
  /** Renewals that the platform served, one a round where nothing is done twice. */
  readonly refreshes: number;
  /** Grants that the platform ended because a refresh token was used twice. */
  readonly lostFamilies: number;
  readonly served: number;
  readonly failures: readonly string[];
  /** The slowest round: from the order to the last of the fifty replies. */
  readonly slowestMs: number;
}

/** What became of a connection whose worker was killed between the platform's reply and its store. */
export interface TokenDeath {
  readonly outcome: 'recovered' | 'reconnect' | 'neither';
  readonly ms: number;
  /** Renewals asked for in all, the killed worker's included. */
  readonly renewals: number;
}

export interface TokenWorld {
  rounds(count: number): Promise<TokenRounds>;
  /** Kills a worker there; `wait` says how its claim may lapse: by itself, or at once by our hand. */
  death(grace: 'until-used' | 'once', wait: 'lapse' | 'now'): Promise<TokenDeath>;
  close(): Promise<void>;
}

interface Ledger {
  readonly served: number;
  readonly refused: Record<string, number>;
  readonly tokenRefreshes: number;
}

/** Five worker processes of ten doors each on one connection, and a platform that takes each refresh token once. */
export async function openTokenWorld(databaseUrl: string, client = CLIENT): Promise<TokenWorld> {
  const key = randomBytes(32).toString('base64');
  const warehouse = await openWarehouse({ url: databaseUrl, applicationName: 'tokens bench' });
  const sandboxes: Sandbox[] = [];
  const children: ChildProcess[] = [];

  async function connect(refreshTokens: 'until-used' | 'once'): Promise<[Sandbox, ConnectionRow]> {
    const sandbox = await startSandbox({ orders: 1 });
    sandboxes.push(sandbox);
    sandbox.turn({ refreshTokens });
    const connection = await saveConnection(warehouse, readKeyRing(key), {
      platform: 'shopify',
      name: `shop ${sandboxes.length}`,
      settings: { shop: 'demo' },
      credentials: DEMO_EXPIRING_CREDENTIALS,
      baseUrl: `${sandbox.url}/shopify/demo`,
      sandbox: true,
    });
    return [sandbox, connection];
  }

  async function start(connectionId: string, doors: number): Promise<ChildProcess> {
    const child = fork(client, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    children.push(child);
    const workers: TokenWorkers = { databaseUrl, key, connectionId, doors };
    child.send(workers);
    await answer(child);
    return child;
  }

  return {
    async rounds(count) {
      const [sandbox, connection] = await connect('once');
      const workers = await Promise.all(Array.from({ length: PROCESSES }, () => start(connection.id, DOORS)));
      let aheadMs = 0;
      let served = 0;
      let slowestMs = 0;
      const failures = new Set<string>();
      for (let n = 0; n < count; n++) {
        // By turns the clock says so, and only the platform knows.
        if (n % 2 === 0) sandbox.turn({ clockOffsetMs: (aheadMs += STEP) });
        else sandbox.turn({ tokens: 'expire' });
        const began = performance.now();
        for (const report of await Promise.all(workers.map((one) => order(one, { call: { aheadMs } })))) {
          served += report.ok;
          for (const failure of report.failures) failures.add(failure);
        }
        slowestMs = Math.max(slowestMs, performance.now() - began);
      }
      const { lostFamilies } = standing(sandbox);
      return {
        rounds: count,
        refreshes: ledgerOf(sandbox).tokenRefreshes,
        lostFamilies,
        served,
        failures: [...failures],
        slowestMs: Math.round(slowestMs),
      };
    },

    async death(grace, wait) {
      const [sandbox, connection] = await connect(grace);
      const victim = await start(connection.id, 1);
      const died = once(victim, 'exit');
      const began = performance.now();
      victim.send({ die: true } satisfies TokenOrder);
      await died;
      if (wait === 'now') await lapse(warehouse, connection.id);
      const other = await start(connection.id, 1);
      let report: TokenReport;
      do {
        report = await order(other, { call: { aheadMs: 0 } });
        // As the queue does with a run that waits for another worker's renewal.
        if (report.failures.some(isWaiting)) await after(2000);
      } while (report.failures.some(isWaiting));
      const [row] = await warehouse.query<{ status: string }>(
        'select status from connections where id = $1',
        [connection.id],
      );
      const { tokenRefreshes, refused } = ledgerOf(sandbox);
      return {
        outcome: report.ok === 1 ? 'recovered' : row?.status === 'reconnect' ? 'reconnect' : 'neither',
        ms: Math.round(performance.now() - began),
        renewals: tokenRefreshes + (refused['invalid_grant'] ?? 0),
      };
    },

    async close() {
      for (const child of children) child.kill('SIGKILL');
      for (const sandbox of sandboxes) await sandbox.close();
      await warehouse.close();
    },
  };
}

const isWaiting = (failure: string): boolean => failure.includes('another worker is renewing');

async function answer(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    const [said] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error('a worker process of the bench ended');
      }),
    ])) as [unknown];
    return said;
  } finally {
    heard.abort();
  }
}

async function order(child: ChildProcess, what: TokenOrder): Promise<TokenReport> {
  const answered = answer(child);
  child.send(what);
  return (await answered) as TokenReport;
}

const ledgerOf = (sandbox: Sandbox): Ledger => sandbox.ledger.read().accounts['shopify/demo']!;

const standing = (sandbox: Sandbox): { lostFamilies: number } =>
  (sandbox.turn({}) as { shopify: { lostFamilies: number } }).shopify;

/** As if the claim's time had passed. */
const lapse = (warehouse: Warehouse, id: string): Promise<unknown> =>
  warehouse.query(`update connections set renewing_until = now() - interval '1 s' where id = $1`, [id]);

/**
 * Fifty workers in five processes meet an expired rotating token, again and again; then a worker is killed between the
 * platform's reply and its store, where the platform gives grace and where it gives none.
 */
export async function tokens(count = Number(process.env['BENCH_ROUNDS'] ?? 500)): Promise<BenchResult> {
  required('DATABASE_URL');
  const database = await benchDatabase();
  const world = await openTokenWorld(database.url);
  try {
    const { refreshes, lostFamilies, served, failures, slowestMs } = await world.rounds(count);
    const [withGrace, without] = await Promise.all([
      world.death('until-used', 'lapse'),
      world.death('once', 'lapse'),
    ]);
    return {
      bench: 'tokens',
      ours: refreshes,
      limit: count,
      unit: 'refreshes',
      ratio: round(refreshes / count),
      lostFamilies,
      workers: PROCESSES * DOORS,
      processes: PROCESSES,
      served,
      wanted: count * PROCESSES * DOORS,
      failures,
      slowestMs,
      killed: { withGrace, withoutGrace: without },
    };
  } finally {
    await world.close();
    await database.drop();
  }
}
