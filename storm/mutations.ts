import { Random } from '#shop';
import type { Fault, Timed, Victim } from './faults.js';
import type { Patch } from './test-build.js';

/** One promise of the engine, switched off in a build of its own. */
export interface Mutation {
  readonly name: string;
  /** What the product does no more. */
  readonly off: string;
  readonly patches: readonly Patch[];
  /** A storm in which that shows: faults over so many milliseconds; the unchanged product stays green in it. */
  readonly plan: (weather: {
    readonly seed: number;
    readonly lengthMs: number;
    readonly leaseMs: number;
  }) => Timed[];
  /** Added to the environment of every process of the product. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its shops and its work, where those of an ordinary storm do not do. */
  readonly field?: {
    readonly connections?: number;
    readonly orders?: number;
    readonly every?: string;
    readonly editsASecond?: number;
    readonly touched?: string;
    readonly unlimited?: boolean;
  };
  /**
   * What is looked for while it goes on, besides rows that differ in the end: pages and versions written that never may be,
   * records that a run lost, runs that failed by our own fault. What a sound product does in this very storm is left out.
   */
  readonly watched: readonly ('writes' | 'losses' | 'bugs')[];
  /** A stream whose backfills run beside the live ones, one after another. */
  readonly backfills?: string;
  /** How every shop's list of orders lies. */
  readonly lists?: 'doubled';
}

const WORKERS = 3;

/** So many faults, each somewhere in a slice of the time of its own. */
function spread(
  random: Random,
  n: number,
  [from, to]: readonly [fromMs: number, toMs: number],
  draw: (i: number) => Fault,
): Timed[] {
  return Array.from({ length: n }, (_, i) => ({
    atMs: Math.round(from + ((i + random.next()) / n) * (to - from)),
    fault: draw(i),
  }));
}

/** A link to Postgres on which each statement takes so long: what lies between two of them is as wide as a barn door. */
const slowly = (victim: Victim | null, ms: number, jitterMs: number, lengthMs: number): Timed => ({
  atMs: 0,
  fault: {
    kind: 'network',
    victim,
    target: 'postgres',
    direction: 'up',
    weather: { kind: 'latency', ms, jitterMs },
    forMs: lengthMs - 3000,
  },
});

const worker = (i: number): Victim => `worker-${(i % WORKERS) + 1}`;
const sorted = (faults: Timed[]): Timed[] => faults.sort((a, b) => a.atMs - b.atMs);

