import { randomBytes } from 'node:crypto';
import { DEMO_ACCESS } from '#simulators/shopify';
import { listQuarantine, openWarehouse, type Warehouse } from '#warehouse';
import { startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { testDatabase, type TestDatabase } from './postgres.js';
import { describeRedis, testRedisUrl } from './redis.js';
import {
  dataFolder,
  lastJson,
  startStratus,
  stratus,
  until,
  type Finished,
  type Running,
} from './stratus.js';

const TOKEN = 'shpat_planted_at_the_desk_0123456789';
/** Each command is a process of its own. */
const LONG = 120_000;

interface Group {
  fingerprint: string;
  state: string;
  runs: number;
  records: number;
}

describeRedis('the error desk at the command line', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let sandbox: Sandbox;
  let worker: Running;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let env: Record<string, string>;

  beforeAll(async () => {
    [database, folder] = [await testDatabase(), await dataFolder()];
    warehouse = await openWarehouse({ url: database.url, applicationName: 'desk test' });
    sandbox = await startSandbox({
      shops: [
        {
          name: 'demo',
          source: { kind: 'built-in', seed: 3, orders: 60 },
          credentials: { ...DEMO_ACCESS, accessToken: TOKEN },
        },
      ],
    });
    env = {
      REDIS_URL: await testRedisUrl(),
      DATABASE_URL: database.url,
      STRATUS_SECRET_KEY: randomBytes(32).toString('base64'),
      STRATUS_DATA_DIR: folder.path,
    };
    const url = `${sandbox.url}/shopify/demo`;
    const options = ['--name', 'demo', '--set', 'shop=demo', '--base-url', url, '--sandbox'];
    const token = JSON.stringify({ accessToken: TOKEN });
    const added = await desk(['connections', 'add', 'shopify', ...options], token);
    expect(added.stderr).toBe('');
    worker = await startStratus(['worker'], env, /worker ready/);
  }, LONG);
  afterAll(async () => {
    await worker.stop('SIGKILL');
    await sandbox.close();
    await warehouse.close();
    await database.drop();
    await folder.remove();
  });

  const desk = (args: readonly string[], input?: string): Promise<Finished> => stratus(args, env, input);
  const json = async <T>(...args: readonly string[]): Promise<T> =>
    lastJson<T>(await desk([...args, '--json']));
  const failures = async (...more: string[]) =>
    (await json<{ failures: Group[] }>('failures', ...more)).failures;
  const open = () => listQuarantine(warehouse, { state: 'open', limit: 10 });

  it(
    'retries the runs of one cause, once it is told that they are meant',
    async () => {
      sandbox.turn({ faults: [{ kind: 'status', status: 404, next: 3, path: 'graphql' }] });
      const runs = await Promise.all([1, 2, 3].map(() => desk(['run', 'shopify.orders'])));
      expect(runs.map(({ code }) => code)).toEqual([1, 1, 1]);
      const [group] = await failures('--stream', 'shopify.orders');
      expect(group).toMatchObject({ state: 'open', runs: 3, records: 0 });
      const short = group!.fingerprint.slice(0, 10);
      const chosen = ['retry', '--fingerprint', short];
      const [shown, preview, unsaid] = await Promise.all([
        desk(['failures', 'show', short]),
        json(...chosen, '--preview'),
        desk(chosen),
      ]);
      expect(shown.stdout).toContain(`npx stratus retry --fingerprint ${short}`);
      expect(preview).toMatchObject({ runs: 1, covered: 2 });
      expect(unsaid.code).toBe(2);
      expect(unsaid.stderr).toMatch(/^stratus: this would retry 1 run; nothing was done: say --yes/);
      expect(await failures()).toMatchObject([{ runs: 3 }]);

      const done = await desk([...chosen, '--yes']);
      expect(done.stderr).toBe('');
      expect(done.stdout).toContain('1 run retried: 1 succeeded, 0 failed again');
      expect(done.code).toBe(0);
      expect(await failures('--all')).toMatchObject([{ state: 'resolved', runs: 0 }]);

      const noted = await json('failures', 'ignore', short, '--note', 'known');
      expect(noted).toMatchObject({ state: 'ignored', note: 'known' });
      expect(await failures('--ignored')).toMatchObject([{ fingerprint: group!.fingerprint, note: 'known' }]);
    },
    LONG,
  );

  it(
    'replays records once they are mended',
    async () => {
      sandbox.turn({ corrupt: { stream: 'customers', count: 2, set: { numberOfOrders: 'many' } } });
      const run = await desk(['run', 'shopify.customers']);
      expect(run.stdout).toContain('npx stratus quarantine list');
      sandbox.turn({ corrupt: null });
      const [one, two] = await open();
      const [shown, again] = await Promise.all([
        desk(['quarantine', 'show', one!.id]),
        desk(['quarantine', 'replay', two!.id]),
      ]);
      expect(shown.stdout).toMatch(/numberOfOrders: .*"numberOfOrders": "many"/s);
      expect(again.stdout).toContain('0 of 1 record landed');
      expect(again.code).toBe(1);

      const { record } = await json<{ record: { payload: object } }>('quarantine', 'show', one!.id);
      const mended = (key: string) => JSON.stringify({ ...record.payload, id: key, numberOfOrders: '3' });
      const edited = await Promise.all(
        [one!, two!].map(({ id, recordKey }) =>
          desk(['quarantine', 'edit', id, '--json'], mended(recordKey)),
        ),
      );
      expect(edited.map((each) => lastJson(each))).toEqual([
        { id: one!.id, changed: true },
        { id: two!.id, changed: true },
      ]);
      const all = ['quarantine', 'replay', '--stream', 'shopify.customers'];
      const unsaid = await desk(all);
      expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringMatching(/would replay 2 records/)]);
      expect(await json(...all, '--yes')).toEqual({ records: 2, landed: 2, stay: 0, failures: [] });
      expect(await open()).toEqual([]);
      expect(
        await warehouse.query(
          `select count(*)::int as n from shopify_customers where orders_count = 3 and source_id = any($1::text[])`,
          [[one!, two!].map(({ recordKey }) => recordKey.split('/').at(-1))],
        ),
      ).toEqual([{ n: 2 }]);
    },
    LONG,
  );

  it(
    'says what was wrong, and what to do',
    async () => {
      const wrong: [args: string[], said: RegExp][] = [
        [['failures', 'show', 'nothex'], /^1 stratus: .*is no fingerprint.*npx stratus failures/],
        [['failures', 'show', '00000000'], /^1 stratus: no failure's fingerprint begins with/],
        [['quarantine', 'show', '999999'], /^1 stratus: there is no record "999999"/],
        [['quarantine', 'edit', 'x'], /^1 stratus: there is no record "x"/],
        [['retry'], /^2 stratus: retry either runs by their ids, or those that failed/],
        [['retry', 'abc', '--failed'], /^2 stratus: retry either/],
      ];
      const ended = await Promise.all(wrong.map(([args]) => desk(args)));
      for (const [i, { code, stderr }] of ended.entries()) {
        expect(stderr).not.toMatch(/^\s+at /m);
        expect(`${code} ${stderr}`).toMatch(wrong[i]![1]);
      }
    },
    LONG,
  );

  it(
    'calls a replay off between two records, and says how far it got',
    async () => {
      sandbox.turn({ corrupt: { stream: 'customers', count: 1, set: { numberOfOrders: 'many' } } });
      await desk(['run', 'shopify.customers', '--full']);
      // Nobody works any more: the replay waits.
      await worker.stop('SIGTERM');
      const replay = await startStratus(['quarantine', 'replay', '--yes'], env, /shopify\.customers/);
      await until('the replay is queued', async () => {
        const runs = await warehouse.query(`select from runs where kind = 'replay' and state = 'queued'`);
        return runs.length === 1;
      });
      expect(await replay.stop('SIGINT')).toBe(130);
      expect(replay.output()).toContain('0 of 1 record landed');
      expect(await open()).toMatchObject([{ state: 'open', replayRun: null }]);
      expect(
        await warehouse.query(
          `select r.state, b.state as bulk, b.done from runs r join bulk_actions b on b.id = r.bulk_id
           where r.kind = 'replay' order by r.queued_at desc limit 1`,
        ),
      ).toEqual([{ state: 'cancelled', bulk: 'aborted', done: 0 }]);
    },
    LONG,
  );

  it('writes down who did what, and never a payload or a secret', async () => {
    const log = await warehouse.query<{ action: string }>('select * from audit_log order by id');
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['runs.retry', 'failure.ignored', 'quarantine.replay', 'quarantine.edit']),
    );
    const groups = await warehouse.query('select * from failures');
    expect(JSON.stringify([log, groups]) + worker.output()).not.toContain(TOKEN);
    expect(JSON.stringify(log)).not.toContain('numberOfOrders');
    const bulks = await warehouse.query<{ state: string; total: number; done: number }>(
      'select state, total, done from bulk_actions',
    );
    expect(bulks.map(({ state, total, done }) => [state, total - done]).sort()).toEqual([
      ['aborted', 1],
      ['done', 0],
      ['done', 0],
      ['done', 0],
    ]);
  });
});
