import { deepStrictEqual } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import type { Limiter } from '#http';
import { minutes, readKeyRing } from '#kernel';
import { execute, type Engine } from '#sync';
import { createMetrics, silentLogger } from '#telemetry';
import { findRun, insertRun, saveConnection, type RunKind, type RunRow, type Warehouse } from '#warehouse';
import { pagedPlatform, PagedSource, TABLE_SQL, type Happening, type Shape } from './paging-platform.js';

/** One made-up source, how it is read, and what happens to it meanwhile. */
interface PagingCase extends Shape {
  /** Ages of the first records, in seconds: few different ones, so that versions tie. */
  readonly initial: readonly number[];
  readonly happenings: readonly Happening[];
  /** And during the early comparison. */
  readonly meanwhile: readonly Happening[];
  /** The source's clock before or behind ours. */
  readonly skewSeconds: number;
  readonly liveRuns: number;
  /** A comparison while the source still moves, before the one that is held against it. */
  readonly early: boolean;
  /** Every run gives its worker back after each page. */
  readonly yields: boolean;
  /** A last comparison, that must find nothing. */
  readonly again: boolean;
}

const happening = (calls: number): fc.Arbitrary<Happening> =>
  fc.record({
    call: fc.integer({ min: 1, max: calls }),
    what: fc.constantFrom('insert', 'late', 'edit', 'edit', 'delete', 'delete', 'restore', 'fail', 'kill'),
    which: fc.integer({ min: 0, max: 9000 }),
  });

const pagingCase: fc.Arbitrary<PagingCase> = fc.record({
  style: fc.constantFrom('cursor', 'offset', 'unordered'),
  size: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 12 })),
  listStyle: fc.constantFrom('id', 'offset'),
  listSize: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 16 })),
  fetchMax: fc.integer({ min: 1, max: 6 }),
  initial: fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 20_000 })), {
    maxLength: 30,
  }),
  happenings: fc.array(happening(40), { maxLength: 12 }),
  meanwhile: fc.array(happening(16), { maxLength: 8 }),
  skewSeconds: fc.oneof(fc.constant(0), fc.integer({ min: -4000, max: 4000 })),
  liveRuns: fc.integer({ min: 1, max: 2 }),
  early: fc.boolean(),
  yields: fc.constantFrom(true, false, false),
  again: fc.constantFrom(true, false, false),
});

const freeLimiter: Limiter = {
  acquire: async () => ({ release: async () => undefined }),
  meters: async () => [],
  close: async () => undefined,
};

const START = new Date('2026-11-21T10:00:00.000Z');

export interface Cases {
  /** Runs so many cases of a seed, some at a time; throws what fast-check says of the smallest that fails. */
  check(options: { seed: number; cases: number; lanes: number }): Promise<void>;
}

/** Cases on one database: the real engine, each case on a connection of its own. */
export async function openCases(warehouse: Warehouse): Promise<Cases> {
  await warehouse.query(TABLE_SQL);
  const ring = readKeyRing(randomBytes(32).toString('base64'));
  const shared = {
    warehouse,
    ring,
    limiter: freeLimiter,
    logger: silentLogger,
    metrics: createMetrics(),
    random: () => 0.5,
    worker: 'paging',
    leaseMs: minutes(1),
    lookbackOf: () => undefined,
  };
  let made = 0;
  const runCase = async (one: PagingCase): Promise<void> => {
    const connection = await saveConnection(warehouse, ring, {
      platform: 'paged',
      name: `case ${++made}`,
      settings: {},
      credentials: {},
    });
    await playCase(shared, connection.id, one);
  };
  return {
    async check({ seed, cases, lanes }) {
      const property = fc.asyncProperty(pagingCase, runCase);
      const done = await Promise.all(
        Array.from({ length: lanes }, (_, lane) =>
          fc.check(property, { seed: seed + lane, numRuns: Math.ceil((cases - lane) / lanes) }),
        ),
      );
      const failed = done.find((details) => details.failed);
      if (!failed) return;
      const { errorInstance: cause } = failed;
      const why = cause instanceof Error ? cause.message : '';
      throw new Error(`${(await fc.asyncDefaultReportMessage(failed)) ?? ''}\n${why}`, { cause });
    },
  };
}

