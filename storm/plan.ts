import { Random } from '#shop';
import type { Fault, PlatformTrouble, Timed, Victim } from './faults.js';
import { DIRECTIONS, TARGETS, type Direction, type Target, type Weather } from './weather.js';

/*
 * A plan is drawn from its seed alone: the same seed, minutes and shape give the same faults at the same times. Each kind
 * has its number; each of that number falls at random into a slice of the time of its own, so that kinds overlap as they
 * like and none comes in one heap.
 */

/** How much goes wrong, and how large the shops are. */
export type Shape = 'short' | 'long';

/** How often a minute. The long ones make, in ten minutes, more than the storm is held to. */
const A_MINUTE = {
  short: {
    killWorker: 10,
    killScheduler: 2,
    killRedis: 4,
    killPostgres: 4,
    flush: 1,
    freezeWorker: 2,
    freezeScheduler: 0,
    breakSchedule: 2,
    network: 4,
    replies: 4,
    expire: 3,
    once: 1,
    corrupt: 2,
    skew: 1,
  },
  long: {
    killWorker: 6.4,
    killScheduler: 1.1,
    killRedis: 1.6,
    killPostgres: 1.6,
    flush: 0.6,
    freezeWorker: 0.8,
    freezeScheduler: 0.2,
    breakSchedule: 0.8,
    network: 3,
    replies: 2,
    expire: 1.5,
    once: 0.3,
    corrupt: 0.8,
    skew: 0.5,
  },
} as const satisfies Record<Shape, Record<string, number>>;

/** Where in the time of a storm a kind falls, from 0 to 1; anywhere by default. */
const WITHIN: Readonly<
  Record<Shape, Readonly<Partial<Record<string, readonly [from: number, to: number]>>>>
> = {
  // A broken schedule is mended by a FLUSHALL too: the last ones come after the last of those. Nothing shall hold up the
  // quiet period: neither what lasts long, nor a call into a blackhole, which is given up after half a minute.
  short: {
    flush: [0, 0.4],
    breakSchedule: [0.42, 0.55],
    corrupt: [0, 0.45],
    once: [0, 0.5],
    network: [0, 0.5],
    freezeWorker: [0, 0.75],
    skew: [0, 0.7],
  },
  long: { flush: [0, 0.85], breakSchedule: [0.15, 1] },
};

type What = keyof (typeof A_MINUTE)['long'];

export interface PlanOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly shape: Shape;
  readonly workers: number;
  /** The accounts a platform's trouble may fall on. */
  readonly accounts: readonly string[];
  /** Those of them that are the web shop's, whose records can be broken. */
  readonly webShops: readonly string[];
  /** Those of them whose refresh tokens change with every use. */
  readonly rotating: readonly string[];
  /** A run whose worker is silent for so long is another's: what is frozen stays so for longer. */
  readonly leaseMs: number;
}

/** Every fault of a storm, in the order of its time. */
export function planStorm(options: PlanOptions): Timed[] {
  const { seed, minutes, shape } = options;
  const lengthMs = minutes * 60_000;
  const all = Object.entries(A_MINUTE[shape]).flatMap(([what, aMinute]) => {
    // Each kind draws from a source of its own: another number of one changes nothing of the others.
    const random = new Random(`storm/${String(seed)}/${what}`);
    const n = Math.round(aMinute * minutes);
    const draw = drawOf(what as What, options, random);
    const [from, to] = WITHIN[shape][what] ?? [0, 1];
    return Array.from({ length: n }, (_, i): Timed => {
      const atMs = Math.round((from + ((i + random.next()) / n) * (to - from)) * lengthMs);
      return { atMs, fault: draw(i) };
    });
  });
  return all.sort((a, b) => a.atMs - b.atMs);
}

