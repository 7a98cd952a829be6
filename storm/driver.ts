import { setTimeout as after } from 'node:timers/promises';
import type { Warehouse } from '#warehouse';
import { compareAccount, type Difference } from './compare.js';
import { planEdits, type Edit } from './edits.js';
import type { Timed } from './faults.js';
import {
  accountsOf,
  closingAll,
  LEASE_MS,
  openField,
  WEB_SHOP,
  WORKERS,
  type Closing,
  type Field,
} from './field.js';
import { tendConnections } from './operator.js';
import { planStorm, type Shape } from './plan.js';
import { settled } from './quiet.js';
import type { Sandbox } from './sandbox.js';
import type { Servers } from './servers.js';
import type { Signs } from './signs.js';
import { whatWasMet } from './sometimes.js';
import { Strikes, type Struck } from './strikes.js';
import { strayWords } from './words.js';

const SHAPES = {
  // Every platform, as few of each as still keep three workers busy; a schedule that is broken is missed within seconds.
  short: { connections: 8, orders: 16, every: '10s', unhurried: '1m', editsASecond: 4, unlimited: true },
  // Comparisons of so many find room in the budgets of shops that feel theirs.
  // Often enough that a machine of two cores can read it all as it changes: what waits in a queue meets no fault.
  long: { connections: 40, orders: 40, every: '30s', unhurried: '4m', editsASecond: 4 },
} as const satisfies Record<Shape, object>;
/** How long a quiet product may take until it has read everything, on a machine that has other work too. */
const QUIET_MS = 12 * 60_000;

export interface StormOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly shape: Shape;
  /** Instead of the seed's own. */
  readonly plan?: readonly Timed[];
  readonly servers: Servers;
  /** The folder that holds `bin/`, `dist/` and `package.json` of the product under test; this checkout by default. */
  readonly root?: string;
  /** Added to the environment of every process of the product. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of the plan before it begins. */
  readonly planned?: (plan: readonly Timed[]) => void;
  /** Where the shops and the work shall differ from those of the shape. */
  readonly field?: {
    readonly connections?: number;
    readonly orders?: number;
    readonly every?: string;
    readonly unhurried?: string;
    readonly unlimited?: boolean;
    readonly mixed?: boolean;
    readonly editsASecond?: number;
    /** The only stream whose records change, each again and again; by default every kind of record in every way. */
    readonly touched?: string;
  };
  /** Told before anything goes wrong, until the signal says that all is compared; what it answers is asked then, for further complaints. */
  readonly watch?: (field: Field, over: AbortSignal) => Promise<() => Promise<readonly string[]>>;
  /** It is over with the first complaint of who watches: nothing else is waited for or looked at. */
  readonly hasty?: boolean;
  /** How long the quiet period may last; 12 min by default. */
  readonly quietMs?: number;
  /** Told of every step and every fault. */
  readonly say: (line: string) => void;
}

export interface StormResult {
  readonly verdict: 'green' | 'red';
  readonly seed: number;
  readonly minutes: number;
  readonly shape: Shape;
  readonly connections: number;
  readonly plan: readonly Timed[];
  /** What was done, with its time: it follows the plan as fast as the machine can. */
  readonly done: readonly Struck[];
  /** Edits asked for, and those that changed something. */
  readonly edits: { readonly planned: number; readonly made: number };
  readonly differences: readonly (Difference & { readonly writtenBy: string | null })[];
  /** How often each of what a storm is for was met. */
  readonly met: Readonly<Record<string, number>>;
  readonly unmet: readonly string[];
  /** Rows compared, per table. */
  readonly compared: Readonly<Record<string, number>>;
  /** What else turns it red: a process that ended by itself, a stream that never ran clean again. */
  readonly complaints: readonly string[];
  readonly quietMs: number;
  readonly tookMs: number;
}

