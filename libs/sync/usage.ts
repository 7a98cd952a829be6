import type { Use } from '#http';
import { asFailure, seconds, type Duration } from '#kernel';
import type { Logger } from '#telemetry';
import { addUsage, type Usage, type UsageKey, type Warehouse } from '#warehouse';

export interface UsageOptions {
  readonly warehouse: Warehouse;
  readonly logger: Logger;
  readonly now: () => Date;
  /** How often what was spent is written down; every five seconds by default. */
  readonly everyMs?: Duration;
  /** Sums kept while Postgres is away: one per minute, limit, operation, lane and spender. The oldest go first. */
  readonly most?: number;
}

/** Keeps the books of what the accounts' budgets were spent on. */
export interface UsageKeeper {
  /** Told by the limiter of every call; never waits and never throws. */
  note(use: Use): void;
  flush(): Promise<void>;
  /** Writes down the rest; gives up after the deadline. */
  close(deadline: Duration): Promise<void>;
}

type Row = UsageKey & { -readonly [K in keyof Usage]: Usage[K] };

const MINUTE = 60_000;
/** Rows to one statement. */
const BATCH = 1000;

/**
 * Adds up in memory and writes every few seconds, so that no call waits for the books. What a killed process had not
 * written is lost with it; where Postgres took a write but could not say so, that write is counted twice.
 */
export function keepUsage(options: UsageOptions): UsageKeeper {
  const { warehouse, logger, now, everyMs = seconds(5), most = 20_000 } = options;
  let open = new Map<string, Row>();
  let writing: Promise<void> | undefined;
  let failing = false;
  let forgotten = 0;
  const timer = setInterval(() => void flush(), everyMs).unref();

  function add(row: Row): void {
    const key = JSON.stringify([
      row.connectionId,
      row.minute.getTime(),
      row.limit,
      row.operation,
      row.lane,
      row.spender,
    ]);
    const known = open.get(key);
    if (!known) {
      open.set(key, { ...row });
      return;
    }
    known.calls += row.calls;
    known.used += row.used;
    known.refused += row.refused;
    known.waitedMs += row.waitedMs;
  }

  function bound(): void {
    for (const key of open.keys()) {
      if (open.size <= most) return;
      open.delete(key);
      forgotten += 1;
    }
  }

  async function write(): Promise<void> {
    const rows = [...open.values()];
    open = new Map();
    for (let from = 0; from < rows.length; from += BATCH) {
      try {
        await addUsage(warehouse, rows.slice(from, from + BATCH));
      } catch (thrown) {
        // Back before what was noted meanwhile: the oldest stays the first to go.
        const since = [...open.values()];
        open = new Map();
        for (const row of [...rows.slice(from), ...since]) add(row);
        bound();
        if (!failing)
          logger.warn(
            { error: asFailure(thrown) },
            'what was spent could not be written down; kept for later',
          );
        failing = true;
        return;
      }
    }
    failing = false;
    if (forgotten > 0)
      logger.warn({ rows: forgotten }, 'what was spent while Postgres was away is known in part only');
    forgotten = 0;
  }

  /** One at a time; whoever asks during a write waits for that one and then writes what is left. */
  async function flush(): Promise<void> {
    await writing;
    if (open.size === 0) return;
    writing = write().finally(() => (writing = undefined));
    await writing;
  }

  return {
    note({ account, ...use }) {
      const minute = new Date(Math.floor(now().getTime() / MINUTE) * MINUTE);
      add({ ...use, connectionId: account, minute });
      if (open.size > most) bound();
    },
    flush,
    async close(deadline) {
      clearInterval(timer);
      let late: NodeJS.Timeout | undefined;
      await Promise.race([flush(), new Promise<void>((resolve) => (late = setTimeout(resolve, deadline)))]);
      clearTimeout(late);
    },
  };
}
