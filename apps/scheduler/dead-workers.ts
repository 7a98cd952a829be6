import { asFailure, seconds, type Duration } from '#kernel';
import type { Logger } from '#telemetry';
import { buryWorker, missingWorkers, type Warehouse } from '#warehouse';

export interface DeadWorkersOptions {
  readonly warehouse: Warehouse;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Only the leader looks. */
  readonly leads: () => boolean;
  readonly everyMs?: Duration;
  /** Of a server that was started more recently nothing is concluded. */
  readonly graceMs?: Duration;
}

/** A worker that lost its session for a moment takes it again within two looks. */
const LOOKS = 3;

/**
 * Brings the runs of a killed worker back to the queue within seconds. A worker counts as dead when its session was
 * gone at three looks in a row, one second apart; a host that vanished without a word is left to its lease.
 */
export function watchDeadWorkers({
  warehouse,
  logger,
  now,
  leads,
  everyMs = seconds(1),
  graceMs = seconds(20),
}: DeadWorkersOptions): { close(): Promise<void> } {
  let missed = new Map<string, number>();
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const missing = leads() ? await missingWorkers(warehouse, graceMs) : [];
    missed = new Map(missing.map((process) => [process, (missed.get(process) ?? 0) + 1]));
    for (const [process, looks] of missed) {
      if (looks < LOOKS) continue;
      missed.delete(process);
      const runs = await buryWorker(warehouse, process, now());
      logger.warn(
        { worker: process, runs: runs.map(({ id }) => id) },
        `worker ${process} is gone: ${runs.length} ${runs.length === 1 ? 'run goes' : 'runs go'} back to the queue`,
      );
    }
  }

  const again = async (): Promise<void> => {
    try {
      await look();
      failing = false;
    } catch (thrown) {
      if (!failing) logger.warn({ error: asFailure(thrown) }, 'dead workers cannot be looked for');
      failing = true;
    }
    if (!stopped) timer = setTimeout(() => void (looking = again()), everyMs).unref();
  };
  let looking = again();

  return {
    async close() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
