import { asFailure, days, earlier, Failure, formatDuration, minutes, type Duration } from '#kernel';
import { slotAt, type Closable } from '#queue';
import type { Platform } from '#sync';
import {
  forgetHeartbeats,
  heartbeats,
  listConnections,
  listStreamStates,
  trimBooks,
  trimUsage,
} from '#warehouse';
import { startHeartbeat } from '../worker/heartbeat.js';
import { declaredSchedules, type Declared, type StreamSetting } from './declared.js';
import { watchDeadWorkers } from './dead-workers.js';
import { leaderLock, type Leader } from './leader.js';
import { declaredComparisons, enqueueComparisons } from './nightly.js';
import { enqueueSlot, reconcile, type SchedulerDoors } from './reconcile.js';
import { watcher } from './watcher.js';

export interface SchedulerOptions extends SchedulerDoors {
  readonly platforms: readonly Platform[];
  readonly settings: ReadonlyMap<string, StreamSetting>;
  /** How often the leader compares what is declared with what is there. */
  readonly everyMs: Duration;
  readonly now: () => Date;
  /** `host-pid`: who leads. */
  readonly process: string;
  /** A pass that takes longer hangs; four times `everyMs`, and at least a minute, by default. */
  readonly patienceMs?: Duration;
}

/** What was spent and who was there is kept for so long. */
const KEEP_USAGE = days(35);
const KEEP_HEARTBEATS = days(7);
const TRIM_EVERY = minutes(60);

/** Every scheduler answers ticks; one of them, the leader, also reconciles and watches. */
export function startScheduler(options: SchedulerOptions): Closable {
  const { warehouse, queues, logger, platforms, settings, now, everyMs } = options;
  const leader = leaderLock(warehouse.url);
  const watch = watcher(options);
  const patience = options.patienceMs ?? Math.max(4 * everyMs, minutes(1));
  let trimmedAt: Date | undefined;

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

  async function lead(): Promise<void> {
    const want = await declared();
    const { dead, ...done } = await reconcile(options, want, now());
    const compared = await enqueueComparisons(
      options,
      declaredComparisons(want, await listConnections(warehouse), platforms, settings),
      now(),
    );
    const watched = await watch.pass(want, dead, now());
    const all = { ...done, compared, ...watched };
    if (Object.values(all).some((n) => n > 0)) logger.info(all, 'reconciled');
    if (trimmedAt && trimmedAt > earlier(now(), TRIM_EVERY)) return;
    trimmedAt = now();
    await trimUsage(warehouse, earlier(now(), KEEP_USAGE));
    await trimBooks(warehouse, now());
    await forgetHeartbeats(warehouse, earlier(now(), KEEP_HEARTBEATS));
  }

  let stopped = false;
  const heartbeat = startHeartbeat({
    ...options,
    part: 'scheduler',
    platforms: platforms.map(({ name }) => name),
    slots: 0,
    leads: () => leader.leads,
  });
  const reaper = watchDeadWorkers({ warehouse, logger, now, leads: () => leader.leads });
  let followsSince: Date | undefined;
  let timer: NodeJS.Timeout | undefined;
  const pass = async (): Promise<void> => {
    try {
      const led = leader.leads;
      const leads = await leader.lead();
      if (leads !== led) await heartbeat.now();
      if (leads) await inTime(lead(), patience, leader);
      followsSince = leads ? undefined : (followsSince ?? now());
      // Whoever has just come does not know yet who leads.
      if (followsSince && followsSince < earlier(now(), 2 * patience))
        await deposeHung(options, leader, 2 * patience);
    } catch (thrown) {
      logger.error({ error: asFailure(thrown) }, 'the reconciler failed; it tries again at its next pass');
    }
    if (!stopped) timer = setTimeout(() => void (running = pass()), everyMs);
  };
  let running = pass();

  return {
    async close(deadline) {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([
        ticks.close(deadline),
        heartbeat.close(deadline),
        within(running, deadline),
        within(reaper.close(), deadline),
      ]);
      await leader.close();
    },
  };
}

/** A pass that hangs loses the lead, so that another scheduler can do what this one cannot. */
async function inTime(work: Promise<void>, ms: Duration, leader: Leader): Promise<void> {
  // Whatever still becomes of it is of no harm: each of its steps may be done twice.
  if ((await within(work, ms)) !== 'late') return;
  leader.resign();
  throw new Failure(
    'transient',
    `the leader's pass did not end within ${formatDuration(ms)}: it gave the lead away; check that Redis and Postgres answer`,
  );
}

/** A leader that is frozen keeps the lock and does nothing with it: it is taken away. */
export async function deposeHung(
  { warehouse, logger, now }: Pick<SchedulerOptions, 'warehouse' | 'logger' | 'now'>,
  leader: Leader,
  hungMs: Duration,
): Promise<boolean> {
  const leading = (await heartbeats(warehouse)).find(
    (one) => one.part === 'scheduler' && one.leads && one.stoppedAt === null,
  );
  if (!leading || leading.seenAt > earlier(now(), hungMs)) return false;
  if (!(await leader.depose())) return false;
  logger.warn(
    { leader: leading.process, since: leading.seenAt },
    `the leader ${leading.process} showed no sign of life since ${leading.seenAt.toISOString()}: its lead was taken away`,
  );
  return true;
}

async function within<T>(work: Promise<T>, ms: Duration): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), ms)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
