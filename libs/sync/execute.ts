import { asFailure, Failure, later, milliseconds, seconds, type Json } from '#kernel';
import { backoff, MAX_ATTEMPTS, type Move } from '#queue';
import {
  claimRun,
  databaseFailure,
  endAttempt,
  LeaseLost,
  logRun,
  noteUnavailable,
  reloadConnection,
  type Cause,
  type ConnectionRow,
  type Counts,
  type Drift,
  type Ending,
  type RunKind,
  type RunRow,
  type Slice,
} from '#warehouse';
import { redactText } from '#telemetry';
import type { Platform, Stream } from './define.js';
import type { Engine } from './engine.js';
import { runCause } from './fingerprint.js';
import { orLeftBehind } from './left-behind.js';
import { withOverrides } from './overrides.js';
import { reconcileIds } from './reconcile.js';
import { replayRecords } from './replay.js';
import { isPageDepth } from './page-depth.js';
import type { RunDeps } from './attempt.js';
import { readWindow } from './run.js';
import { Snooze } from './snooze.js';
import { HeldBack, heldBack, passOn, REST, splitAtDepth } from './slices.js';
import { reasonOfUnavailable, unavailableIn, type Unavailable } from './unavailable.js';

export interface Execution {
  readonly engine: Engine;
  readonly platform: Platform;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: Record<string, Json>) => Promise<void>;
  /** Told of a backfill's slice whose turn has come. */
  readonly wake?: (slice: Slice) => Promise<void>;
}

/** How soon a run that found its stream or its lease taken asks again. */
const ASK_AGAIN = milliseconds(1000);
/** How soon a run of a paused connection looks whether it was resumed. */
const LOOK_AGAIN = seconds(10);
/** A yielded run goes behind what waits already. */
const YIELD = milliseconds(50);

/**
 * One attempt of one run: claims it, reads its window, writes on the run's row how it ended, and says what becomes
 * of the job. The row is the truth: the job only follows.
 */
export async function execute(execution: Execution): Promise<Move> {
  const { engine, runId } = execution;
  const claim = await claimRun(engine.warehouse, runId, {
    worker: engine.worker,
    leaseMs: engine.leaseMs,
    now: engine.now(),
  });
  if ('refused' in claim) {
    if (claim.refused === 'held')
      return {
        to: 'later',
        at: later(engine.now(), ASK_AGAIN),
        why: `${claim.by ?? 'another worker'} works on this run or its stream`,
      };
    if (claim.refused === 'paused')
      return {
        to: 'later',
        at: later(engine.now(), LOOK_AGAIN),
        why: `its connection is ${claim.by ?? 'paused'}`,
      };
    if (claim.refused === 'turn')
      return { to: 'later', at: later(engine.now(), REST), why: claim.by ?? 'its turn has not come' };
    return { to: 'done', result: { [claim.refused]: true } };
  }
  return attempt(execution, claim.run);
}

async function attempt(execution: Execution, run: RunRow): Promise<Move> {
  const { engine } = execution;
  const started = engine.now();
  const log = engine.logger.child({ run: run.id, stream: run.stream, connection: run.connectionId });
  if (run.pages > 0)
    log.info({ page: run.pages, attempt: run.attempt }, 'the run goes on behind its last page');
  const { ending, move } = await orLeftBehind(outcome(execution, run), execution.signal, () =>
    stopped(engine.now()),
  );
  const busyMs = engine.now().getTime() - started.getTime();
  engine.metrics.run({ stream: run.stream, state: ending.state }, busyMs);
  try {
    await endAttempt(engine.warehouse, run, { ...ending, busyMs, now: engine.now() });
  } catch (thrown) {
    if (!(thrown instanceof LeaseLost)) throw thrown;
    log.warn({}, thrown.message);
    return { to: 'done', result: { lost: true } };
  }
  const said = ending.failure ?? ending.reason ?? '';
  if (ending.state === 'failed') {
    log.error({ kind: ending.failureKind }, said);
    await logRun(engine.warehouse, run.id, 'error', said);
  } else if (ending.failure !== undefined || ending.state === 'snoozed') {
    log.warn({ kind: ending.failureKind }, said);
    await logRun(engine.warehouse, run.id, 'warn', said);
  } else {
    log.info({ state: ending.state }, `run ${ending.state}`);
    if (ending.state === 'cancelled') await logRun(engine.warehouse, run.id, 'info', said);
  }
  /* crash point: before-acknowledge. The run's row says how the attempt ended; its job does not know yet. Delivered
     again it finds that run finished or waiting, and a slice that was not woken is woken by the scheduler. */
  await passOn(engine, run, execution.wake ?? (async () => undefined));
  return move;
}

