import { asFailure, type Duration } from '#kernel';
import { slotAt, type Closable } from '#queue';
import type { Platform } from '#sync';
import { listConnections, listStreamStates } from '#warehouse';
import { declaredSchedules, type Declared, type StreamSetting } from './declared.js';
import { leaderLock } from './leader.js';
import { enqueueSlot, reconcile, type SchedulerDoors } from './reconcile.js';

export interface SchedulerOptions extends SchedulerDoors {
  readonly platforms: readonly Platform[];
  readonly settings: ReadonlyMap<string, StreamSetting>;
  /** How often the leader compares what is declared with what is there. */
  readonly everyMs: Duration;
  readonly now: () => Date;
}

/** Every scheduler answers ticks; one of them, the leader, also reconciles. */
export function startScheduler(options: SchedulerOptions): Closable {
  const { warehouse, queues, logger, platforms, settings, now } = options;
  const leader = leaderLock(warehouse.url);
  const declared = async (): Promise<Declared[]> =>
    declaredSchedules(
      await listConnections(warehouse),
      platforms,
      settings,
      await listStreamStates(warehouse),
    );

  const ticks = queues.tick(async ({ connectionId, stream, plannedAt }) => {
    const due = (await declared()).find((one) => one.connectionId === connectionId && one.stream === stream);
    // A tick of a schedule that was switched off meanwhile: the reconciler removes it.
    if (due) await enqueueSlot(options, due, slotAt(due.cadence, plannedAt), now());
  });

  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const pass = async (): Promise<void> => {
    try {
      if (await leader.lead()) {
        const done = await reconcile(options, await declared(), now());
        if (Object.values(done).some((n) => n > 0)) logger.info(done, 'reconciled');
      }
    } catch (thrown) {
      logger.error({ error: asFailure(thrown) }, 'the reconciler failed; it tries again at its next pass');
    }
    if (!stopped) timer = setTimeout(() => void (running = pass()), options.everyMs);
  };
  let running = pass();

  return {
    async close(deadline) {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([ticks.close(deadline), running]);
      await leader.close();
    },
  };
}
