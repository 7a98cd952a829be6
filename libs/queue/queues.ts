import {
  DelayedError,
  UnrecoverableError,
  type FlowProducer,
  type Job,
  type Queue,
  type Worker,
} from 'bullmq';
import { z } from 'zod';
import { Failure, type Duration, type Json } from '#kernel';
import { addFlow, backfillJob, promote, SLICE_PRIORITY, type BackfillJobs } from './backfill-jobs.js';
import { backoff, MAX_ATTEMPTS } from './backoff.js';
import { UTC, type Cadence } from './cadence.js';
import { runJob, type RunJob } from './run-job.js';
import { factory, type Factory, type QueueOptions } from './stores.js';

const tickJob = z.strictObject({ connectionId: z.string(), stream: z.string() });

export interface Tick {
  readonly connectionId: string;
  readonly stream: string;
  /** The instant the tick was planned for. */
  readonly plannedAt: Date;
}

/** What becomes of a job after one attempt. */
export type Move =
  | { readonly to: 'done'; readonly result: Json }
  | { readonly to: 'later'; readonly at: Date; readonly why?: string }
  | { readonly to: 'retry'; readonly message: string; readonly delay: Duration }
  | { readonly to: 'failed'; readonly message: string };

export interface Schedule {
  readonly id: string;
  readonly stream: string;
  readonly cadence: Cadence;
  readonly nextAt: Date | null;
}

export interface WorkOptions {
  readonly concurrency: number;
  readonly lockMs: Duration;
  readonly handle: (job: {
    data: RunJob;
    name: string;
    /** Aborted when the job's lock was lost or the process stops. */
    signal: AbortSignal;
    progress: (progress: Record<string, Json>) => Promise<void>;
  }) => Promise<Move>;
  /** A job whose worker was silent for longer than its lock lives went back to the queue: a run's id, or a backfill's. */
  readonly stalled?: (id: string) => void;
  /** All slices' jobs of this backfill have ended. */
  readonly backfillEnded?: (backfillId: string) => Promise<void>;
}

export interface Closable {
  /** Stops taking jobs, aborts what runs and waits for it, at most until the deadline. */
  close(deadline: Duration): Promise<void>;
}

export type JobState = 'missing' | 'open' | 'ended';

/** Every queue of one process. */
export interface Queues {
  /** Those that have a queue. */
  readonly platforms: readonly string[];
  /** Adds the run's job once; a job of the same run that still waits is left as it is. */
  addRun(platform: string, stream: string, job: RunJob, delay?: Duration): Promise<void>;
  /** Adds a backfill's slices; they give way to every other run. */
  addBackfill(platform: string, backfill: BackfillJobs): Promise<void>;
  /** As `addRun`, and a job that rests comes forward at once. */
  wakeRun(platform: string, stream: string, job: RunJob): Promise<void>;
  removeRun(platform: string, runId: string): Promise<void>;
  runState(platform: string, runId: string): Promise<JobState>;
  /** The runs whose jobs have not ended, in one read: those that wait and those that a worker holds. */
  openRuns(platform: string): Promise<{ readonly waiting: Set<string>; readonly held: Set<string> }>;
  /** Somebody stopped the whole queue: its workers take nothing. */
  isPaused(platform: string): Promise<boolean>;
  work(platform: string, options: WorkOptions): Closable;
  tick(handle: (tick: Tick) => Promise<void>): Closable;
  schedules(): Promise<Schedule[]>;
  upsertSchedule(
    id: string,
    target: { connectionId: string; stream: string; cadence: Cadence },
  ): Promise<void>;
  removeSchedule(id: string): Promise<void>;
  counts(platform: string): Promise<Record<string, number>>;
  /** The BullMQ queues themselves, for Bull Board. */
  readonly boards: readonly Queue[];
  close(): Promise<void>;
}

const TICKS = 'ticks';

