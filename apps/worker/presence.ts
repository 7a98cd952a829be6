import pg from 'pg';
import { asFailure, seconds, type Duration } from '#kernel';
import type { Closable } from '#queue';
import type { Logger } from '#telemetry';
import { notePresence, TAKE_PRESENCE, type Warehouse } from '#warehouse';

export interface PresenceOptions {
  readonly warehouse: Warehouse;
  readonly logger: Logger;
  readonly process: string;
  /** How often it is looked whether the session still stands; every two seconds by default. */
  readonly everyMs?: Duration;
}

/** Holds the worker's lock of presence, and takes it again where its session was lost. */
export function showPresence({
  warehouse,
  logger,
  process,
  everyMs = seconds(2),
}: PresenceOptions): Closable {
  let client: pg.Client | undefined;
  let noted = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  async function take(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: warehouse.url,
      application_name: `stratus worker ${process}`.slice(0, 63),
      keepAlive: true,
      connectionTimeoutMillis: seconds(10),
      query_timeout: seconds(10),
    });
    const drop = (): void => {
      if (client === fresh) client = undefined;
    };
    fresh.on('error', drop).on('end', drop);
    await fresh.connect();
    await fresh.query(TAKE_PRESENCE, [process]);
    client = fresh;
    noted = false;
  }

  async function look(): Promise<void> {
    try {
      if (!client) await take();
      // The heartbeat's row may come a moment later.
      if (!noted) noted = await notePresence(warehouse, process);
      failing = false;
    } catch (thrown) {
      if (!failing) logger.warn({ error: asFailure(thrown) }, 'this worker cannot show that it is there');
      failing = true;
    }
    if (!stopped) timer = setTimeout(() => void (looking = look()), everyMs).unref();
  }
  let looking = look();

  return {
    async close(deadline) {
      stopped = true;
      clearTimeout(timer);
      const goodbye = looking.then(() => client?.end()).catch(() => undefined);
      let late: NodeJS.Timeout | undefined;
      await Promise.race([goodbye, new Promise<void>((resolve) => (late = setTimeout(resolve, deadline)))]);
      clearTimeout(late);
    },
  };
}
