import { randomBytes } from 'node:crypto';
import { readKeyRing, seconds } from '#kernel';
import { openQueues, type Queues } from '#queue';
import { findRun, insertRun, openWarehouse, saveConnection, type RunRow, type Warehouse } from '#warehouse';
import {
  bomb,
  endless,
  noLines,
  order,
  page,
  says,
  saysRaw,
  startHostilePlatform,
  type Answer,
  type HostilePlatform,
} from './hostile-platform.js';
import { testDatabase, type TestDatabase } from './postgres.js';
import { describeRedis, testRedisUrl } from './redis.js';
import { peakMegabytes, startStratus, until, type Running } from './stratus.js';

const KEY = randomBytes(32).toString('base64');
/** Eight replies of up to 8 MB at once, in a process that takes some 140 MB with nothing to do. */
const MOST_MEGABYTES = 256;
/** As docs/operations.md names it for small machines: told nothing, Node leaves garbage lie while there is room. */
const SMALL_HEAP = '--max-old-space-size=128 --max-semi-space-size=8';
/** All of them together; the slowest waits for nothing but its turn. */
const TOGETHER = seconds(90);

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const withField = (text: string, field: string): string => `${text.slice(0, -1)},${field}}`;
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const CUT_OFF = `${page([order(1)]).slice(0, -1)},"id":12345678901234567,"note":[1,"${'\\"'.repeat(1_000_000)}`;

/** How a run ends whose platform is broken: it says what came, and is tried again where that may help. */
type Ended = Partial<Pick<RunRow, 'state' | 'failureKind' | 'records' | 'quarantined' | 'inserted'>>;
const again = { state: 'queued', failureKind: 'transient' } as const;
const failed = (failureKind: RunRow['failureKind']): Ended => ({ state: 'failed', failureKind });
const later = { state: 'snoozed', failureKind: 'throttled' } as const;
/** One of two is kept aside, the other lands with its two lines. */
const oneAside: Ended = { state: 'succeeded', records: 2, quarantined: 1, inserted: 3 };
const landed: Ended = { state: 'succeeded', records: 1, quarantined: 0, inserted: 3 };

const CIRCLES =
  /brought \d+ records, of which 2 are different ones: its list goes round in circles or has no end/;

