import { earlier, minutes } from '#kernel';
import { jobOf } from '#queue';
import { clockTime, logRun, openRunIds, type Wait, type WaitFacts } from '#warehouse';
import type { SchedulerDoors } from './reconcile.js';

/** A run that could start and does not, for so long: its job is made again, and once more after as long. */
const IDLE = minutes(2);

/** What the leader remembers from pass to pass; another leader begins anew. */
export interface Memory {
  /** Jobs that had no open run at the last pass. */
  orphans: Set<string>;
  /** Runs whose job was made again: how often, and when last. */
  readonly heals: Map<string, { times: number; at: Date }>;
}

/**
 * Takes jobs away whose run has ended or is gone. Only what was so at the pass before too: a run that ends just now
 * has its job for a moment longer.
 */
export async function removeOrphans(
  { warehouse, queues, logger }: SchedulerDoors,
  memory: Memory,
): Promise<number> {
  const found = new Set<string>();
  let removed = 0;
  for (const platform of queues.platforms) {
    const jobs = [...(await queues.openRuns(platform)).waiting];
    const open = jobs.length === 0 ? new Set<string>() : await openRunIds(warehouse, jobs);
    for (const id of jobs.filter((one) => !open.has(one))) {
      if (!memory.orphans.has(id)) {
        found.add(id);
        continue;
      }
      await queues.removeRun(platform, id);
      removed += 1;
      logger.warn({ run: id }, 'a job without a run was removed');
    }
  }
  memory.orphans = found;
  return removed;
}

/** Makes the job again of every run that has waited for long though a slot is free for it. */
export async function healIdle(
  { warehouse, queues, logger }: SchedulerDoors,
  memory: Memory,
  waits: readonly { readonly run: WaitFacts; readonly wait: Wait | null }[],
  now: Date,
): Promise<number> {
  const waiting = new Set(waits.map(({ run }) => run.id));
  for (const id of memory.heals.keys()) if (!waiting.has(id)) memory.heals.delete(id);
  let healed = 0;
  for (const { run, wait } of waits) {
    // Slices of a backfill are woken by the reconciler, and by each other.
    if (wait?.kind !== 'next' || run.backfillId !== null || !queues.platforms.includes(run.platform)) {
      memory.heals.delete(run.id);
      continue;
    }
    const before = memory.heals.get(run.id);
    if (run.dueAt > earlier(now, IDLE) || (before && before.at > earlier(now, IDLE))) continue;
    await queues.removeRun(run.platform, run.id);
    await queues.addRun(run.platform, run.stream, jobOf(run, run.connection));
    memory.heals.set(run.id, { times: (before?.times ?? 0) + 1, at: now });
    healed += 1;
    const said = `its job was made again: it had waited since ${clockTime(run.dueAt, now)} though a worker was free`;
    await logRun(warehouse, run.id, 'warn', said);
    logger.warn({ run: run.id, stream: run.stream }, said);
  }
  return healed;
}
