import { openQueues, type Queues } from '#queue';
import { insertRun, type RunRow } from '#warehouse';
import type { Field } from './field.js';

const STREAM = 'shopify.orders';

/** Keeps a long run of every connection under way, so that whoever is struck has work in hand. */
export interface Busy {
  /** Gives each connection that has none another run that reads everything. */
  fill(): Promise<void>;
  /** The long runs that this process has in hand now, past their first page. */
  inHandOf(pid: number): Promise<RunRow[]>;
  close(): Promise<void>;
}

/** The queue past every proxy; it may be killed and come back. */
export function keepBusy(field: Pick<Field, 'warehouse' | 'connections' | 'queuePrefix' | 'servers'>): Busy {
  const { warehouse, connections, servers, queuePrefix } = field;
  const queues: Queues = openQueues({
    store: { kind: 'redis', url: servers.redis.url, prefix: queuePrefix },
    platforms: ['shopify'],
    onError: () => undefined,
  });
  return {
    async fill() {
      const open = await warehouse.query<{ id: string }>(
        `select connection_id as id from runs where kind = 'refresh' and finished_at is null`,
      );
      const has = new Set(open.map(({ id }) => id));
      for (const { id, name } of connections.filter((one) => !has.has(one.id))) {
        const run = await insertRun(
          warehouse,
          { connectionId: id, stream: STREAM, kind: 'refresh', trigger: 'manual' },
          new Date(),
        );
        await queues.addRun('shopify', STREAM, { runId: run!.id, connection: name });
      }
    },
    inHandOf: (pid) =>
      warehouse.query<RunRow>(
        `select id, lease, pages, worker from runs
         where kind = 'refresh' and state = 'running' and pages > 0 and worker like '%-' || $1::text`,
        [String(pid)],
      ),
    close: () => queues.close(),
  };
}

/** The nearest-rank percentile of a list that is not empty. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** Looks until it is so, and answers what was seen; throws what was waited for where it never was. */
export async function seen<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  deadlineMs: number,
): Promise<T> {
  const ends = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > ends) throw new Error(`not within ${(deadlineMs / 1000).toFixed(0)} s: ${what}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}