async function playCase(
  shared: Omit<Engine, 'now' | 'sender' | 'sliceMs'>,
  connectionId: string,
  one: PagingCase,
): Promise<void> {
  const clock = { now: START };
  const source = new PagedSource(clock, one.skewSeconds * 1000, one.initial);
  source.plan(one.happenings);
  const platform = pagedPlatform(one);
  const engine: Engine = {
    ...shared,
    sender: source,
    now: () => clock.now,
    sliceMs: one.yields ? 0 : minutes(10),
  };

  const run = async (kind: RunKind, acceptedBy?: string): Promise<RunRow> => {
    const { id } = (await insertRun(
      engine.warehouse,
      {
        connectionId,
        stream: 'paged.records',
        kind,
        trigger: 'manual',
        ...(acceptedBy === undefined ? {} : { acceptedBy }),
      },
      clock.now,
    ))!;
    for (let attempts = 0; attempts < 500; attempts++) {
      const dying = new AbortController();
      source.kill = () => dying.abort(new Error('killed'));
      const move = await execute({
        engine,
        platform,
        runId: id,
        signal: dying.signal,
        progress: async () => undefined,
      });
      if (move.to === 'done' || move.to === 'failed') return (await findRun(engine.warehouse, id))!;
      const next = move.to === 'later' ? move.at.getTime() : clock.now.getTime() + move.delay;
      clock.now = new Date(Math.max(next, clock.now.getTime()));
    }
    throw new Error(`the ${kind} does not end`);
  };
  const rows = () =>
    engine.warehouse.query<{ id: string; at: Date; n: number; gone: boolean }>(
      `select source_id as id, source_updated_at as at, n, deleted_at is not null as gone from paging_records
       where connection_id = $1 order by 1`,
      [connectionId],
    );
  /** Red only for a list that is short, and then on a person's word. */
  const compare = async (): Promise<RunRow> => {
    const first = await run('reconcile');
    if (first.state === 'succeeded' || !first.failure?.includes('suspiciously short')) return first;
    deepStrictEqual(first.drift?.gone ?? 0, 0, 'a doubted list marked rows gone');
    return run('reconcile', 'somebody');
  };

  for (let i = 0; i < one.liveRuns; i++) {
    clock.now = new Date(clock.now.getTime() + minutes(10));
    const live = await run('incremental');
    deepStrictEqual(live.state, 'succeeded', live.failure ?? 'the live run did not succeed');
  }
  if (one.early) {
    source.plan(one.meanwhile);
    const early = await compare();
    deepStrictEqual(early.state, 'succeeded', early.failure ?? 'the early comparison did not succeed');
    const wrong = (await rows()).filter(
      ({ id, gone }) => gone && source.records.has(id) && !source.restored.has(id),
    );
    deepStrictEqual(wrong, [], 'rows were marked gone that are there');
  }
  source.settle();
  const checkpoint = await checkpointOf(engine.warehouse, connectionId);
  const last = await compare();
  deepStrictEqual(last.state, 'succeeded', last.failure ?? 'the comparison did not succeed');
  const here = (await rows()).filter(({ gone }) => !gone).map(({ id, at, n }) => ({ id, at, n }));
  const there = [...source.records.values()]
    .map(({ id, at, n }) => ({ id, at: new Date(at), n }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  deepStrictEqual(here, there, 'the warehouse is not the source');
  deepStrictEqual(await checkpointOf(engine.warehouse, connectionId), checkpoint, 'the checkpoint moved');
  if (!one.again) return;
  source.fetches = 0;
  const again = await run('reconcile');
  deepStrictEqual(
    { state: again.state, drift: again.drift, fetches: source.fetches },
    { state: 'succeeded', drift: { missing: 0, older: 0, gone: 0, awaited: 0 }, fetches: 0 },
    'a second comparison found something',
  );
}

async function checkpointOf(warehouse: Warehouse, connectionId: string): Promise<Date | null> {
  const [row] = await warehouse.query<{ at: Date }>(
    `select cursor_at as at from checkpoints where connection_id = $1`,
    [connectionId],
  );
  return row?.at ?? null;
}
