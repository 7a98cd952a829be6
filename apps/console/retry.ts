import type { Job, Queue } from 'bullmq';
import { asFailure } from '#kernel';
import { jobOf } from '#queue';
import { findRun, reloadConnection, requeueRun, type RunRow } from '#warehouse';
import type { ConsoleOptions } from './options.js';

/** What came of a retry, as a status and a sentence for the person who asked. */
export interface Retried {
  readonly status: 204 | 404 | 409;
  readonly said: string;
}

type Doors = Pick<ConsoleOptions, 'warehouse' | 'queues' | 'now'>;

/** A fresh start: the job counts attempts of its own, and the run's row starts again at none too. */
const AFRESH = { resetAttemptsMade: true, resetAttemptsStarted: true };
/** Retried side by side when a whole queue's failed jobs are. */
const AT_ONCE = 5;

/**
 * Makes a failed or cancelled run go again from its last page. The row comes first, since a worker claims only runs
 * that say they wait; a job lost after that is made again by the scheduler's reconciler.
 */
export async function retryRun(doors: Doors, runId: string): Promise<Retried> {
  const run = await findRun(doors.warehouse, runId);
  if (!run) return { status: 404, said: `there is no run ${runId}` };
  if (run.state === 'running' || run.state === 'succeeded')
    return {
      status: 409,
      said: `run ${runId} is ${run.state}: only failed or cancelled runs can be retried`,
    };
  if (run.state === 'failed' || run.state === 'cancelled') {
    try {
      await requeueRun(doors.warehouse, runId, doors.now());
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.kind !== 'refused') throw thrown;
      return { status: 409, said: failure.message };
    }
  }
  await queueAgain(doors, run);
  return { status: 204, said: 'queued again' };
}

async function queueAgain({ warehouse, queues }: Doors, run: RunRow): Promise<void> {
  const platform = platformOf(run.stream);
  const job = await queues.boards.find((queue) => queue.name === platform)?.getJob(run.id);
  if (job && (await job.getState()) === 'failed') {
    try {
      return await job.retry('failed', AFRESH);
    } catch (thrown) {
      // Somebody was faster: the reconciler or a second click has put the job back already.
      if ((await queues.runState(platform, run.id)) !== 'open') throw thrown;
      return;
    }
  }
  const connection = await reloadConnection(warehouse, run.connectionId);
  await queues.addRun(platform, run.stream, jobOf(run, connection?.name ?? run.connectionId));
}

/** One job of one queue: a run's job through its run, any other where BullMQ says it failed. */
export async function retryJob(doors: Doors, queue: Queue, jobId: string): Promise<Retried> {
  const job = (await queue.getJob(jobId)) as Job | undefined;
  if (!job) return { status: 404, said: `there is no job ${jobId} in queue ${queue.name}` };
  const state = await job.getState();
  if (state !== 'failed')
    return { status: 409, said: `job ${jobId} is ${state}: only failed jobs can be retried` };
  const runId = runIdOf(job);
  if (runId !== undefined) return retryRun(doors, runId);
  await job.retry('failed', AFRESH);
  return { status: 204, said: 'queued again' };
}

/** Every job of the queue that had failed when it was asked. */
export async function retryFailed(doors: Doors, queue: Queue): Promise<{ retried: number; skipped: number }> {
  const ids = (await queue.getJobs(['failed'], 0, -1)).flatMap((job) => job?.id ?? []);
  let retried = 0;
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const some = await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => retryJob(doors, queue, id)));
    retried += some.filter(({ status }) => status === 204).length;
  }
  return { retried, skipped: ids.length - retried };
}

function runIdOf(job: Job): string | undefined {
  const data: unknown = job.data;
  return typeof data === 'object' && data !== null && 'runId' in data && typeof data.runId === 'string'
    ? data.runId
    : undefined;
}

const platformOf = (stream: string): string => stream.slice(0, stream.indexOf('.'));