/** Runs one storm from the first process to the last; whatever it starts it ends. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const began = performance.now();
  const result = await closingAll((closing) => weathered(options, closing));
  return { ...result, tookMs: Math.round(performance.now() - began) };
}

type Scale = NonNullable<StormOptions['field']> &
  Required<Pick<NonNullable<StormOptions['field']>, keyof (typeof SHAPES)['long']>>;

async function weathered(options: StormOptions, closing: Closing): Promise<Omit<StormResult, 'tookMs'>> {
  const { seed, minutes, shape, say } = options;
  const scale: Scale = { mixed: true, ...SHAPES[shape], ...options.field };
  const field = await openField({ ...options, ...scale }, closing);
  const { crew, sandbox, signs, warehouse, connections } = field;
  const over = new AbortController();
  closing.push(() => over.abort());
  const watched = await options.watch?.(field, over.signal);
  const red = options.hasty && watched ? firstComplaint(watched, over.signal) : NEVER;
  const stop = AbortSignal.any([over.signal, red]);
  const plan =
    options.plan ??
    planStorm({
      seed,
      minutes,
      shape,
      workers: WORKERS,
      accounts: connections.map(({ name }) => name),
      webShops: connections.filter(({ platform }) => platform === WEB_SHOP).map(({ name }) => name),
      rotating: field.rotating,
      leaseMs: LEASE_MS,
    });
  const edits = planEdits({
    seed,
    lengthMs: minutes * 60_000,
    aSecond: scale.editsASecond,
    accounts: await accountsOf(field),
    slow: shape === 'long',
    ...(scale.touched === undefined ? {} : { touched: scale.touched }),
  });
  options.planned?.(plan);
  say(`the storm begins: ${String(plan.length)} faults, ${String(edits.length)} edits`);

  const operator = tendConnections(warehouse, field.ring, over.signal);
  const strikes = new Strikes(field);
  const startedAt = performance.now();
  const [made] = await Promise.all([
    makeEdits(sandbox, edits, startedAt, stop),
    strikes.run(plan, startedAt, stop),
  ]);

  say('quiet: every stream must run clean, and compare its ids, after the last edit');
  const quietAt = performance.now();
  await sandbox.knobs({ faults: null, clockOffsetMs: 0 });
  if (!red.aborted) await strikes.makeUpFor(plan);
  const unsettled = await settled({
    ...field,
    deadlineMs: options.quietMs ?? QUIET_MS,
    stop: red,
  });
  const complaints = red.aborted ? [] : [...unsettled, ...(await consoleAnswers(field))];
  const quietMs = Math.round(performance.now() - quietAt);
  say(`quiet after ${(quietMs / 1000).toFixed(0)} s; comparing row by row`);

  const differences: StormResult['differences'][number][] = [];
  const compared: Record<string, number> = {};
  for (const connection of red.aborted ? [] : connections) {
    const found = await compareAccount(warehouse, connection, await sandbox.rows(connection.name));
    for (const [table, n] of Object.entries(found.rows)) compared[table] = (compared[table] ?? 0) + n;
    for (const one of found.differences)
      differences.push({ ...one, writtenBy: await writerOf(warehouse, signs, one) });
  }
  if (!red.aborted) complaints.push(...(await strayWords(warehouse)));
  complaints.push(...((await watched?.()) ?? []));
  const met = await whatWasMet(warehouse, signs);
  over.abort();
  await operator.catch((error: unknown) => {
    complaints.push(
      `the operator could not do its part: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  crew.leave();
  complaints.push(...strikes.complaints, ...crew.complaints);
  const unmet = Object.keys(met).filter((name) => met[name] === 0);
  const green = differences.length === 0 && unmet.length === 0 && complaints.length === 0;
  return {
    verdict: green ? 'green' : 'red',
    seed,
    minutes,
    shape,
    connections: connections.length,
    plan,
    done: strikes.done,
    edits: { planned: edits.length, made },
    differences,
    met,
    unmet,
    compared,
    complaints,
    quietMs,
  };
}

const NEVER = new AbortController().signal;
const LOOK_MS = 1000;

/** Aborted when the watch has something to complain of. */
function firstComplaint(watched: () => Promise<readonly string[]>, over: AbortSignal): AbortSignal {
  const red = new AbortController();
  const look = async (): Promise<void> => {
    while (!over.aborted && !red.signal.aborted) {
      // Postgres may be away just now.
      const said = await watched().catch(() => []);
      if (said.length > 0) red.abort();
      else await after(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
    }
  };
  void look();
  return red.signal;
}

/** How many changed something: a record may be gone by then. */
async function makeEdits(
  sandbox: Sandbox,
  edits: readonly Edit[],
  startedAt: number,
  stop: AbortSignal,
): Promise<number> {
  let made = 0;
  for (const edit of edits) {
    const left = startedAt + edit.atMs - performance.now();
    if (left > 0) await after(left, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    if (await sandbox.edit(edit)) made += 1;
  }
  return made;
}

/** The console lived through it all and says that it is healthy. */
async function consoleAnswers({ consoleUrl }: Field): Promise<string[]> {
  const ends = performance.now() + 30_000;
  for (;;) {
    const url = consoleUrl();
    const reply = url && (await fetch(`${url}/api/system/health`).catch(() => undefined));
    const health = reply && ((await reply.json()) as { status: string });
    if (health && health.status === 'healthy') return [];
    if (performance.now() > ends)
      return [`the console does not say that it is healthy: ${JSON.stringify(health ?? 'no answer')}`];
    await after(500);
  }
}

/** `run … (incremental, attempt 2), page 3, by worker-1`, as far as it is known. */
async function writerOf(warehouse: Warehouse, signs: Signs, one: Difference): Promise<string | null> {
  if (one.run === null || one.record === null) return null;
  const [run] = await warehouse.query<{ kind: string }>('select kind from runs where id = $1', [one.run]);
  const page = signs.writtenBy(one.run, one.record);
  const told = page
    ? `, page ${String(page.page)} in attempt ${String(page.attempt)} (lease ${String(page.lease)}) by ${page.process}`
    : ', by a page nobody told of: its worker was killed before it could, or the row was marked gone';
  return `run ${one.run} (${run?.kind ?? 'unknown'})${told}`;
}
