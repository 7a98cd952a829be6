import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { emptyTestDatabase, testDatabase, type TestDatabase } from './postgres.js';
import { describeRedis, testRedisUrl } from './redis.js';
import { addDeadConnection, dataFolder, lastJson, startStratus, stratus } from './stratus.js';

describeRedis('mistakes in a cluster', () => {
  let database: TestDatabase;
  let empty: TestDatabase;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await testDatabase();
    empty = await emptyTestDatabase();
    folder = await dataFolder();
    env = {
      REDIS_URL: await testRedisUrl(),
      DATABASE_URL: database.url,
      STRATUS_SECRET_KEY: randomBytes(32).toString('base64'),
      STRATUS_DATA_DIR: folder.path,
    };
  });
  afterAll(async () => {
    await database.drop();
    await empty.drop();
    await folder.remove();
  });

  async function sentence(args: readonly string[], changed: Record<string, string>): Promise<string> {
    const finished = await stratus(args, { ...env, ...changed });
    expect(finished.code).not.toBe(0);
    expect(finished.stderr).not.toMatch(/^\s+at /m);
    expect(finished.stderr).toMatch(/^stratus: /);
    return finished.stderr;
  }

  it('says how to make a missing secret key, and never shows a wrong one', async () => {
    expect(await sentence(['worker'], { STRATUS_SECRET_KEY: '' })).toMatch(
      /STRATUS_SECRET_KEY is not set; make one with: node -p/,
    );
    const wrong = await sentence(['worker'], { STRATUS_SECRET_KEY: 'dG9vIHNob3J0' });
    expect(wrong).toMatch(/STRATUS_SECRET_KEY/);
    expect(wrong).not.toContain('dG9vIHNob3J0');
  });

  it('asks for the other address where only one is set', async () => {
    expect(await sentence(['worker'], { REDIS_URL: '' })).toMatch(/DATABASE_URL is set and REDIS_URL is not/);
  });

  it('refuses a database that was never or only half migrated, until it is', async () => {
    expect(await sentence(['scheduler'], { DATABASE_URL: empty.url })).toMatch(
      /lacks \d+ migrations .*run: npx stratus migrate/,
    );
    expect((await stratus(['migrate'], { ...env, DATABASE_URL: empty.url })).code).toBe(0);
    const client = new pg.Client({ connectionString: empty.url });
    await client.connect();
    await client.query('delete from migrations where id = (select max(id) from migrations)');
    await client.end();
    expect(await sentence(['scheduler'], { DATABASE_URL: empty.url })).toMatch(/lacks a migration \(\w+/);
  });

  it('names host and port of a Postgres that does not answer, without its password', async () => {
    const said = await sentence(['status'], {
      DATABASE_URL: 'postgres://stratus:planted-password@127.0.0.1:9/none',
    });
    expect(said).toMatch(/cannot open Postgres at 127\.0\.0\.1:9\/none .*check DATABASE_URL/);
    expect(said).not.toContain('planted-password');
  });

  it('names file, line and key of a mistake in the configuration, what was read and what is allowed', async () => {
    const file = join(folder.path, 'stratus.yaml');
    await writeFile(file, 'integrations:\n  shopify:\n    oders:\n      every: 15m\n');
    expect(await sentence(['worker'], { STRATUS_CONFIG: file })).toMatch(
      /stratus\.yaml:3:\d+.*oders.*orders/s,
    );
  });

  it('imports connections from the variable names of the requirement documents', async () => {
    const imported = await stratus(['connections', 'import-env', '--json'], {
      ...env,
      SHOPIFY_SHOP: 'my-shop.myshopify.com',
      SHOPIFY_ACCESS_TOKEN: 'shpat_planted_import',
      SHOPIFY_API_VERSION: '2024-07',
    });
    expect(imported.stderr).toBe('');
    expect(imported.code).toBe(0);
    expect(lastJson(imported)).toEqual({
      connections: [
        expect.objectContaining({
          name: 'my-shop',
          platform: 'shopify',
          settings: { shop: 'my-shop', apiVersion: '2026-10' },
        }),
      ],
    });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ row: string }>('select c::text as row from connections c');
    await client.end();
    expect(rows).toHaveLength(1);
    expect(rows[0]!.row).not.toContain('planted_import');
  });

  it('seals everything anew with a key put in front, so that the old one can go', async () => {
    const key = randomBytes(32).toString('base64');
    const added = await addDeadConnection('shpat_planted', [], env);
    expect(added.code).toBe(0);
    const both = { ...env, STRATUS_SECRET_KEY: `${key},${env['STRATUS_SECRET_KEY']}` };
    const rotated = lastJson<{ current: string; before: Record<string, number>; rows: number }>(
      await stratus(['keys', 'rotate', '--json'], both),
    );
    expect(Object.values(rotated.before)).toEqual([2]);
    expect(rotated).toMatchObject({ rows: 2 });
    expect(Object.keys(rotated.before)).not.toContain(rotated.current);
    // With the new key alone the credentials open: what fails is the call to a port where nobody listens.
    const alone = { ...env, STRATUS_SECRET_KEY: key };
    const tested = await stratus(['connections', 'test', 'dead'], alone);
    expect(tested.stderr).toMatch(/ECONNREFUSED/);
    expect(await sentence(['connections', 'test', 'dead'], {})).toMatch(/sealed with key .* does not hold/);
    expect(lastJson(await stratus(['keys', 'list', '--json'], alone))).toMatchObject({
      current: rotated.current,
      rows: 2,
      keys: [{ key: rotated.current, state: 'seals', rows: 2, connections: ['dead', 'my-shop'] }],
    });
    const kept = await stratus(['keys', 'list'], both);
    expect(kept.stdout).toMatch(/key \w{8} can be removed from STRATUS_SECRET_KEY/);
    expect(kept.code).toBe(0);
  }, 60_000);

  it('says which connections wait for a key that was removed too early, in `keys` and at the start', async () => {
    const other = { ...env, STRATUS_SECRET_KEY: randomBytes(32).toString('base64') };
    for (const verb of ['list', 'rotate']) {
      const said = await stratus(['keys', verb], other);
      expect(said.code).toBe(1);
      expect(said.stdout).toMatch(/does not hold key \w{8}, which dead, my-shop need: put it back/);
    }
    const worker = await startStratus(['worker'], { ...other, LOG_LEVEL: 'error' }, /worker ready/);
    expect(worker.output()).toMatch(/does not hold key \w{8}, which dead, my-shop need/);
    await worker.stop();
  }, 60_000);

  it('pauses and resumes a connection', async () => {
    const paused = await stratus(['connections', 'pause', 'my-shop', '--json'], env);
    expect(lastJson(paused)).toEqual({ connection: 'my-shop', status: 'paused' });
    const resumed = await stratus(['connections', 'resume', 'my-shop', '--json'], env);
    expect(lastJson(resumed)).toEqual({ connection: 'my-shop', status: 'active' });
  });
});
