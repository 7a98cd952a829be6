import { later, milliseconds } from '#kernel';
import type { Move, RunJob } from '#queue';

/** A slice that found no slot here asks again so soon, here or at another worker. */
const ASK_AGAIN = milliseconds(500);

/**
 * A worker's slots for slices of backfills: one fewer than it has, so that a live run that comes finds one free. A
 * worker of a single slot has nothing to keep back: there a live run waits for the slice's turn to end.
 */
export function sliceSlots(
  concurrency: number,
  wake: (job: RunJob, stream: string) => Promise<void>,
): (job: { data: RunJob; name: string }, now: Date, work: () => Promise<Move>) => Promise<Move> {
  const most = Math.max(1, concurrency - 1);
  const turnedAway = new Map<string, { data: RunJob; name: string }>();
  let taken = 0;
  return async (job, now, work) => {
    if (job.data.backfill === undefined) return work();
    if (taken >= most) {
      turnedAway.set(job.data.runId, job);
      return { to: 'later', at: later(now, ASK_AGAIN) };
    }
    turnedAway.delete(job.data.runId);
    taken += 1;
    try {
      return await work();
    } finally {
      taken -= 1;
      const [next] = turnedAway.values();
      if (next) {
        turnedAway.delete(next.data.runId);
        // Lost, it costs half a second: the job asks again by itself.
        await wake(next.data, next.name).catch(() => undefined);
      }
    }
  };
}
