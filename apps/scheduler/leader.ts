import pg from 'pg';

/** Any number, the same in every scheduler: who holds this advisory lock leads. */
const LOCK = 0x53_43_48_44;

export interface Leader {
  /** True while this process holds the lock; tries to take it where nobody does. */
  lead(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Leadership by a session lock in Postgres on a connection of its own: it is given back by itself when the process
 * or the connection dies.
 */
export function leaderLock(url: string): Leader {
  let client: pg.Client | undefined;
  let leads = false;

  async function connected(): Promise<pg.Client> {
    if (client) return client;
    const fresh = new pg.Client({
      connectionString: url,
      application_name: 'stratus scheduler leader',
      keepAlive: true,
    });
    fresh.on('error', () => {
      client = undefined;
      leads = false;
    });
    await fresh.connect();
    client = fresh;
    return fresh;
  }

  return {
    async lead() {
      const session = await connected();
      if (leads) {
        await session.query('select 1');
        return leads;
      }
      const { rows } = await session.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [
        LOCK,
      ]);
      leads = rows[0]?.got ?? false;
      return leads;
    },
    async close() {
      const session = client;
      client = undefined;
      leads = false;
      await session?.end().catch(() => undefined);
    },
  };
}