/** How many of each kind a plan holds, workers and scheduler apart. */
export function countFaults(faults: readonly Fault[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const fault of faults) {
    const victim =
      'victim' in fault && fault.kind !== 'network' ? ` ${fault.victim.replace(/-\d+$/, '')}` : '';
    const name = `${fault.kind}${victim}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function drawOf(what: What, options: PlanOptions, random: Random): (i: number) => Fault {
  const { workers, accounts, webShops, rotating, leaseMs } = options;
  const account = (): string => random.pick(accounts);
  const platform = (trouble: PlatformTrouble, low: number, high: number): Fault => ({
    kind: 'platform',
    trouble,
    forMs: random.int(low, high),
  });
  // Each in turn from a first one that is drawn: every worker has its share.
  const first = random.int(0, workers - 1);
  const worker = (i: number): Victim => `worker-${((first + i) % workers) + 1}`;
  switch (what) {
    case 'killWorker':
      return (i) => ({ kind: 'kill', victim: worker(i), forMs: random.int(50, 1500) });
    case 'killScheduler':
      return () => ({ kind: 'kill', victim: 'scheduler', forMs: random.int(50, 2500) });
    case 'killRedis':
      return () => ({ kind: 'kill-redis', forMs: random.int(50, 2500) });
    case 'killPostgres':
      return () => ({ kind: 'kill-postgres', forMs: random.int(50, 2500) });
    case 'flush':
      return () => ({ kind: 'flush' });
    case 'freezeWorker':
      return (i) => ({ kind: 'freeze', victim: worker(i), forMs: leaseMs + random.int(2000, 5000) });
    case 'freezeScheduler':
      return () => ({ kind: 'freeze', victim: 'scheduler', forMs: random.int(2000, 8000) });
    case 'breakSchedule':
      return () => ({ kind: 'break-schedule', pick: random.next() });
    case 'network':
      return () => network(random, workers);
    case 'replies':
      return (i) => platform(replies(random, i), 2000, 6000);
    case 'expire':
      return () => platform({ kind: 'expire', account: account() }, 0, 0);
    case 'once':
      return () => platform({ kind: 'once', account: random.pick(rotating) }, 20_000, 28_000);
    case 'corrupt':
      return (i) =>
        platform(
          {
            kind: 'corrupt',
            account: random.pick(webShops),
            stream: (['orders', 'customers', 'products'] as const)[i % 3]!,
          },
          22_000,
          28_000,
        );
    case 'skew':
      return () => platform({ kind: 'skew', offsetMs: random.int(-10, 10) * 1000 }, 5000, 15_000);
  }
}

function network(random: Random, workers: number): Fault {
  const target: Target = random.pick(TARGETS);
  const direction: Direction = random.pick(DIRECTIONS);
  const victim: Victim | null =
    target === 'platform' || random.chance(0.25)
      ? null
      : random.chance(0.2)
        ? 'scheduler'
        : `worker-${random.int(1, workers)}`;
  return {
    kind: 'network',
    victim,
    target,
    direction,
    weather: weather(random),
    forMs: random.int(1000, 6000),
  };
}

const WEATHERS: readonly ((random: Random) => Weather)[] = [
  (random) => ({ kind: 'latency', ms: random.int(20, 300), jitterMs: random.int(0, 200) }),
  () => ({ kind: 'reset' }),
  () => ({ kind: 'blackhole' }),
  () => ({ kind: 'half-close' }),
  () => ({ kind: 'sliced' }),
  (random) => ({ kind: 'slow', bytesPerSecond: random.int(2000, 40_000) }),
  (random) => ({ kind: 'cut', afterBytes: random.int(100, 20_000) }),
];

const weather = (random: Random): Weather => random.pick(WEATHERS)(random);

type Struck = Extract<PlatformTrouble, { kind: 'replies' }>['faults'][number];

/** In turn, so that a storm of any length has seen the commonest. */
const REPLIES: readonly ((random: Random) => Struck)[] = [
  (random) => ({ kind: 'status', status: 429, retryAfter: random.int(1, 3), probability: 0.3 }),
  () => ({ kind: 'status', status: 500, probability: 0.3 }),
  () => ({ kind: 'truncated-gzip', probability: 0.3 }),
  () => ({ kind: 'status', status: 429, probability: 0.3 }),
  () => ({ kind: 'html', probability: 0.3 }),
  () => ({ kind: 'truncated', probability: 0.3 }),
  () => ({ kind: 'timeout', probability: 0.05 }),
  () => ({ kind: 'reset', probability: 0.3 }),
  () => ({ kind: 'stall', probability: 0.05 }),
  () => ({ kind: 'expire', probability: 0.1 }),
];

const replies = (random: Random, i: number): PlatformTrouble => ({
  kind: 'replies',
  faults: [REPLIES[i % REPLIES.length]!(random)],
});