const KEEP = {
  removeOnComplete: { age: 3600, count: 1000 },
  removeOnFail: { age: 7 * 86_400, count: 5000 },
} as const;
const RUN_OPTIONS = {
  ...KEEP,
  attempts: MAX_ATTEMPTS,
  backoff: { type: 'custom' },
  stackTraceLimit: 5,
  keepLogs: 50,
};
const EVERY_JOB = { sizeLimit: 10_000 };

/** Carries the delay that the handler chose through BullMQ's own retry. */
class RetryLater extends Error {
  override readonly name = 'RetryLater';
  constructor(
    message: string,
    readonly delay: Duration,
  ) {
    super(message);
  }
}

export function openQueues(options: QueueOptions): Queues {
  const make = factory(options);
  const ticks = make.queue(TICKS);
  const work = new Map(options.platforms.map((platform) => [platform, make.queue(platform)]));
  const queueOf = (platform: string): Queue => {
    const queue = work.get(platform);
    if (!queue) throw new Failure('bug', `there is no queue for platform ${platform}`);
    return queue;
  };
  const addRun: Queues['addRun'] = async (platform, stream, job, delay = 0) => {
    const queue = queueOf(platform);
    const known = await queue.getJob(job.runId);
    if (known && (await isEnded(known))) await known.remove();
    await queue.add(stream, job, {
      ...RUN_OPTIONS,
      ...EVERY_JOB,
      ...(job.backfill === undefined ? {} : { priority: SLICE_PRIORITY }),
      jobId: job.runId,
      delay: Math.max(0, delay),
    });
  };
  let flows: FlowProducer | undefined;

  return {
    platforms: options.platforms,
    addRun,
    async addBackfill(platform, backfill) {
      flows ??= make.flows();
      await addFlow(
        flows,
        queueOf(platform).name,
        { parent: KEEP, child: { ...RUN_OPTIONS, ...EVERY_JOB } },
        backfill,
      );
    },
    async wakeRun(platform, stream, job) {
      if (!(await promote(queueOf(platform), job.runId))) await addRun(platform, stream, job);
    },
    async removeRun(platform, runId) {
      const job = await queueOf(platform).getJob(runId);
      // A job that a worker holds cannot be removed; its run is finished by then and the worker will see that.
      await job?.remove().catch(() => undefined);
    },
    async runState(platform, runId) {
      const job = await queueOf(platform).getJob(runId);
      if (!job) return 'missing';
      return (await isEnded(job)) ? 'ended' : 'open';
    },
    async openRuns(platform) {
      const queue = queueOf(platform);
      // In the order in which jobs move: one that moves meanwhile is seen twice rather than not at all.
      const waiting = await queue.getRanges(['delayed', 'prioritized', 'waiting'], 0, -1);
      return { waiting: new Set(waiting), held: new Set(await queue.getRanges(['active'], 0, -1)) };
    },
    isPaused: (platform) => queueOf(platform).isPaused(),
    work: (platform, workOptions) => startWorker(make, platform, workOptions),
    tick: (handle) =>
      closable(
        make.worker(
          TICKS,
          async (job) => {
            const { connectionId, stream } = tickJob.parse(job.data);
            await handle({ connectionId, stream, plannedAt: plannedAt(job) });
          },
          { concurrency: 4, maxStalledCount: 10, maxStartedAttempts: 30 },
        ),
      ),
    async schedules() {
      const found = await ticks.getJobSchedulers(0, -1);
      return found.map((one) => ({
        id: one.key,
        stream: one.name,
        cadence: one.pattern === undefined ? { every: Number(one.every) } : patternOf(one.pattern, one.tz),
        nextAt: one.next === undefined ? null : new Date(Number(one.next)),
      }));
    },
    async upsertSchedule(id, { connectionId, stream, cadence }) {
      const repeat =
        'every' in cadence ? { every: cadence.every } : { pattern: cadence.pattern, tz: cadence.zone ?? UTC };
      await ticks.upsertJobScheduler(id, repeat, {
        name: stream,
        data: { connectionId, stream },
        opts: { removeOnComplete: { count: 50 }, removeOnFail: { count: 200 } },
      });
    },
    async removeSchedule(id) {
      await ticks.removeJobScheduler(id);
    },
    counts: async (platform) => ({ ...(await queueOf(platform).getJobCounts()) }),
    boards: [...work.values(), ticks],
    async close() {
      await Promise.all([...work.values(), ticks, ...(flows ? [flows] : [])].map((one) => one.close()));
      make.close();
    },
  };
}

