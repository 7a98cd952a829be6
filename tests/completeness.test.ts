import { randomBytes } from 'node:crypto';
import { DEMO_ACCESS } from '#simulators/shopify';
import { startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { testDatabase, type TestDatabase } from './postgres.js';
import { describeRedis, testRedisUrl } from './redis.js';
import { dataFolder, lastJson, startStratus, stratus, type Finished, type Running } from './stratus.js';

/** Each command is a process of its own. */
const LONG = 120_000;

interface Result {
  run: string;
  status: string;
  verdict: string | null;
  source_count: number | null;
  our_count: number | null;
  failure?: string;
}

describeRedis('completeness at the command line', () => {
  let database: TestDatabase;
  let sandbox: Sandbox;
  let worker: Running;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let env: Record<string, string>;

  beforeAll(async () => {
    [database, folder] = [await testDatabase(), await dataFolder()];
    const accessToken = 'shpat_counted';
    sandbox = await startSandbox({
      shops: [
        {
          name: 'demo',
          source: { kind: 'built-in', seed: 3, orders: 40 },
          credentials: { ...DEMO_ACCESS, accessToken },
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
    await stratus(['connections', 'add', 'shopify', ...options], env, JSON.stringify({ accessToken }));
    worker = await startStratus(['worker'], env, /worker ready/);
  }, LONG);
  afterAll(async () => {
    await worker.stop('SIGKILL');
    await sandbox.close();
    await database.drop();
    await folder.remove();
  });

  const ask = (...args: readonly string[]): Promise<Finished> => stratus(args, env);
  const run = async (...more: readonly string[]): Promise<Result & { code: number | null }> => {
    const finished = await ask('run', 'shopify.orders', '--json', ...more);
    const [result] = (lastJson(finished) as { streams: Result[] }).streams;
    return { ...result!, code: finished.code };
  };

  it(
    'shows what was counted, refuses what does not agree, and lets a person accept it',
    async () => {
      sandbox.turn({ lie: { stream: 'orders', count: 20 } });
      const red = await run();
      expect(red).toMatchObject({
        code: 1,
        status: 'failed',
        verdict: 'differs',
        source_count: 60,
        our_count: 40,
      });
      expect(red.failure).toMatch(/60 records up to .*, 40 are here: 20 are missing/);
      expect((await ask('runs')).stdout).toContain('differs 40 of 60');

      expect(lastJson(await ask('accept', red.run, '--json'))).toMatchObject({
        accepted: [{ run: red.run, stream: 'shopify.orders' }],
      });
      const again = await ask('accept', red.run);
      expect(again.code).not.toBe(0);
      expect(again.stderr).toMatch(/^stratus: run .* is succeeded: only a failed run whose counts differ/);

      sandbox.turn({ lie: null });
      expect(await run()).toMatchObject({ code: 0, status: 'succeeded', verdict: 'matched' });
      expect(await run('--full')).toMatchObject({ verdict: 'matched', source_count: 40, our_count: 40 });
      const { runs } = lastJson(await ask('runs', '--json')) as { runs: Result[] };
      expect(runs.map(({ verdict, source_count: there }) => [verdict, there])).toContainEqual([
        'matched',
        40,
      ]);
    },
    LONG,
  );

  it(
    'shows the lookback beside what came late',
    async () => {
      const { streams } = lastJson(await ask('status', '--json')) as {
        streams: { stream: string; lookbackMs: number; late: unknown }[];
      };
      expect(streams).toContainEqual(
        expect.objectContaining({ stream: 'shopify.orders', lookbackMs: 300_000, late: null }),
      );
      const table = await ask('status');
      expect(table.stdout).toMatch(/lookback +late/);
      expect(table.stdout).toContain('5m');
    },
    LONG,
  );
});
