import type { FlowProducer, Queue } from 'bullmq';
import { z } from 'zod';

/** The parent of a backfill's slices: taken when all of their jobs have ended. */
export const backfillJob = z.strictObject({ backfillId: z.string() });

export interface BackfillJobs {
  readonly id: string;
  readonly stream: string;
  readonly connection: string;
  /** The slices' runs, in the order in which they are read. */
  readonly runIds: readonly string[];
  /** As many begin at once; the others rest until they are woken. */
  readonly parallel: number;
}

/** Jobs without a priority go before all that have one: a live run never queues behind a slice. */
export const SLICE_PRIORITY = 10;

/** A slice whose word to begin was lost looks for itself after this long; the scheduler notices within a minute. */
const REST_MS = 3_600_000;

/** One flow: the backfill as the parent, its slices as children. It shows what goes on, and nothing hangs on it. */
export async function addFlow(
  flows: FlowProducer,
  queueName: string,
  options: { readonly parent: object; readonly child: object },
  { id, stream, connection, runIds, parallel }: BackfillJobs,
): Promise<void> {
  await flows.add({
    name: `${stream} backfill`,
    queueName,
    data: { backfillId: id },
    opts: { ...options.parent, jobId: id },
    children: runIds.map((runId, i) => ({
      name: stream,
      queueName,
      data: { runId, connection, backfill: id },
      opts: {
        ...options.child,
        jobId: runId,
        priority: SLICE_PRIORITY,
        delay: i < parallel ? 0 : REST_MS,
        // The backfill's own row says whether it failed; its job only waits for the last of them.
        ignoreDependencyOnFailure: true,
      },
    })),
  });
}

/** Brings a resting job forward; false where there is none to bring. */
export async function promote(queue: Queue, runId: string): Promise<boolean> {
  const job = await queue.getJob(runId);
  const state = await job?.getState();
  if (!job || state === 'completed' || state === 'failed' || state === 'unknown') return false;
  // Somebody else may be faster: then it is where it should be.
  if (state === 'delayed') await job.promote().catch(() => undefined);
  return true;
}
