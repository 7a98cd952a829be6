import { describeBackfill } from './describe-backfill.js';
import { describeDb } from './postgres.js';
import pg from 'pg';

describeBackfill(describeDb, 'Postgres', async () => {
  let url = '';
  return {
    store: (databaseUrl) => {
      url = databaseUrl;
      return { kind: 'postgres', url };
    },
    /** Every table of the queue's own schema. */
    async empty() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ t: string }>(
        `select format('%I.%I', schemaname, tablename) as t from pg_tables where tablename like 'job%'`,
      );
      if (rows.length === 0) throw new Error('the queue has no tables');
      await client.query(`truncate ${rows.map(({ t }) => t).join(', ')} cascade`);
      await client.end();
    },
  };
});
