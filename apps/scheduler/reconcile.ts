import { later } from '#kernel';
import { jobOf, sameCadence, slotAt, spanAt, type Queues, type RunJob } from '#queue';
import type { Logger } from '#telemetry';
import {
  closeBackfills,
  insertRun,
  reapRuns,
  supersedeQueued,
  waitingRuns,
  type RunRow,
  type Warehouse,
} from '#warehouse';
import type { Declared } from './declared.js';

export interface SchedulerDoors {
  readonly warehouse: Warehouse;
  readonly queues: Queues;
  readonly logger: Logger;
}

/** What one pass of the reconciler put right. */
export interface Reconciled {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly revived: number;
  readonly enqueued: number;
  readonly reaped: number;
  readonly readded: number;
  /** Which schedules had died. */
  readonly dead: readonly string[];
}

/**
 * Makes the run of one slot and its job; at most one run per (connection, stream, kind, slot) whoever asks and how often.
 * Waiting runs of older slots are replaced by the newer one; where one of them has begun, the slot waits for its end and is
 * asked for again by a later pass.
 */
export async function enqueueSlot(
  doors: SchedulerDoors,
  due: Declared,
  slot: Date,
  now: Date,
  kind: 'incremental' | 'reconcile' = 'incremental',
): Promise<boolean> {
  const run = await insertRun(
    doors.warehouse,
    {
      connectionId: due.connectionId,
      stream: due.stream,
      kind,
      trigger: 'schedule',
      slot,
      unlessBegun: true,
    },
    now,
  );
  if (!run) return false;
  for (const old of await supersedeQueued(doors.warehouse, run, now))
    await doors.queues.removeRun(due.platform, old);
  await doors.queues.addRun(due.platform, run.stream, { runId: run.id, connection: due.connection });
  return true;
}

/**
 * One pass: schedules as declared, runs of dead workers back in the queue, a job for every waiting run, a run for
 * every slot that is due. All of it is made from Postgres, so an emptied queue is whole again after one pass.
 */
export async function reconcile(
  doors: SchedulerDoors,
  declared: readonly Declared[],
  now: Date,
): Promise<Reconciled> {
  const sound = declared.filter((due) => isSound(due, now, doors.logger));
  const schedules = await reconcileSchedules(doors, sound, now);
  const reaped = await reapRuns(doors.warehouse, now);
  for (const run of reaped) doors.logger.warn({ run: run.id, stream: run.stream }, run.reason ?? 'reaped');
  for (const id of await closeBackfills(doors.warehouse, now))
    doors.logger.info({ backfill: id }, 'backfill ended');
  const readded = await readdJobs(doors, declared, now);
  let enqueued = 0;
  for (const due of sound) if (await enqueueSlot(doors, due, slotAt(due.cadence, now), now)) enqueued += 1;
  return { ...schedules, reaped: reaped.length, readded, enqueued };
}

/** A cadence that cannot be kept stops its own stream only. */
function isSound(due: Declared, now: Date, logger: Logger): boolean {
  try {
    slotAt(due.cadence, now);
    return true;
  } catch (error) {
    logger.error({ schedule: due.id, error }, 'this schedule cannot be kept and is left out');
    return false;
  }
}

async function reconcileSchedules(
  { queues, logger }: SchedulerDoors,
  declared: readonly Declared[],
  now: Date,
): Promise<Pick<Reconciled, 'added' | 'changed' | 'removed' | 'revived' | 'dead'>> {
  const done = { added: 0, changed: 0, removed: 0, revived: 0 };
  const dead: string[] = [];
  const known = new Map((await queues.schedules()).map((schedule) => [schedule.id, schedule]));
  for (const want of declared) {
    const have = known.get(want.id);
    known.delete(want.id);
    const what = !have
      ? 'added'
      : !sameCadence(have.cadence, want.cadence)
        ? 'changed'
        : isDead(have, want, now)
          ? 'revived'
          : null;
    if (!what) continue;
    // A dead chain keeps its id and would be left as it is: only a new one starts again.
    if (what === 'revived') {
      dead.push(want.id);
      await queues.removeSchedule(want.id);
    }
    await queues.upsertSchedule(want.id, want);
    done[what] += 1;
    logger.info({ schedule: want.id }, `schedule ${what}`);
  }
  for (const orphan of known.keys()) {
    await queues.removeSchedule(orphan);
    done.removed += 1;
    logger.info({ schedule: orphan }, 'schedule removed');
  }
  return { ...done, dead };
}

/** BullMQ ends a schedule in silence when it cannot make the next job: two spans late is dead. */
function isDead(have: { nextAt: Date | null }, want: Declared, now: Date): boolean {
  return have.nextAt === null || later(have.nextAt, 2 * spanAt(want.cadence, now)) < now;
}

/** Every waiting run has a job; one whose job was lost, or ended without the run, gets a new one. */
async function readdJobs(
  { warehouse, queues }: SchedulerDoors,
  declared: readonly Declared[],
  now: Date,
): Promise<number> {
  const nameOf = new Map(declared.map((one) => [one.connectionId, one.connection]));
  // Of a platform that this version does not have: they wait for one that does.
  const waiting = (await waitingRuns(warehouse)).filter((run) => queues.platforms.includes(platformOf(run)));
  const open = new Set<string>();
  for (const platform of new Set(waiting.map(platformOf))) {
    const jobs = await queues.openRuns(platform);
    for (const id of [...jobs.waiting, ...jobs.held]) open.add(id);
  }
  const lost = waiting.filter((run) => !open.has(run.id));
  const jobFor = (run: RunRow): RunJob => jobOf(run, nameOf.get(run.connectionId) ?? run.connectionId);
  for (const run of lost) {
    const delay = (run.notBefore?.getTime() ?? 0) - now.getTime();
    await queues.addRun(platformOf(run), run.stream, jobFor(run), Math.max(0, delay));
  }
  // A slice whose turn has come and whose job still rests: the word to begin was lost with the worker that had it.
  for (const run of waiting)
    if (run.backfillId !== null && open.has(run.id) && (run.notBefore === null || run.notBefore <= now))
      await queues.wakeRun(platformOf(run), run.stream, jobFor(run));
  return lost.length;
}

const platformOf = (run: Pick<RunRow, 'stream'>): string => run.stream.slice(0, run.stream.indexOf('.'));