const patternOf = (pattern: string, zone = UTC): Cadence => (zone === UTC ? { pattern } : { pattern, zone });

const isEnded = async (job: Job): Promise<boolean> => {
  const state = await job.getState();
  return state === 'completed' || state === 'failed' || state === 'unknown';
};

/** A scheduler's job carries its planned instant at the end of its id; a job added by hand is planned now. */
function plannedAt(job: Job): Date {
  const millis = /:(\d+)$/.exec(job.id ?? '')?.[1];
  return new Date(millis === undefined ? job.timestamp : Number(millis));
}

function startWorker(make: Factory, platform: string, options: WorkOptions): Closable {
  const stopping = new AbortController();
  const worker = make.worker(
    platform,
    async (job, token, signal) => {
      const parent = backfillJob.safeParse(job.data);
      if (parent.success) {
        await options.backfillEnded?.(parent.data.backfillId);
        return null;
      }
      const data = runJob.safeParse(job.data);
      if (!data.success)
        throw new UnrecoverableError(`this job's data is not a run's: ${z.prettifyError(data.error)}`);
      // A fetch under way when the worker was told to stop still brings its job: that goes back untouched.
      if (stopping.signal.aborted) {
        await job.moveToDelayed(Date.now(), token);
        throw new DelayedError();
      }
      const move = await options.handle({
        data: data.data,
        name: job.name,
        signal,
        // For people only: a job that was lost with its Redis must not take its run along.
        progress: (progress) => job.updateProgress(progress).catch(() => undefined),
      });
      switch (move.to) {
        case 'done':
          return move.result;
        case 'later':
          if (move.why !== undefined) await showWait(job, move.why, move.at);
          await job.moveToDelayed(move.at.getTime(), token);
          /* crash point: after-acknowledge. The job waits for its time in the queue: any worker takes it then. */
          throw new DelayedError();
        case 'retry':
          throw new RetryLater(move.message, move.delay);
        case 'failed':
          throw new UnrecoverableError(move.message);
      }
    },
    {
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.lockMs,
      maxStalledCount: 1000,
      metrics: { maxDataPoints: 10_080 },
      settings: {
        backoffStrategy: (attempt: number, _type: string | undefined, error: Error | undefined) =>
          error instanceof RetryLater ? error.delay : backoff(attempt, Math.random),
      },
    },
  );
  /* crash point: after-acknowledge, once worker is completed. The job is done, and so is its run. The next job may
     already be locked for this process: it comes back as a stalled one. */
  worker.on('stalled', (id) => options.stalled?.(id));
  // BullMQ tells of a lost lock and lets the job run on: another worker has it by then.
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'its lock was lost');
  });
  return closable(worker, stopping);
}

/** Beside the progress so far, until the next attempt's own takes its place; each reason is told once in the log. */
async function showWait(job: Job, why: string, at: Date): Promise<void> {
  const before: unknown = job.progress;
  const known = typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : {};
  // For people only: a queue that is away must not fail the run.
  await job.updateProgress({ ...known, waiting: why, until: at.toISOString() }).catch(() => undefined);
  if (known['waiting'] !== why) await job.log(`until ${at.toISOString()}: ${why}`).catch(() => undefined);
}

function closable(worker: Worker, stopping = new AbortController()): Closable {
  return {
    async close(deadline) {
      stopping.abort(new Error('the worker is stopping'));
      worker.cancelAllJobs('the worker is stopping');
      // `close` never settles while Redis is unreachable: the deadline ends the wait.
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadline);
      });
      await Promise.race([worker.close(), late]);
      clearTimeout(timer);
    },
  };
}
