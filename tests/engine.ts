import { randomBytes } from 'node:crypto';
import type { Limiter, Sender } from '#http';
import { minutes, readKeyRing, type Json } from '#kernel';
import type { Move } from '#queue';
import { execute, type Engine, type Platform } from '#sync';
import { createLogger, createMetrics } from '#telemetry';
import {
  findRun,
  insertRun,
  openWarehouse,
  saveConnection,
  type ConnectionRow,
  type NewRun,
  type RunRow,
} from '#warehouse';
import { tablesSql } from './fake-platform.js';
import { testDatabase } from './postgres.js';

export const NOW = new Date('2026-11-21T10:00:00.000Z');

/** A worker's engine on a database of its own, with a clock that stands until it is moved. */
export interface TestEngine {
  readonly engine: Engine;
  readonly url: string;
  readonly clock: { now: Date };
  /** Every line the engine logged. */
  readonly logged: string[];
  connect(more?: Partial<Parameters<typeof saveConnection>[2]>): Promise<ConnectionRow>;
  queue(connection: { id: string }, run?: Partial<NewRun>): Promise<RunRow>;
  /** One attempt. */
  attempt(run: { id: string }, more?: Partial<Attempt>): Promise<Move>;
  /** Attempts until the run is finished, the clock moved to each next one. */
  finish(run: { id: string }, more?: Partial<Attempt>): Promise<RunRow>;
  find(run: { id: string }): Promise<RunRow>;
  close(): Promise<void>;
}

interface Attempt {
  readonly platform: Platform;
  readonly engine: Partial<Engine>;
  readonly signal: AbortSignal;
  readonly progress: (counts: Record<string, Json>) => Promise<void>;
}

export const freeLimiter: Limiter = {
  acquire: async () => ({ release: async () => undefined }),
  meters: async () => [],
  close: async () => undefined,
};

export async function openTestEngine(platform: Platform, sender: Sender): Promise<TestEngine> {
  const database = await testDatabase();
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'stratus test' });
  for (const sql of tablesSql) await warehouse.query(sql);
  const ring = readKeyRing(randomBytes(32).toString('base64'));
  const clock = { now: NOW };
  const logged: string[] = [];
  const engine: Engine = {
    warehouse,
    ring,
    sender,
    limiter: freeLimiter,
    logger: createLogger({ level: 'debug', process: 'test', write: (line) => logged.push(line) }),
    metrics: createMetrics(),
    now: () => clock.now,
    random: () => 0.5,
    worker: 'worker 1',
    leaseMs: minutes(1),
    sliceMs: minutes(1),
    lookbackOf: () => undefined,
  };
  let made = 0;
  const find = async (run: { id: string }): Promise<RunRow> => (await findRun(warehouse, run.id))!;
  const attempt = (run: { id: string }, more: Partial<Attempt> = {}): Promise<Move> =>
    execute({
      engine: { ...engine, ...more.engine },
      platform: more.platform ?? platform,
      runId: run.id,
      signal: more.signal ?? new AbortController().signal,
      progress: more.progress ?? (async () => undefined),
    });
  return {
    engine,
    url: database.url,
    clock,
    logged,
    connect: (more = {}) =>
      saveConnection(warehouse, ring, {
        platform: platform.name,
        name: `connection ${++made}`,
        settings: { shop: 'demo' },
        credentials: { token: 'right' },
        ...more,
      }),
    queue: async (connection, run = {}) =>
      (await insertRun(
        warehouse,
        {
          connectionId: connection.id,
          stream: platform.streams[0]!.name,
          kind: 'incremental',
          trigger: 'manual',
          ...run,
        },
        clock.now,
      ))!,
    attempt,
    find,
    async finish(run, more) {
      for (let attempts = 0; attempts < 50; attempts++) {
        const move = await attempt(run, more);
        if (move.to === 'done' || move.to === 'failed') return find(run);
        const next = move.to === 'later' ? move.at.getTime() : clock.now.getTime() + move.delay;
        clock.now = new Date(Math.max(next, clock.now.getTime()));
      }
      throw new Error(`run ${run.id} does not end: ${JSON.stringify(await find(run))}`);
    },
    close: async () => {
      await warehouse.close();
      await database.drop();
    },
  };
}