const FENCE = "where id = $1 and lease = $2 and state = 'running'";
const NO_FENCE = 'where id = $1 and $2::bigint is not null';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'fence',
    off: 'a claim’s token is not looked at when a page commits, when a lease is renewed and when an attempt ends',
    watched: ['writes'],
    patches: [
      {
        file: 'libs/warehouse/runs.js',
        find: `${FENCE} returning connection_id, stream`,
        put: `${NO_FENCE} returning connection_id, stream`,
      },
      {
        file: 'libs/warehouse/runs.js',
        find: `set lease_until = $3 ${FENCE} returning id`,
        put: `set lease_until = $3 ${NO_FENCE} returning id`,
      },
      {
        file: 'libs/warehouse/runs.js',
        find: "was.id = r.id and r.lease = $2 and r.state = 'running'",
        put: "was.id = r.id and $2::bigint is not null and r.state = 'running'",
      },
    ],
    // Frozen past their lease, workers come back as zombies with a page in their hands.
    plan: ({ seed, lengthMs, leaseMs }) => {
      const random = new Random(`mutation/fence/${String(seed)}`);
      return spread(random, 9, [2000, lengthMs - 12_000], (i) => ({
        kind: 'freeze',
        victim: worker(i),
        forMs: leaseMs + random.int(2000, 4000),
      }));
    },
    field: { connections: 8, orders: 120, every: '10s', unlimited: true },
    backfills: 'shopify.orders',
  },
  {
    name: 'same-transaction',
    off: 'place and checkpoint are committed before the rows of their page, in a transaction of their own',
    watched: ['losses'],
    patches: [
      {
        file: 'libs/warehouse/pages.js',
        find: 'export async function commitPage(warehouse, run, page) {',
        put: `export async function commitPage(warehouse, run, page) {
    await warehouse.transaction(async (manager) => {
        const query = queryOf(manager);
        const counts = { pages: 0, calls: 0, records: 0, inserted: 0, changed: 0, same: 0, gone: 0, quarantined: 0 };
        await fence(query, run, { ...page, counts });
        if (!run.dry && page.checkpoint)
            await moveCheckpoint(query, run, page.checkpoint);
    });`,
      },
    ],
    plan: ({ seed, lengthMs }) => {
      const random = new Random(`mutation/same-transaction/${String(seed)}`);
      return sorted([
        slowly(null, 100, 50, lengthMs),
        ...spread(random, 18, [1000, lengthMs - 3000], (i) => ({
          kind: 'kill',
          victim: worker(i),
          forMs: random.int(50, 400),
        })),
        ...spread(random, 2, [lengthMs / 3, lengthMs - 5000], () => ({
          kind: 'kill-postgres',
          forMs: random.int(50, 400),
        })),
      ]);
    },
    // Large enough to be read for the first time for most of the storm: a page that is lost then is not read again soon.
    field: { connections: 8, orders: 600, every: '10s', unlimited: true },
  },
  {
    name: 'limiter-healing',
    off: 'the limiter does not know its own errors, and never makes its keys again',
    watched: ['bugs'],
    patches: [
      {
        file: 'libs/http/redis-connection.js',
        find: 'HEAL.test(error.message) ?',
        put: 'false ?',
      },
    ],
    // Whoever is started after a flush makes the keys for all: nobody is.
    plan: ({ seed, lengthMs }) => {
      const random = new Random(`mutation/limiter-healing/${String(seed)}`);
      return sorted([
        ...spread(random, 3, [1000, lengthMs / 3], (i) => ({
          kind: 'kill',
          victim: worker(i),
          forMs: random.int(50, 400),
        })),
        ...spread(random, 2, [lengthMs / 2, lengthMs - 2000], () => ({ kind: 'flush' })),
      ]);
    },
    field: { connections: 12, orders: 24 },
  },
  {
    name: 'in-batch-dedupe',
    off: 'a record that one page holds twice is written twice',
    watched: ['bugs'],
    patches: [
      {
        file: 'libs/warehouse/upsert.js',
        find: 'const batch = newestPerKey(rows);',
        put: 'const batch = rows;',
      },
      {
        file: 'libs/sync/map-records.js',
        find: 'const rows = [...newest.values()];',
        put: 'const rows = mapped;',
      },
    ],
    plan: ({ seed, lengthMs }) => {
      const random = new Random(`mutation/in-batch-dedupe/${String(seed)}`);
      return spread(random, 4, [1000, lengthMs - 3000], (i) => ({
        kind: 'kill',
        victim: worker(i),
        forMs: random.int(50, 400),
      }));
    },
    field: { connections: 8, orders: 24, every: '10s', unlimited: true },
    lists: 'doubled',
  },
  {
    name: 'newest-wins',
    off: 'an older version of a record overwrites a newer one',
    watched: ['writes'],
    patches: [
      {
        file: 'libs/warehouse/upsert.js',
        find: "const newEnough = 'coalesce(i.source_updated_at >= t.source_updated_at, true)';",
        put: "const newEnough = 'true';",
      },
    ],
    // Replies take up to seconds, each its own time, and a page holds most of a shop's customers: what was edited while
    // a backfill's page was on its way has come with a live one before.
    plan: ({ seed, lengthMs }) => {
      const random = new Random(`mutation/newest-wins/${String(seed)}`);
      const spells = 4;
      return Array.from({ length: spells }, (_, i): Timed => ({
        atMs: Math.round((i * (lengthMs - 3000)) / spells),
        fault: {
          kind: 'network',
          victim: null,
          target: 'platform',
          direction: 'down',
          weather: { kind: 'latency', ms: random.int(20, 200), jitterMs: random.int(5000, 7000) },
          forMs: Math.round((lengthMs - 3000) / spells),
        },
      }));
    },
    env: { STRATUS_LEASE_MS: '30000', STRATUS_LOCK_MS: '24000' },
    field: {
      connections: 4,
      orders: 120,
      every: '2s',
      editsASecond: 12,
      touched: 'shopify.customers',
      unlimited: true,
    },
    backfills: 'shopify.customers',
  },
  {
    name: 'reconciler',
    off: 'the scheduler compares what should be with what is once, when it begins to lead, and never again',
    watched: [],
    patches: [
      {
        file: 'apps/scheduler/index.js',
        find: 'await reconcile(options, want, now());',
        put: `trimmedAt
            ? { dead: [], added: 0, changed: 0, removed: 0, revived: 0, enqueued: 0, reaped: 0, readded: 0 }
            : await reconcile(options, want, now());`,
      },
    ],
    plan: ({ seed, lengthMs }) => {
      const random = new Random(`mutation/reconciler/${String(seed)}`);
      return sorted([
        ...spread(random, 2, [1000, lengthMs / 3], () => ({
          kind: 'kill',
          victim: 'scheduler',
          forMs: random.int(50, 400),
        })),
        ...spread(random, 2, [lengthMs / 2, lengthMs - 2000], () => ({ kind: 'flush' })),
      ]);
    },
    field: { connections: 12, orders: 24, unlimited: true },
  },
];
