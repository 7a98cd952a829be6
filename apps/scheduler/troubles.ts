import { hours, later, latest, minutes, type Duration } from '#kernel';
import { scheduleId, spanAt } from '#queue';
import { clockTime, type FreshnessRow, type NewAlert, type Wait, type WaitFacts } from '#warehouse';
import type { Declared } from './declared.js';

/** What the leader saw in one pass. */
export interface Sights {
  readonly waits: readonly { readonly run: WaitFacts; readonly wait: Wait | null }[];
  readonly declared: readonly Declared[];
  readonly freshness: readonly FreshnessRow[];
  /** When each connection was made: a stream cannot be late before. */
  readonly madeAt: ReadonlyMap<string, Date>;
  /** How often each run's job was made again although a worker was free. */
  readonly heals: ReadonlyMap<string, number>;
  /** When each schedule was found dead, of late. */
  readonly deaths: ReadonlyMap<string, readonly Date[]>;
}

/** Keys of the alerts that the watcher raises, and ends by itself when all is well again. */
export const WATCHED = /^(?:no-worker|queue-paused|run-stuck|stream-late|schedule-dies)\//;

/** A worker that restarts is back by then. */
const NO_WORKER = minutes(5);
const QUEUE_PAUSED = minutes(15);
/** A job made again so often, and its run still waits: nothing here heals that. */
const HEALS = 3;
const DEATHS = 3;

/** Everything that does not heal by itself, as the alerts that should be open now. */
export const troubles = (seen: Sights, now: Date): NewAlert[] => [
  ...idleQueues(seen, now),
  ...stuckRuns(seen, now),
  ...lateStreams(seen, now),
  ...dyingSchedules(seen, now),
];

function idleQueues({ waits }: Sights, now: Date): NewAlert[] {
  const found = new Map<string, NewAlert>();
  for (const { run, wait } of waits) {
    const { platform } = run;
    if (wait?.kind === 'no-worker') {
      const since = run.workerSeenAt === null ? run.dueAt : latest(run.workerSeenAt, run.dueAt);
      const key = `no-worker/${platform}`;
      // The oldest comes first.
      if (now.getTime() - since.getTime() < NO_WORKER || found.has(key)) continue;
      found.set(key, {
        key,
        severity: 'critical',
        title: `No worker takes the runs of ${platform}`,
        detail: `Runs have waited since ${clockTime(run.dueAt, now)} and ${
          run.workerSeenAt === null
            ? 'no worker was ever seen'
            : `no worker was seen since ${clockTime(run.workerSeenAt, now)}`
        }. Start one (npx stratus worker, or docker compose up -d --scale worker=2); if one runs, its log says why it shows no sign of life.`,
      });
    } else if (wait?.kind === 'paused' && run.connectionStatus === 'active') {
      const key = `queue-paused/${platform}`;
      if (now.getTime() - run.dueAt.getTime() < QUEUE_PAUSED || found.has(key)) continue;
      found.set(key, {
        key,
        severity: 'warning',
        title: `The queue ${platform} is paused`,
        detail: `Runs have waited since ${clockTime(run.dueAt, now)} because somebody paused the whole queue. Resume it with the tool that paused it; to stop one account use: npx stratus connections pause NAME.`,
      });
    }
  }
  return [...found.values()];
}

function stuckRuns({ waits, heals }: Sights, now: Date): NewAlert[] {
  return waits.flatMap(({ run, wait }) => {
    const times = heals.get(run.id) ?? 0;
    if (wait?.kind !== 'next' || times < HEALS) return [];
    return [
      {
        key: `run-stuck/${run.id}`,
        severity: 'critical',
        title: `A run of ${run.stream} waits though workers are free`,
        detail: `Run ${run.id} has waited since ${clockTime(run.dueAt, now)}; its job was made again ${HEALS} times and no worker took it. Read the workers' logs; end it with npx stratus cancel ${run.id} and start another with npx stratus run ${run.stream}.`,
        connectionId: run.connectionId,
        stream: run.stream,
      },
    ];
  });
}

/** Two spans and then one more, or an hour where that is longer: the console shows `late` well before. */
const allowed = (span: Duration): Duration => 2 * span + Math.max(span, hours(1));

function lateStreams({ waits, declared, freshness, madeAt }: Sights, now: Date): NewAlert[] {
  const rowOf = new Map(freshness.map((row) => [scheduleId(row.connectionId, row.stream), row]));
  const openOf = new Map(waits.map((one) => [scheduleId(one.run.connectionId, one.run.stream), one]));
  return declared.flatMap((due) => {
    const row = rowOf.get(due.id);
    if (due.unavailable) return [];
    const open = openOf.get(due.id);
    const since = row?.lastSuccessAt ?? madeAt.get(due.connectionId) ?? now;
    if (later(since, allowed(spanAt(due.cadence, now))) > now) return [];
    // A first read or a refresh of a big account takes hours: while pages come, it is no trouble.
    const moves = open && open.run.pages > 0 && open.run.failure === null && open.wait?.kind !== 'lease';
    if (row?.runningSince || moves) return [];
    const why =
      open?.wait?.text ?? row?.lastFailure ?? 'no run is waiting or under way: is a scheduler running?';
    return [
      {
        key: `stream-late/${due.id}`,
        severity: 'warning',
        title: `${due.stream} of ${due.connection} is late`,
        detail: `${
          row?.lastSuccessAt
            ? `Last read whole ${clockTime(row.lastSuccessAt, now)}`
            : `Never read whole since it was connected ${clockTime(since, now)}`
        }. ${why}. See npx stratus runs and npx stratus status.`,
        connectionId: due.connectionId,
        stream: due.stream,
      },
    ];
  });
}

function dyingSchedules({ declared, deaths }: Sights, now: Date): NewAlert[] {
  return declared.flatMap((due) => {
    const died = deaths.get(due.id) ?? [];
    if (died.length < DEATHS) return [];
    return [
      {
        key: `schedule-dies/${due.id}`,
        severity: 'warning',
        title: `The schedule of ${due.stream} on ${due.connection} keeps dying`,
        detail: `It was found dead and started again ${died.length} times since ${clockTime(died[0]!, now)}; runs come late by up to two cadences. Look for errors of Redis in the schedulers' and workers' logs; the same BullMQ version must run everywhere.`,
        connectionId: due.connectionId,
        stream: due.stream,
      },
    ];
  });
}
