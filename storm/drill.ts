import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { compareRows, type Difference } from './compare.js';
import { read, type Kind, type Stage } from './crash-kinds.js';
import {
  openFakeShop,
  openShopifyShop,
  platformOfStream,
  streamNamed,
  tablesOf,
  type Shop,
} from './crash-shops.js';
import type { DrillShops } from './drill-shop.js';
import { orEnds, type Lane } from './lane.js';
import type { CrashPoint } from './test-build.js';

/** What one kind costs when nothing strikes it. */
export interface Undisturbed {
  readonly calls: number;
  /** Calls of its next run. */
  readonly nextCalls: number;
  /** How often it comes by each point. */
  readonly hits: ReadonlyMap<CrashPoint, number>;
  /** The most calls between two commits: what is lost with a page, its further lists included. */
  readonly pageCalls: number;
}

export interface Drilled {
  readonly hit: boolean;
  /** How often it came by the point in all. */
  readonly hits: number;
  /** Calls beyond the undisturbed ones. */
  readonly extraCalls: number;
  readonly extraNextCalls: number;
  readonly differences: readonly Difference[];
}

/** The last points are come by after the run's end: whoever did not by now, on a machine that is busy, never does. */
const LATE_MS = 15_000;
const LOOK_MS = 50;

/** One kind, once, on an account of its own; `strike` is told when its work begins. */
async function perform(
  lane: Lane,
  shops: DrillShops,
  kind: Kind,
  strike: (stage: Stage) => Promise<void>,
): Promise<{ calls: number; nextCalls: number; hits: CrashPoint[]; differences: Difference[] }> {
  const stream = streamNamed(kind.stream);
  const platform = platformOfStream(kind.stream);
  const name = `drill-${randomBytes(4).toString('hex')}`;
  const shop: Shop =
    platform.name === 'fake'
      ? openFakeShop(shops, stream, name, kind.records, kind.replyMs)
      : await openShopifyShop(stream, kind.records);
  try {
    await lane.worker();
    const connection = await lane.connect(platform, {
      name,
      baseUrl: shop.url,
      credentials: shop.credentials,
    });
    const stage: Stage = { lane, shop, connection, stream };
    await kind.prepare?.(stage);
    lane.takeHits();
    const before = shop.calls();
    await strike(stage);
    const calls = shop.calls() - before;
    const hits = lane.takeHits();
    const differences = await differencesOf(stage);
    if (!kind.goesOn) return { calls, nextCalls: 0, hits, differences };
    await read(stage);
    return {
      calls,
      nextCalls: shop.calls() - before - calls,
      hits,
      differences: [...differences, ...(await differencesOf(stage))],
    };
  } finally {
    await shop.close();
  }
}

export async function undisturbed(lane: Lane, shops: DrillShops, kind: Kind): Promise<Undisturbed> {
  const { calls, nextCalls, hits, differences } = await perform(lane, shops, kind, async (stage) => {
    await (
      await kind.start(stage)
    )();
    await acknowledged(lane);
  });
  if (differences.length > 0)
    throw new Error(`${kind.stream} ${kind.name} is wrong undisturbed: ${JSON.stringify(differences[0])}`);
  const counted = new Map<CrashPoint, number>();
  for (const point of hits) counted.set(point, (counted.get(point) ?? 0) + 1);
  return { calls, nextCalls, hits: counted, pageCalls: mostBetweenCommits(hits) };
}

/** A run has ended before its job has: the last point is come by a moment later. */
async function acknowledged(lane: Lane): Promise<void> {
  const late = performance.now() + LATE_MS;
  const times = (point: CrashPoint): number => lane.hits().filter((hit) => hit === point).length;
  while (times('after-acknowledge') < times('before-acknowledge') && performance.now() < late)
    await wait(LOOK_MS);
}

function mostBetweenCommits(hits: readonly CrashPoint[]): number {
  let most = 0;
  let calls = 0;
  for (const point of hits) {
    if (point === 'before-fetch') most = Math.max(most, (calls += 1));
    if (point === 'after-checkpoint') calls = 0;
  }
  return most;
}

/** The same kind, struck at the n-th time that it comes by the point; another worker goes on. */
export async function struckAt(
  lane: Lane,
  shops: DrillShops,
  kind: Kind,
  point: CrashPoint,
  n: number,
  known: Undisturbed,
): Promise<Drilled> {
  let hit = false;
  const { calls, nextCalls, hits, differences } = await perform(lane, shops, kind, async (stage) => {
    const worker = await lane.worker();
    lane.arm(point, n);
    const ended = (await kind.start(stage))();
    await orEnds(worker, ended);
    const late = performance.now() + LATE_MS;
    while (lane.isArmed && worker.alive && performance.now() < late) await wait(LOOK_MS);
    if (!lane.isArmed) await orEnds(worker, wait(LATE_MS, undefined, { ref: false }));
    hit = !worker.alive && worker.process.signalCode === 'SIGKILL' && !lane.isArmed;
    lane.disarm();
    await lane.worker();
    await ended;
  });
  return {
    hit,
    hits: hits.filter((one) => one === point).length,
    extraCalls: calls - known.calls,
    extraNextCalls: nextCalls - known.nextCalls,
    differences,
  };
}

async function differencesOf({ lane, shop, connection, stream }: Stage): Promise<Difference[]> {
  const truth = shop.truth();
  const found: Difference[] = [];
  for (const table of tablesOf(stream))
    found.push(
      ...compareRows({
        connection: connection.name,
        table,
        truth: truth[table.name]!,
        held: await lane.warehouse.query(
          `select * from "${table.name}" where connection_id = $1 and deleted_at is null`,
          [connection.id],
        ),
      }),
    );
  return found;
}
