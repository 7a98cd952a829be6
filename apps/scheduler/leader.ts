import pg from 'pg';
import { seconds, type Duration } from '#kernel';

/** Any number, the same in every scheduler: who holds this advisory lock leads. */
const LOCK = 0x53_43_48_44;

export interface Leader {
  /** True while this process holds the lock; tries to take it where nobody does. */
  lead(): Promise<boolean>;
  /** As far as is known without asking. */
  readonly leads: boolean;
  /** Gives the lock back at once, whatever its session is at. */
  resign(): void;
  /** Ends the session of another process that holds the lock; true where there was one. For a leader that hangs. */
  depose(): Promise<boolean>;
  close(): Promise<void>;
}

/** A question about the lock is answered at once or not at all. */
const ANSWER_MS = seconds(10);

/** Whose session has it, of this database. */
const HELD = `pg_locks where locktype = 'advisory' and classid = 0 and objid = ${LOCK} and objsubid = 1 and granted
  and database = (select oid from pg_database where datname = current_database())`;

/**
 * Leadership by a session lock in Postgres on a connection of its own: it is given back by itself when the process
 * or the connection dies. A server that goes silent is given up after ten seconds; a host that vanished without a
 * word is noticed by the server after some forty, by TCP keepalives, and its lock is free then. Something in between
 * that goes on answering those would keep the lock for nobody: a session that this process gave up is ended by its next one.
 */
export function leaderLock(url: string, answerMs: Duration = ANSWER_MS): Leader {
  let client: pg.Client | undefined;
  let leads = false;
  /** The server's process behind the session that last had the lock. */
  let holder: number | undefined;

  async function connected(): Promise<pg.Client> {
    if (client) return client;
    const fresh = new pg.Client({
      connectionString: url,
      application_name: 'stratus scheduler leader',
      keepAlive: true,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
    });
    fresh.on('error', () => drop(fresh));
    try {
      await fresh.connect();
      await fresh.query(
        'set tcp_keepalives_idle = 20; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4',
      );
    } catch (thrown) {
      drop(fresh);
      throw thrown;
    }
    client = fresh;
    return fresh;
  }

  /** `end` would wait for an answer that may never come. */
  function drop(session: pg.Client): void {
    if (session === client) {
      client = undefined;
      leads = false;
    }
    (session as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  async function ask<R extends pg.QueryResultRow>(sql: string): Promise<R[]> {
    const session = await connected();
    try {
      return (await session.query<R>(sql)).rows;
    } catch (thrown) {
      drop(session);
      throw thrown;
    }
  }

  return {
    get leads() {
      return leads;
    },
    async lead() {
      if (client && leads) {
        await ask('select 1');
        return leads;
      }
      const [row] = await ask<{ got: boolean; pid: number }>(
        `select pg_try_advisory_lock(${LOCK}) as got, pg_backend_pid() as pid`,
      );
      leads = row?.got ?? false;
      if (leads) holder = row?.pid;
      else if (holder !== undefined)
        await ask(`select pg_terminate_backend(pid) from ${HELD} and pid = ${holder}`);
      return leads;
    },
    resign() {
      if (client) drop(client);
    },
    async depose() {
      const ended = await ask<{ ended: boolean }>(
        `select pg_terminate_backend(pid) as ended from ${HELD} and pid <> pg_backend_pid()`,
      );
      return ended.some((one) => one.ended);
    },
    async close() {
      const session = client;
      if (!session) return;
      client = undefined;
      leads = false;
      let late: NodeJS.Timeout | undefined;
      await Promise.race([
        session.end().catch(() => undefined),
        new Promise<void>((resolve) => (late = setTimeout(resolve, answerMs))),
      ]);
      clearTimeout(late);
      drop(session);
    },
  };
}
