import { seconds } from '#kernel';
import { openQueues, type Queues, type QueueStore } from '#queue';
import type { Engine } from '#sync';
import {
  cancelBackfill,
  dueSlices,
  findBackfill,
  findCheckpoint,
  findRun,
  insertBackfill,
  moveBackfill,
  retryBackfill,
  type BackfillRow,
  type ConnectionRow,
} from '#warehouse';
import { reconcile } from '../apps/scheduler/reconcile.js';
import { until } from './until.js';
import { startWorker } from '../apps/worker/index.js';
import { openTestEngine, type TestEngine } from './engine.js';
import { fakePlatform, fakeStream, manyThings, thing, type Thing } from './fake-platform.js';
import { RangedShop } from './ranged-shop.js';

const platforms = [fakePlatform({ streams: [fakeStream('fake.things')] })];
const SLICES = 12;
const EACH = 10;

/** Backfills through queue, worker and reconciler, the same on every store. */
export function describeBackfill(
  describeStore: jest.Describe,
  name: string,
  open: () => Promise<{ store: (databaseUrl: string) => QueueStore; empty: () => Promise<void> }>,
): void {
  describeStore(`backfills on ${name}`, () => {
    let shop: RangedShop;
    let db: TestEngine;
    let queues: Queues;
    let engine: Engine;
    let connection: ConnectionRow;
    let empty: () => Promise<void>;
    /** Slices that read at the same moment, and the most there ever were. */
    let reading: Set<string>;
    let most: number;
    /** Kept once two slices read at the same moment. */
    let met: Promise<void>;
    let meet: () => void;
    const closing: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      shop = new RangedShop();
      shop.things = manyThings(SLICES * EACH);
      db = await openTestEngine(platforms[0]!, shop);
      closing.push(() => db.close());
      engine = { ...db.engine, now: () => new Date() };
      const opened = await open();
      ({ empty } = opened);
      queues = openQueues({ store: opened.store(db.url), platforms: ['fake'], onError: () => undefined });
      closing.push(() => queues.close());
      connection = await db.connect();
      reading = new Set();
      most = 0;
      met = new Promise((done) => (meet = done));
    });
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    const work = (more: Partial<Engine> = {}, concurrency = 4) => {
      const worker = startWorker({
        engine: { ...engine, ...more },
        queues,
        platforms,
        concurrency,
        lockMs: seconds(30),
      });
      closing.push(() => worker.close(seconds(10)));
      return worker;
    };
    /** Slices of ten minutes and ten things each, the most recent first. */
    const start = async (parallel = 3) => {
      const windows = Array.from({ length: SLICES }, (_, i) => ({
        from: new Date(thing(i * EACH + 1).updatedAt),
        to: new Date(thing((i + 1) * EACH).updatedAt),
      })).reverse();
      const { id, slices } = await insertBackfill(
        engine.warehouse,
        {
          connectionId: connection.id,
          stream: 'fake.things',
          from: windows.at(-1)!.from,
          to: windows[0]!.to,
          slice: 'day',
          parallel,
          requestedBy: 'ann',
          windows,
        },
        new Date(),
      );
      await queues.addBackfill('fake', {
        id,
        stream: 'fake.things',
        connection: connection.name,
        runIds: slices.map((slice) => slice.id),
        parallel,
      });
      return { id, slices };
    };
    const find = (id: string) => findBackfill(engine.warehouse, id, new Date());
    const ended = (id: string, so: (row: BackfillRow) => boolean = ({ state }) => state === 'succeeded') =>
      until(() => find(id), so);
    const pass = () =>
      reconcile({ warehouse: engine.warehouse, queues, logger: engine.logger }, [], new Date());
    const rows = async () =>
      (
        await engine.warehouse.query<{ id: string }>(
          'select source_id as id from test_things where connection_id = $1 order by 1',
          [connection.id],
        )
      ).map((row) => row.id);
    const ids = () => (shop.things as Thing[]).map((one) => one.id).sort();
    const live = async () => {
      const run = await db.queue(connection);
      await queues.addRun('fake', 'fake.things', { runId: run.id, connection: connection.name });
      return run;
    };
    /**
     * Counts who reads at the same moment; a slice is known by where it begins. Nobody is answered before two have asked:
     * slices that took turns would wait for ever.
     */
    const watching = (): void => {
      shop.script = async (request) => {
        const from = String(request.query?.['from']);
        reading.add(from);
        most = Math.max(most, reading.size);
        if (most > 1) meet();
        try {
          await met;
          return shop.serve(request);
        } finally {
          reading.delete(from);
        }
      };
    };

    it('end well, never more slices at once than may, and leave the live checkpoint alone', async () => {
      watching();
      const { id, slices } = await start(3);
      work();
      work({ worker: 'worker 2' });
      const done = await ended(id);
      expect(done).toMatchObject({
        succeeded: SLICES,
        records: 120,
        inserted: 240,
        same: 0,
        calls: SLICES * 3,
      });
      expect(most).toBeLessThanOrEqual(3);
      expect(await rows()).toEqual(ids());
      expect(await findCheckpoint(engine.warehouse, connection.id, 'fake.things')).toBeNull();
      // The flow's parent ends when its last child has.
      const board = queues.boards.find((queue) => queue.name === 'fake')!;
      await until(
        async () => (await board.getJob(id))?.getState(),
        (state) => state === 'completed',
      );
      for (const slice of slices) expect(await queues.runState('fake', slice.id)).toBe('ended');
    });

    it('let a live run pass: it finds a slot free and the stream its own', async () => {
      let go!: () => void;
      const gate = new Promise<void>((resolve) => (go = resolve));
      shop.script = async (request) => {
        // Slices stand still at their first page until the live run, which reads from the beginning, is through.
        if (request.query?.['from'] !== undefined) await gate;
        return shop.serve(request);
      };
      const { id } = await start(8);
      work({}, 3);
      await until(
        () => find(id),
        ({ running }) => running === 2,
      );
      const run = await live();
      await until(
        () => findRun(engine.warehouse, run.id),
        (row) => row?.state === 'succeeded',
      );
      expect(await find(id)).toMatchObject({ state: 'running', running: 2, succeeded: 0 });
      const checkpoint = await findCheckpoint(engine.warehouse, connection.id, 'fake.things');
      go();
      expect(await ended(id)).toMatchObject({ succeeded: SLICES, same: 240, inserted: 0 });
      expect(await findCheckpoint(engine.warehouse, connection.id, 'fake.things')).toEqual(checkpoint);
    });

    it('are taken up by another worker where one stops in mid-slice', async () => {
      let asked!: () => void;
      const under = new Promise<void>((resolve) => (asked = resolve));
      let stuck = true;
      shop.script = async (request, n) => {
        if (n === 5 && stuck) {
          stuck = false;
          asked();
          await new Promise(() => undefined);
        }
        return shop.serve(request);
      };
      // As the real network does: a call is given up when its signal says so.
      const sender = {
        close: () => undefined,
        send: (request: Parameters<RangedShop['send']>[0], signal: AbortSignal) =>
          Promise.race([
            shop.send(request, signal),
            new Promise<never>((_, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason as Error)),
            ),
          ]),
      };
      const { id } = await start(1);
      const first = work({ sender, worker: 'worker 1' });
      await under;
      await first.close(seconds(20));
      work({ worker: 'worker 2' });
      expect(await ended(id)).toMatchObject({ records: 120, inserted: 240 });
      expect(await rows()).toEqual(ids());
      // The page that was under way is asked for again, and no other.
      expect(shop.requests).toHaveLength(SLICES * 3 + 1);
    });

    it('lose nothing with everything the queue held', async () => {
      const { id } = await start(2);
      let emptied = false;
      shop.script = async (request, n) => {
        if (n === 8 && !emptied) {
          emptied = true;
          await empty();
        }
        return shop.serve(request);
      };
      const first = work();
      await until(
        async () => emptied,
        (so) => so,
      );
      await first.close(seconds(20));
      work({ worker: 'worker 2' });
      // The scheduler's pass, as often as it takes: a lease of the lost attempts must die first.
      const done = await until(
        async () => {
          await pass();
          return find(id);
        },
        ({ state }) => state !== 'running',
      );
      expect(done).toMatchObject({ state: 'succeeded', succeeded: SLICES, records: 120, inserted: 240 });
      expect(await rows()).toEqual(ids());
    });

    it('stand still while they are paused, and go on where they were', async () => {
      const { id } = await start(2);
      shop.script = async (_, n) => {
        if (n === 6) await moveBackfill(engine.warehouse, id, 'paused', new Date());
        return undefined as never;
      };
      work();
      await ended(id, ({ state, running }) => state === 'paused' && running === 0);
      const asked = shop.requests.length;
      await pass();
      expect(shop.requests).toHaveLength(asked);
      await moveBackfill(engine.warehouse, id, 'running', new Date());
      for (const slice of await dueSlices(engine.warehouse, id))
        await queues.wakeRun('fake', slice.stream, {
          runId: slice.id,
          connection: connection.name,
          backfill: id,
        });
      expect(await ended(id)).toMatchObject({ records: 120, inserted: 240, calls: SLICES * 3 });
    });

    it('are resumed by the scheduler alone where nobody wakes them', async () => {
      const { id } = await start(2);
      await moveBackfill(engine.warehouse, id, 'paused', new Date());
      work();
      await until(
        () => queues.counts('fake'),
        (counts) => counts['delayed'] === SLICES && counts['active'] === 0,
      );
      await moveBackfill(engine.warehouse, id, 'running', new Date());
      await pass();
      expect(await ended(id)).toMatchObject({ records: 120, inserted: 240 });
    });

    it('are cancelled in the middle, and what was committed stays', async () => {
      const { id } = await start(1);
      let cancelled!: () => void;
      const done = new Promise<void>((resolve) => (cancelled = resolve));
      shop.script = async (_, n) => {
        if (n === 5) {
          for (const run of await cancelBackfill(engine.warehouse, id, new Date()))
            await queues.removeRun('fake', run);
          cancelled();
        }
        return undefined as never;
      };
      work();
      await done;
      await until(
        () => queues.counts('fake'),
        (counts) => counts['active'] === 0 && counts['delayed'] === 0 && counts['prioritized'] === 0,
      );
      expect(await find(id)).toMatchObject({
        state: 'cancelled',
        succeeded: 1,
        cancelled: SLICES - 1,
        records: 14,
      });
      expect(shop.requests).toHaveLength(5);
      expect(await rows()).toHaveLength(14);
    });

    it('fail with the one slice that failed, and end well when that is retried alone', async () => {
      const bad = thing(41).updatedAt;
      shop.script = ({ query }) => (query?.['from'] === bad ? shop.reply(400, { error: 'no' }) : undefined);
      const { id } = await start(3);
      work();
      expect(await ended(id, ({ state }) => state !== 'running')).toMatchObject({
        state: 'failed',
        failed: 1,
        succeeded: SLICES - 1,
      });
      const calls = shop.requests.length;
      shop.script = () => undefined;
      expect(await retryBackfill(engine.warehouse, id, new Date())).toBe(1);
      await pass();
      expect(await ended(id)).toMatchObject({ failed: 0, succeeded: SLICES, records: 120 });
      expect(shop.requests.length - calls).toBe(3);
      expect(await rows()).toEqual(ids());
    });
  });
}
