import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '#warehouse';
import { required } from './measure.js';

/** A migrated database of its own for one bench, dropped at the end. */
export const benchDatabase = (): Promise<OwnDatabase> => ownDatabase(required('DATABASE_URL'));

export interface OwnDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

export async function ownDatabase(server: string): Promise<OwnDatabase> {
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
  return { name, url: url.href, drop: () => admin(`drop database ${name} with (force)`) };
}
