import { startEmbeddedPostgres, type EmbeddedPostgres } from '../apps/cli/embedded-postgres.js';
import { describeDb } from './postgres.js';
import { dataFolder, lastJson, startStratus, stratus } from './stratus.js';

const LONG = 240_000;

interface Shown {
  id: string;
  state: string;
  slices: number;
  succeeded: number;
  records: number;
  inserted: number;
  same: number;
}

describeDb('stratus backfill, on a machine with nothing but Node', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let env: Record<string, string>;
  /** Kept open between the commands, which find it running: that each can start its own is told elsewhere. */
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    folder = await dataFolder({ reachable: false });
    env = { STRATUS_DATA_DIR: folder.path };
    const up = await stratus(['up', '--once', '--orders', '60', '--port', '0', '--json'], env);
    expect(up.code).toBe(0);
    postgres = await startEmbeddedPostgres(folder.path);
  }, LONG);
  afterAll(async () => {
    await postgres?.stop();
    await folder.remove();
  });

  const backfill = (...args: string[]) => stratus(['backfill', ...args], env);
  const ninetyDays = () => new Date(Date.now() - 92 * 86_400_000).toISOString().slice(0, 10);
  const start = (...more: string[]) => [
    'shopify.orders',
    '--connection',
    'demo',
    '--from',
    ninetyDays(),
    ...more,
  ];
  const checkpoint = async () =>
    lastJson<unknown[]>(
      await stratus(['sql', 'select stream, cursor_at from checkpoints order by 1', '--json'], env),
    );

  it(
    'reads the range by itself, and leaves checkpoints and unchanged rows alone',
    async () => {
      const before = await checkpoint();
      const done = await backfill(...start('--slices', 'month'), '--json');
      expect(done.stderr).toBe('');
      expect(done.code).toBe(0);
      const { backfill: row } = lastJson<{ backfill: Shown }>(done);
      expect(row).toMatchObject({ state: 'succeeded', records: 60, inserted: 0 });
      expect(row.slices).toBeGreaterThan(2);
      expect(await checkpoint()).toEqual(before);
      const listed = await backfill('list');
      expect(listed.stdout).toContain(row.id);
      expect((await backfill('show', row.id)).stdout).toMatch(/succeeded +\d+\/\d+ +100 %/);
      expect((await backfill('retry', row.id)).stderr).toMatch(/nothing to retry/);
      expect((await backfill('cancel', row.id)).stderr).toMatch(/is succeeded: it cannot become cancelled/);
    },
    LONG,
  );

  it(
    'rests on Ctrl-C, says how to go on, and goes on from there',
    async () => {
      const running = await startStratus(
        ['backfill', ...start('--slices', 'week', '--parallel', '1')],
        env,
        /^backfill_\w+: seen from elsewhere/m,
      );
      const id = /^(backfill_\w+): seen/m.exec(running.output())![1]!;
      expect(await running.stop('SIGINT')).toBe(130);
      expect(running.output()).toContain(`npx stratus backfill resume ${id}`);

      expect(lastJson<{ backfill: Shown }>(await backfill('pause', id, '--json')).backfill.state).toBe(
        'paused',
      );
      const again = await backfill('resume', id, '--json');
      expect(again.code).toBe(0);
      const { backfill: ended } = lastJson<{ backfill: Shown }>(again);
      expect(ended).toMatchObject({ state: 'succeeded', records: 60, inserted: 0 });
    },
    LONG,
  );

  it(
    'is cancelled before anybody worked on it',
    async () => {
      const { backfill: row } = lastJson<{ backfill: Shown }>(
        await backfill(...start('--no-wait', '--json')),
      );
      expect(row).toMatchObject({ state: 'running', succeeded: 0 });
      expect((await backfill('cancel', row.id)).stdout).toMatch(
        /is cancelled with \d+ slices that were left/,
      );
      expect(lastJson<{ backfill: Shown }>(await backfill('show', row.id, '--json')).backfill.state).toBe(
        'cancelled',
      );
    },
    LONG,
  );

  it(
    'ends with its last slice, where a person cancels that one alone',
    async () => {
      const { backfill: row } = lastJson<{ backfill: Shown }>(
        await backfill(
          ...['shopify.orders', '--connection', 'demo', '--from', '2026-01-01', '--to', '2026-01-02'],
          ...['--no-wait', '--json'],
        ),
      );
      const [slice] = lastJson<{ id: string }[]>(
        await stratus(['sql', `select id from runs where backfill_id = '${row.id}'`, '--json'], env),
      );
      expect((await stratus(['cancel', slice!.id], env)).code).toBe(0);
      const shown = await backfill('show', row.id, '--json');
      expect(lastJson<{ backfill: Shown }>(shown).backfill.state).toBe('cancelled');
    },
    LONG,
  );

  it.each([
    [
      'no such stream',
      ['shopify.nope', '--connection', 'demo', '--from', '2026-01-01'],
      /^stratus: unknown stream/,
    ],
    [
      'no such connection',
      ['shopify.orders', '--connection', 'nope', '--from', '2026-01-01'],
      /there is no connection nope/,
    ],
    [
      'the wrong way round',
      ['shopify.orders', '--connection', 'demo', '--from', '2026-03-01', '--to', '2026-01-01'],
      /is not before --to/,
    ],
    [
      'in the future',
      ['shopify.orders', '--connection', 'demo', '--from', '2026-03-01', '--to', '2999-01-01'],
      /lies in the future/,
    ],
    [
      'too many slices',
      ['shopify.orders', '--connection', 'demo', '--from', '1990-01-01', '--slices', 'day'],
      /more than 5000 slices/,
    ],
    ['no such backfill', ['show', 'nope'], /there is no backfill nope; list them with/],
  ])(
    'refuses %s in one sentence',
    async (_, args, said) => {
      const refused = await backfill(...args);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr.trim().split('\n')).toHaveLength(1);
      expect(refused.stderr).toMatch(said);
      expect(refused.stdout).toBe('');
    },
    LONG,
  );
});
