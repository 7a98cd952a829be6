import {
  startSandbox,
  demoConnections,
  DEMO_EXPIRING_CREDENTIALS,
  type Sandbox,
} from '../apps/sandbox/index.js';
import { platforms } from '#catalog';
import { createSender, type Sender } from '#http';
import { probe } from '#sync';
import { DEMO_ACCESS as SHIPBOB } from '#simulators/shipbob';
import { DEMO_ACCESS as FREEAGENT } from '#simulators/freeagent';
import { randomBytes } from 'node:crypto';
import { openTestEngine, type TestEngine } from './engine.js';
import { describeDb, testDatabase } from './postgres.js';
import { describeRedis, testRedisUrl } from './redis.js';
import { dataFolder, lastJson, stratus } from './stratus.js';

/** Credentials whose token has to be renewed before the first call. */
const RENEWED: Readonly<Record<string, object>> = {
  shopify: DEMO_EXPIRING_CREDENTIALS,
  shipbob: { ...SHIPBOB, expiresAt: '2020-01-01T00:00:00.000Z' },
  freeagent: { ...FREEAGENT, expiresAt: '2020-01-01T00:00:00.000Z' },
};

describeDb('another server that speaks a platform’s API', () => {
  let sandbox: Sandbox;
  const open: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    sandbox = await startSandbox({ orders: 5 });
  });
  afterAll(() => sandbox.close());
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  /** An engine for one platform, and every address it calls. */
  const engineOf = async (name: string): Promise<{ db: TestEngine; called: string[] }> => {
    const platform = platforms.find((one) => one.name === name)!;
    const sender = createSender({ retryDelayMs: 1 });
    const called: string[] = [];
    const send: Sender['send'] = (request, signal) => {
      called.push(request.url);
      return sender.send(request, signal);
    };
    const db = await openTestEngine(platform, { ...sender, send });
    db.clock.now = new Date();
    open.push(async () => {
      sender.close();
      await db.close();
    });
    return { db, called };
  };

  it.each(platforms.map(({ name }) => name))(
    'is asked by %s for everything, tokens included',
    async (name) => {
      const demo = demoConnections(sandbox.url).find(({ platform }) => platform === name)!;
      const { db, called } = await engineOf(name);
      const platform = platforms.find((one) => one.name === name)!;
      const credentials = RENEWED[name] ?? (demo.credentials as object);
      const { baseUrl } = demo;
      const given = { settings: demo.settings, credentials: credentials as never, baseUrl, sandbox: true };
      const connection = await db.connect(given);
      const { signal } = new AbortController();
      expect((await probe(db.engine, platform, connection, signal)).says).not.toBe('');
      expect(called.length).toBeGreaterThan(1);
      for (const url of called) expect(url.startsWith(`${baseUrl}/`)).toBe(true);

      // Tokens elsewhere: the same machine under its other name.
      const [tokenCall] = called;
      const tokenUrl = tokenCall!.replace('127.0.0.1', 'localhost');
      for (const named of [tokenUrl, new URL(tokenUrl).origin]) {
        called.length = 0;
        const other = await db.connect({ ...given, settings: { ...demo.settings, tokenUrl: named } });
        await probe(db.engine, platform, other, signal).catch(() => undefined);
        const path = new URL(
          platform.auth.renew({ settings: platform.settings.parse(demo.settings), credentials })!.path,
          'http://x',
        ).pathname;
        expect(called[0]).toBe(named === tokenUrl ? tokenUrl : `${named}${path}`);
        for (const url of called.slice(1))
          expect(url.startsWith(`${baseUrl}/`) || url === called[0]).toBe(true);
      }
    },
  );
});

describeRedis('stratus connections add --base-url --token-url', () => {
  it('keeps both for every platform, and connections test names a role that is missing there', async () => {
    const [database, folder, sandbox] = await Promise.all([
      testDatabase(),
      dataFolder(),
      startSandbox({ orders: 5 }),
    ]);
    const env = {
      REDIS_URL: await testRedisUrl(),
      DATABASE_URL: database.url,
      STRATUS_SECRET_KEY: randomBytes(32).toString('base64'),
      STRATUS_DATA_DIR: folder.path,
    };
    try {
      const demos = demoConnections(sandbox.url);
      const tokenUrl = `${sandbox.url}/amazon/demo/auth/o2/token`;
      const added = await Promise.all(
        demos.map(({ name, platform, settings, credentials, baseUrl }) =>
          stratus(
            [
              ...['connections', 'add', platform, '--name', name, '--sandbox', '--base-url', baseUrl],
              ...['--token-url', tokenUrl],
              ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${String(value)}`]),
            ],
            env,
            JSON.stringify(credentials),
          ),
        ),
      );
      expect(added.map(({ code, stderr }) => [code, stderr])).toEqual(demos.map(() => [0, '']));
      const { connections } = lastJson<{ connections: Record<string, unknown>[] }>(
        await stratus(['connections', 'list', '--json'], env),
      );
      expect(connections).toHaveLength(demos.length);
      for (const { name, baseUrl, settings } of demos)
        expect(connections.find((one) => one['name'] === name)).toMatchObject({
          baseUrl,
          settings: { tokenUrl, ...(settings['shop'] ? { shop: settings['shop'] } : {}) },
        });
      sandbox.turn({ platform: 'amazon', denied: ['getInventorySummaries'] });
      const tested = await stratus(['connections', 'test', 'demo-amazon'], env);
      expect(tested.stderr).toBe('');
      expect(tested.stdout).toContain('give it the role it lacks (Amazon Fulfillment)');
      expect(tested.stdout).not.toContain('Finance and Accounting');
      const asked = sandbox.ledger.read().requests.map(({ path }) => path);
      expect(asked.filter((path) => path.endsWith('/token'))).toEqual(['/demo/auth/o2/token']);
    } finally {
      await sandbox.close();
      await database.drop();
      await folder.remove();
    }
  }, 120_000);
});
