import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '#warehouse';
import { describeWhere, testService } from './services.js';

/** Tests on a real Postgres; skipped where there is none. */
export const describeDb = describeWhere('STRATUS_TEST_POSTGRES');

/** Any number; whoever holds it is the one that builds the template. */
const TEMPLATE_LOCK = 7_305_118;

export interface TestDatabase {
  url: string;
  /** Ends every connection to the database and removes it. */
  drop(): Promise<void>;
}

/** A fresh database with every migration in it, for one test file: copied from a template, so it costs no migrating. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await testService('postgres');
  const template = await migratedTemplate(server);
  return copyOf(server, template);
}

/** A fresh database with nothing in it. */
export async function emptyTestDatabase(): Promise<TestDatabase> {
  return copyOf(await testService('postgres'), 'template1');
}

async function copyOf(server: string, template: string): Promise<TestDatabase> {
  const name = `stratus_test_${randomBytes(6).toString('hex')}`;
  // Files as they are, instead of every block through the log: half the work for one as small as this.
  await onServer(server, (client) =>
    client.query(`create database ${name} template ${template} strategy file_copy`),
  );
  return {
    url: databaseUrl(server, name),
    drop: () =>
      onServer(server, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

/** Made once per server and set of migrations; built under another name, so that a killed build is never taken for done. */
async function migratedTemplate(server: string): Promise<string> {
  const name = `stratus_template_${migrationsHash()}`;
  await onServer(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    const building = `${name}_building`;
    await client.query(`drop database if exists ${building} with (force)`);
    await client.query(`create database ${building}`);
    await migrate(databaseUrl(server, building));
    await makeQueues(databaseUrl(server, building));
    await client.query(`alter database ${building} rename to ${name}`);
  });
  return name;
}

/** What the queue keeps in Postgres is made by whoever first asks for it: as much work as all of ours. */
async function makeQueues(url: string): Promise<void> {
  const { openQueues } = await import('#queue');
  const queues = openQueues({ store: { kind: 'postgres', url }, platforms: [], onError: () => undefined });
  await queues.schedules();
  await queues.close();
}

function migrationsHash(): string {
  const folder = fileURLToPath(new URL('../migrations', import.meta.url));
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