type Outcome = { ending: Omit<Ending, 'now' | 'busyMs'>; move: Move };

async function outcome(execution: Execution, run: RunRow): Promise<Outcome> {
  const { engine, platform, signal, progress } = execution;
  let calls = 0;
  try {
    const stream = streamOf(platform, run.stream);
    const connection = await connectionOf(engine, run);
    if (run.attempt > MAX_ATTEMPTS)
      throw new Failure(
        'bug',
        `${run.stream}: gave up after ${MAX_ATTEMPTS} attempts, the last of them without a word: the worker died with it`,
      );
    const deps: RunDeps = {
      engine: await withOverrides(engine, run),
      platform,
      stream,
      connection,
      run,
      signal,
      progress: (now) => progress({ ...now }),
      spent: (n) => {
        calls = n;
      },
    };
    const { ended, ...brought } = await reading(run.kind)(deps);
    if (ended === 'finished') {
      await noteUnavailable(engine.warehouse, connection.id, stream.name, null, engine.now());
      return { ending: { state: 'succeeded', calls }, move: { to: 'done', result: resultOf(brought) } };
    }
    const at = later(engine.now(), YIELD);
    const why = 'its time slice was over';
    return {
      ending: { state: 'queued', reason: why, notBefore: at, uncounted: true, calls },
      move: { to: 'later', at, why },
    };
  } catch (thrown) {
    if (thrown instanceof HeldBack) return heldBack(thrown, engine.now(), calls);
    if (thrown instanceof Snooze) return snoozed(thrown, calls);
    return deepAsSlices(execution, run, thrown, calls);
  }
}

/** Nothing failed and nothing is read: the run is looked at again later. */
const snoozed = ({ message, until, state }: Snooze, calls: number): Outcome => ({
  ending: { state, notBefore: until, reason: message, uncounted: true, calls },
  move: { to: 'later', at: until, why: message },
});

/** A slice too deep for the platform is two slices; whatever else was thrown is a failure. */
async function deepAsSlices(
  execution: Execution,
  run: RunRow,
  thrown: unknown,
  calls: number,
): Promise<Outcome> {
  const { engine, platform } = execution;
  try {
    const split = isPageDepth(thrown) && (await splitAtDepth(engine, knownStream(platform, run), run, calls));
    return split || (await failed(execution, run, thrown, calls));
  } catch (again) {
    return failed(execution, run, again, calls);
  }
}

/** The worker stops or lost the job's lock: the run goes on elsewhere from its last page. */
const stopped = (at: Date, calls = 0): Outcome => ({
  ending: { state: 'queued', reason: 'its worker stopped', uncounted: true, calls },
  move: { to: 'later', at },
});

