import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '#warehouse';
import { required } from './measure.js';

/** A migrated database of its own for one bench, dropped at the end. */
export async function benchDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = required('DATABASE_URL');
  const name = `stratus_bench_${randomBytes(4).toString('hex')}`;
  const admin = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return { url: url.href, drop: () => admin(`drop database ${name} with (force)`) };
}