interface Case {
  readonly answer: Answer;
  readonly ends: Ended;
  readonly why?: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  'gzip-bomb': {
    answer: says(bomb(200), 200, { 'content-encoding': 'gzip' }),
    ends: failed('refused'),
    why: /larger than what is read at once \(8 MB\): ask for fewer records/,
  },
  'endless-body': { answer: endless, ends: failed('refused'), why: /larger than what is read at once/ },
  'large-page': {
    answer: says(page([order(1, { note: 'x'.repeat(7_900_000) })])),
    ends: landed,
  },
  'large-record': {
    answer: says(page([order(1, { name: 7, note: '\\"'.repeat(1_900_000) }), order(2)])),
    ends: oneAside,
  },
  'record-10000-deep': {
    answer: says(page([order(1).replace(/"name":"[^"]*"/, `"name":${deep(10_000)}`), order(2)])),
    ends: oneAside,
  },
  'millions-deep': {
    answer: says('['.repeat(7_000_000)),
    ends: failed('refused'),
    why: /nests 7000000 levels deep/,
  },
  'millions-of-nothing': {
    answer: says(page([`[${'{},'.repeat(2_500_000)}{}]`])),
    ends: failed('refused'),
    why: /holds \d+ values, more than are read at once/,
  },
  'deep-refusal': { answer: says(deep(10_000), 404), ends: failed('config'), why: /knows no such shop/ },
  'deep-error': { answer: says(deep(10_000), 500), ends: again, why: /^deep-error.*500/ },
  'html-without-end': { answer: says(`<html>${'<'.repeat(4_000_000)}`, 500), ends: again, why: /500/ },
  'prototype-keys': {
    answer: says(
      page([withField(order(1), '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}')]),
    ),
    ends: landed,
  },
  'not-a-number': {
    answer: says(page([order(1)]).replace('"displayFinancialStatus":', '"n":NaN,"i":-Infinity,$&')),
    ends: again,
    why: /JSON that cannot be read/,
  },
  'read-as-infinite': {
    answer: says(page([order(1).replace(/"quantity":\d+/, '"quantity":1e999'), order(2)])),
    ends: oneAside,
  },
  'field-twice': {
    answer: says(page([withField(order(1), '"name":"#other"'), order(2)])),
    ends: oneAside,
  },
  'list-twice': {
    answer: says(withField(page([order(1)]), page([order(2)]).slice(1, -1))),
    ends: failed('bug'),
    why: /the reply is not built as expected \(data/,
  },
  'no-utf8': { answer: says(latin(page([order(1, { email: 'M\xfcller@example.test' })]))), ends: landed },
  'zero-and-half-a-pair': { answer: says(page([order(1, { email: 'a\0b\ud83d' })])), ends: landed },
  'zero-in-its-id': {
    answer: says(page([order(1, { id: 'gid://shopify/Order/1\0' }), order(2)])),
    ends: oneAside,
  },
  'zero-in-an-error': {
    answer: says('{"errors":[{"message":"no \\u0000 such \\ud83d field"}]}'),
    ends: failed('bug'),
    why: /refused the query itself: no \uFFFD such \uFFFD field/,
  },
  'looping-cursor': {
    answer: (response, n) => says(page([order(n % 2)], n % 2 === 0 ? 'even' : 'odd'))(response, n),
    ends: failed('bug'),
    why: CIRCLES,
  },
  'endless-cursor': {
    answer: (response, n) => says(page([order(1), order(2)], `page ${n}`))(response, n),
    ends: failed('bug'),
    why: CIRCLES,
  },
  'lines-without-end': {
    answer: (response, n) =>
      says(
        n === 1
          ? page([
              order(1, { lineItems: { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'a' } } }),
              order(2),
            ])
          : noLines(1, String(n)),
      )(response, n),
    ends: oneAside,
  },
  'header-of-a-megabyte': {
    answer: saysRaw(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(1_000_000)}\r\n\r\n{}`),
    ends: again,
    why: /larger headers than are read/,
  },
  'length-too-small': {
    answer: saysRaw(`HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n${page([order(1)])}`),
    ends: again,
    why: /broke off|cannot be read/,
  },
  'length-too-large': {
    answer: saysRaw(`HTTP/1.1 200 OK\r\ncontent-length: 5000000\r\n\r\n${page([order(1)])}`),
    ends: again,
    why: /broke off/,
  },
  empty: { answer: says(''), ends: again, why: /answered 200 with nothing in it/ },
  'cut-off-escapes': { answer: says(CUT_OFF), ends: again, why: /JSON that cannot be read/ },
  'later-than-ever': {
    answer: says('{}', 429, { 'retry-after': '9'.repeat(300) }),
    ends: later,
    why: /asks for fewer calls/,
  },
  'absurd-budget': {
    answer: says(
      '{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":1e308,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":1e308,"currentlyAvailable":-1e308,"restoreRate":0}}}}',
    ),
    ends: later,
    why: /bucket of query points is empty/,
  },
};

/** A worker as it really runs, against a server whose only purpose is to hurt it; all shops at once. */
describeRedis('a worker that a platform means to hurt', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let platform: HostilePlatform;
  let queues: Queues;
  let worker: Running;
  const runs = new Map<string, string>();

  beforeAll(async () => {
    database = await testDatabase();
    const redisUrl = await testRedisUrl();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'hostile test' });
    platform = await startHostilePlatform({
      ...Object.fromEntries(Object.entries(CASES).map(([name, { answer }]) => [name, answer])),
      honest: says(page([order(1)])),
    });
    queues = openQueues({
      store: { kind: 'redis', url: redisUrl, prefix: '{stratus}' },
      platforms: ['shopify'],
      onError: () => undefined,
    });
    worker = await startStratus(
      ['worker'],
      {
        REDIS_URL: redisUrl,
        DATABASE_URL: database.url,
        STRATUS_SECRET_KEY: KEY,
        NODE_OPTIONS: SMALL_HEAP,
      },
      /worker ready/,
    );
    for (const name of Object.keys(CASES)) runs.set(name, await start(name));
  }, 120_000);

  afterAll(async () => {
    await worker.stop('SIGKILL');
    await queues.close();
    await warehouse.close();
    await platform.close();
    await database.drop();
  });

  async function start(name: string): Promise<string> {
    const connection = await saveConnection(warehouse, readKeyRing(KEY), {
      platform: 'shopify',
      name,
      settings: { shop: name },
      credentials: { accessToken: 'shpat_hostile' },
      baseUrl: `${platform.url}/${name}`,
      sandbox: true,
    });
    const run = await insertRun(
      warehouse,
      { connectionId: connection.id, stream: 'shopify.orders', kind: 'incremental', trigger: 'manual' },
      new Date(),
    );
    await queues.addRun('shopify', 'shopify.orders', { runId: run!.id, connection: name });
    return run!.id;
  }

  /** The run once something has become of it. */
  const settled = (id: string): Promise<RunRow> =>
    until(
      'something becomes of it',
      async () => {
        const run = (await findRun(warehouse, id))!;
        // A run whose time slice was over is queued as well, without a failure.
        return (run.finishedAt ?? run.failure ?? (run.state === 'snoozed' ? run.notBefore : null))
          ? run
          : undefined;
      },
      TOGETHER,
    );

  it.each(Object.keys(CASES))(
    'says what became of it: %s',
    async (name) => {
      const { ends, why } = CASES[name]!;
      const run = await settled(runs.get(name)!);
      expect(run).toMatchObject(ends);
      if (why) expect(run.failure ?? run.reason).toMatch(why);
      if (run.state === 'snoozed')
        expect(run.notBefore!.getTime()).toBeLessThanOrEqual(Date.now() + seconds(86_400));
    },
    TOGETHER,
  );

  it(
    'works on, and never took more than its memory',
    async () => {
      expect(await settled(await start('honest'))).toMatchObject(landed);
      expect(worker.child.exitCode).toBeNull();
      expect(peakMegabytes(worker.pid)).toBeLessThan(MOST_MEGABYTES);
    },
    TOGETHER,
  );
});
