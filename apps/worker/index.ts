import { milliseconds, type Duration } from '#kernel';
import { jobOf, type Closable, type Move, type Queues } from '#queue';
import { execute, type Engine, type Platform } from '#sync';
import { closeBackfills } from '#warehouse';
import { startHeartbeat } from './heartbeat.js';
import { showPresence } from './presence.js';
import { metersOf } from './meters.js';
import { sliceSlots } from './slots.js';
import { startTokenRenewer } from './token-renewer.js';

export interface WorkerOptions {
  readonly engine: Engine;
  readonly queues: Queues;
  readonly platforms: readonly Platform[];
  /** Runs at once per platform. */
  readonly concurrency: number;
  readonly lockMs: Duration;
  /** Shows with each heartbeat where the limits stand: for a limiter that no other process can ask. */
  readonly showMeters?: boolean;
}

/** A server that is gone answers no goodbye. */
const GOODBYE = milliseconds(500);
/** Progress is for people: more often than this only costs. */
const PROGRESS_MS = 500;

/**
 * Takes runs from every platform's queue. Stopping aborts what is under way: an aborted run keeps the pages it
 * committed and goes back to the queue.
 */
export function startWorker({
  engine,
  queues,
  platforms,
  concurrency,
  lockMs,
  showMeters = false,
}: WorkerOptions): Closable {
  const stop = new AbortController();
  const heartbeat = startHeartbeat({
    ...engine,
    process: engine.worker,
    part: 'worker',
    platforms: platforms.map((platform) => platform.name),
    slots: concurrency,
    ...(showMeters ? { meters: () => metersOf(engine, platforms) } : {}),
  });
  const presence = showPresence({ ...engine, process: engine.worker });
  const renewer = startTokenRenewer({ engine, platforms });
  const workers = platforms.map((platform) => {
    const inSlot = sliceSlots(concurrency, (job, stream) => queues.wakeRun(platform.name, stream, job));
    return queues.work(platform.name, {
      concurrency,
      lockMs,
      stalled: (run) => {
        engine.logger.warn({ run }, 'its worker fell silent: the job went back to the queue');
      },
      handle: (job) => {
        const { data, signal, progress } = job;
        let shownAt = 0;
        const work = (): Promise<Move> =>
          execute({
            engine,
            platform,
            runId: data.runId,
            signal: AbortSignal.any([signal, stop.signal]),
            progress: async (counts) => {
              const now = engine.now().getTime();
              if (now - shownAt < PROGRESS_MS) return;
              shownAt = now;
              await progress(counts);
            },
            wake: (slice) => queues.wakeRun(platform.name, slice.stream, jobOf(slice, data.connection)),
          });
        return inSlot(job, engine.now(), work);
      },
      backfillEnded: async (id) => {
        await closeBackfills(engine.warehouse, engine.now(), id);
      },
    });
  });
  return {
    async close(deadline) {
      stop.abort(new Error('the worker is stopping'));
      await Promise.all([...workers, renewer, heartbeat].map((one) => one.close(deadline)));
      // Not before it has said goodbye: one whose lock is gone without that counts as dead.
      await presence.close(GOODBYE);
    },
  };
}