async function failed(
  { engine, platform, signal }: Execution,
  run: RunRow,
  thrown: unknown,
  calls: number,
): Promise<Outcome> {
  if (thrown instanceof LeaseLost)
    return { ending: { state: 'queued' }, move: { to: 'done', result: { lost: true } } };
  if (signal.aborted) return stopped(engine.now(), calls);
  const unavailable = unavailableIn(thrown);
  if (unavailable) return leftOut(engine, run, unavailable, calls);
  const failure = asFailure(databaseFailure(thrown));
  const message = redactText(failure.detail ? `${failure.message} (${failure.detail})` : failure.message);
  const shared = { failureKind: failure.kind, calls };
  switch (failure.outcome) {
    case 'snooze': {
      const at = failure.retryAt ?? later(engine.now(), ASK_AGAIN);
      return {
        ending: { ...shared, state: 'snoozed', notBefore: at, reason: message, uncounted: true },
        move: { to: 'later', at, why: message },
      };
    }
    case 'retry': {
      if (run.attempt >= MAX_ATTEMPTS)
        return {
          ending: {
            ...shared,
            state: 'failed',
            failure: `${message}; gave up after ${run.attempt} attempts`,
            cause: await causeOf(engine, platform, run, failure),
          },
          move: { to: 'failed', message },
        };
      const delay = Math.max(
        backoff(run.attempt, engine.random),
        (failure.retryAt?.getTime() ?? 0) - engine.now().getTime(),
      );
      return {
        ending: {
          ...shared,
          state: 'queued',
          failure: message,
          notBefore: later(engine.now(), delay),
          reason: `attempt ${run.attempt} failed: ${message}`,
        },
        move: { to: 'retry', message, delay },
      };
    }
    case 'cancel':
      return {
        ending: {
          ...shared,
          state: 'failed',
          failure: message,
          cause: await causeOf(engine, platform, run, failure),
        },
        move: { to: 'failed', message },
      };
  }
}

/** The account does not have what the stream reads: nothing failed, and it is asked again in a week. */
async function leftOut(
  engine: Engine,
  run: RunRow,
  { message, detail }: Unavailable,
  calls: number,
): Promise<Outcome> {
  const why = redactText(detail === undefined ? message : `${message} (${detail})`);
  await noteUnavailable(engine.warehouse, run.connectionId, run.stream, why, engine.now());
  return {
    ending: { state: 'cancelled', reason: reasonOfUnavailable(why), calls },
    move: { to: 'done', result: { unavailable: why } },
  };
}

/** The failure's group. It is the same on every connection: sentences that name theirs are read without the name. */
async function causeOf(engine: Engine, platform: Platform, run: RunRow, failure: Failure): Promise<Cause> {
  const connection = await reloadConnection(engine.warehouse, run.connectionId);
  return runCause({ platform: platform.name, name: run.stream }, failure, connection?.name);
}

/** What a run of this kind does. */
const reading = (
  kind: RunKind,
): ((deps: RunDeps) => Promise<{ ended: 'finished' | 'yielded'; counts: Counts; drift?: Drift }>) =>
  kind === 'reconcile' ? reconcileIds : kind === 'replay' ? replayRecords : readWindow;

/** What the job's result says: the counts, and the drift where both sides were compared. */
const resultOf = ({ counts, drift }: { counts: Counts; drift?: Drift }): Json => ({
  ...counts,
  ...(drift ? { drift: { ...drift } } : {}),
});

const knownStream = (platform: Platform, { stream }: Pick<RunRow, 'stream'>): Stream | undefined =>
  platform.streams.find((one) => one.name === stream);

function streamOf(platform: Platform, name: string): Stream {
  const stream = knownStream(platform, { stream: name });
  if (!stream)
    throw new Failure(
      'config',
      `this version of Stratus has no stream ${name}; known: ${platform.streams.map((one) => one.name).join(', ')}`,
    );
  return stream;
}

async function connectionOf(engine: Engine, run: RunRow): Promise<ConnectionRow> {
  const connection = await reloadConnection(engine.warehouse, run.connectionId);
  if (!connection) throw new Failure('config', 'the connection was removed');
  if (connection.status !== 'active')
    throw new Failure(
      'credential',
      `connection ${connection.name} is ${connection.status}${connection.statusReason === null ? '' : `: ${connection.statusReason}`}; mend it with: npx stratus connections add ${connection.platform} --name ${connection.name}`,
    );
  return connection;
}
