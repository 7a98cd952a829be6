import { minutes, seconds, type Json } from '#kernel';
import { until } from '../../../tests/until.js';
import { openWire, type Wire } from '../../../tests/wire.js';
import { openQueues, scheduleId, type Move, type Queues, type QueueStore, type RunJob } from '../index.js';

type Job = Parameters<Parameters<Queues['work']>[1]['handle']>[0];

/** A promise and its resolver: tests wait on what happened, never on the clock. */
function signal<T = void>(): { promise: Promise<T>; done: (value: T) => void } {
  let done!: (value: T) => void;
  const promise = new Promise<T>((resolve) => {
    done = resolve;
  });
  return { promise, done };
}

const done: Move = { to: 'done', result: null };
const job: RunJob = { runId: 'run-1', connection: 'shop' };

/** The same promises on every store: nothing above the queue knows which one it is. */
export function describeQueues(
  describeStore: jest.Describe,
  name: string,
  open: () => Promise<{ store: QueueStore; close: () => Promise<void> }>,
): void {
  describeStore(`queues on ${name}`, () => {
    let store: QueueStore;
    let queues: Queues;
    let errors: string[];
    const closing: (() => Promise<void>)[] = [];
    const opened = (from: QueueStore): Queues => {
      const made = openQueues({
        store: from,
        platforms: ['fake', 'other'],
        onError: (where, error) => errors.push(`${where}: ${error.message}`),
      });
      closing.push(() => made.close());
      return made;
    };
    const work = (handle: (job: Job) => Promise<Move>, from = queues, lockMs = seconds(30)) => {
      const worker = from.work('fake', { concurrency: 4, lockMs, handle });
      closing.push(() => worker.close(seconds(5)));
      return worker;
    };

    beforeEach(async () => {
      errors = [];
      const made = await open();
      store = made.store;
      closing.push(() => made.close());
      queues = opened(store);
    });
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    it('hold a run’s job once, however often it is added', async () => {
      for (let i = 0; i < 3; i++) await queues.addRun('fake', 'fake.things', job);
      expect(await queues.counts('fake')).toMatchObject({ waiting: 1 });
      expect(await queues.runState('fake', 'run-1')).toBe('open');
      expect(await queues.runState('fake', 'run-2')).toBe('missing');
      expect(await queues.counts('other')).toMatchObject({ waiting: 0 });
    });

    it('hand a job to a worker with its ids and the stream’s name', async () => {
      const got = signal<Pick<Job, 'data' | 'name'>>();
      work(async ({ data, name }) => {
        got.done({ data, name });
        return done;
      });
      await queues.addRun('fake', 'fake.things', job);
      expect(await got.promise).toEqual({ data: job, name: 'fake.things' });
      await until(
        () => queues.runState('fake', 'run-1'),
        (state) => state === 'ended',
      );
    });

    it('make a new job where the old one has ended', async () => {
      let handled = 0;
      work(async () => {
        handled++;
        return handled === 1 ? done : { to: 'failed', message: 'no' };
      });
      for (let n = 1; n <= 3; n++) {
        await queues.addRun('fake', 'fake.things', job);
        await until(
          () => queues.runState('fake', 'run-1'),
          (state) => state === 'ended' && handled === n,
        );
      }
      expect(handled).toBe(3);
    });

    it('take a job away that still waits', async () => {
      await queues.addRun('fake', 'fake.things', job);
      await queues.removeRun('fake', 'run-1');
      await queues.removeRun('fake', 'never-there');
      expect(await queues.runState('fake', 'run-1')).toBe('missing');
    });

    it('keep a job back until its time', async () => {
      await queues.addRun('fake', 'fake.things', job, minutes(10));
      expect(await queues.counts('fake')).toMatchObject({ delayed: 1, waiting: 0 });
      expect(await queues.runState('fake', 'run-1')).toBe('open');
    });

    it('come back later with the same job, and count no attempt', async () => {
      const moves: Move[] = Array.from({ length: 12 }, () => ({ to: 'later', at: new Date(0) }));
      const ended = signal();
      work(async () => {
        const move = moves.shift();
        if (!move) ended.done();
        return move ?? done;
      });
      await queues.addRun('fake', 'fake.things', job);
      // More than MAX_ATTEMPTS: none of them was one.
      await ended.promise;
      await until(
        () => queues.counts('fake'),
        (counts) => counts['completed'] === 1,
      );
    });

    it('show on the job what it waits for and until when, beside what it has done', async () => {
      const at = new Date(Date.now() + minutes(10));
      const shown = () => queues.boards[0]!.getJob('run-1');
      work(async ({ progress }) => {
        await progress({ pages: 3 });
        return { to: 'later', at, why: 'the budget is spent' };
      });
      await queues.addRun('fake', 'fake.things', job);
      await until(
        () => queues.counts('fake'),
        (counts) => counts['delayed'] === 1,
      );
      expect((await shown())?.progress).toEqual({
        pages: 3,
        waiting: 'the budget is spent',
        until: at.toISOString(),
      });
      const { logs } = await queues.boards[0]!.getJobLogs('run-1');
      expect(logs).toEqual([`until ${at.toISOString()}: the budget is spent`]);
    });

    it('tell in one read which runs’ jobs wait and which a worker holds', async () => {
      const taken = signal();
      const go = signal();
      const empty = { waiting: new Set(), held: new Set() };
      expect(await queues.openRuns('fake')).toEqual(empty);
      await queues.addRun('fake', 'fake.things', job);
      await queues.addRun('fake', 'fake.things', { ...job, runId: 'run-2' }, minutes(10));
      expect(await queues.openRuns('fake')).toEqual({ ...empty, waiting: new Set(['run-1', 'run-2']) });
      work(async () => {
        taken.done();
        await go.promise;
        return done;
      });
      await taken.promise;
      expect(await queues.openRuns('fake')).toEqual({
        waiting: new Set(['run-2']),
        held: new Set(['run-1']),
      });
      go.done();
      await until(
        () => queues.openRuns('fake'),
        ({ held }) => held.size === 0,
      );
      expect(await queues.openRuns('other')).toEqual(empty);
    });

    it('know when somebody stopped a whole queue', async () => {
      expect(await queues.isPaused('fake')).toBe(false);
      await queues.boards[0]!.pause();
      expect([await queues.isPaused('fake'), await queues.isPaused('other')]).toEqual([true, false]);
    });

    it('come back at the time that was said', async () => {
      work(async () => ({ to: 'later', at: new Date(Date.now() + minutes(10)) }));
      await queues.addRun('fake', 'fake.things', job);
      await until(
        () => queues.counts('fake'),
        (counts) => counts['delayed'] === 1 && counts['active'] === 0,
      );
    });

    it('retry after the delay that was said', async () => {
      const again = signal();
      let tries = 0;
      work(async () => {
        if (++tries === 2) again.done();
        return tries === 1 ? { to: 'retry', message: 'try again', delay: 1 } : done;
      });
      await queues.addRun('fake', 'fake.things', job);
      await again.promise;
    });

    it('wait out a long delay before a retry', async () => {
      work(async () => ({ to: 'retry', message: 'try again', delay: minutes(10) }));
      await queues.addRun('fake', 'fake.things', job);
      await until(
        () => queues.counts('fake'),
        (counts) => counts['delayed'] === 1 && counts['active'] === 0,
      );
    });

    it('fail at once where there is nothing to retry', async () => {
      let tries = 0;
      work(async () => {
        tries++;
        return { to: 'failed', message: 'refused' };
      });
      await queues.addRun('fake', 'fake.things', job);
      await until(
        () => queues.counts('fake'),
        (counts) => counts['failed'] === 1,
      );
      expect(tries).toBe(1);
    });

    it('refuse a job that is no run’s, without a try', async () => {
      let tries = 0;
      work(async () => {
        tries++;
        return done;
      });
      const board = queues.boards.find((queue) => queue.name === 'fake')!;
      await board.add('fake.things', { runId: 'x', connection: 'y', token: 'smuggled' });
      await until(
        () => queues.counts('fake'),
        (counts) => counts['failed'] === 1,
      );
      expect(tries).toBe(0);
    });

    it('show how far a job is', async () => {
      const shown: Record<string, Json> = { pages: 3, inserted: 7 };
      const told = signal();
      const go = signal();
      work(async ({ progress }) => {
        await progress(shown);
        told.done();
        await go.promise;
        return done;
      });
      await queues.addRun('fake', 'fake.things', job);
      await told.promise;
      const board = queues.boards.find((queue) => queue.name === 'fake')!;
      expect((await board.getJob('run-1'))?.progress).toEqual(shown);
      go.done();
    });

    it('stop a job in good order: it hears so, and what it says still counts', async () => {
      const started = signal();
      const worker = work(async ({ signal: stop }) => {
        started.done();
        await new Promise((resolve) => stop.addEventListener('abort', resolve));
        return { to: 'later', at: new Date(0) };
      });
      await queues.addRun('fake', 'fake.things', job);
      await started.promise;
      await worker.close(seconds(3));
      expect(await queues.counts('fake')).toMatchObject({ active: 0, failed: 0 });
      expect(await queues.runState('fake', 'run-1')).toBe('open');
    });

    describe('when the store is cut off', () => {
      let wire: Wire;
      let far: Queues;
      beforeEach(async () => {
        wire = await openWire(store.url);
        closing.push(() => wire.close());
        // Closed over the mended wire at the end: what hangs there would hang the test.
        far = opened({ ...store, url: wire.url });
        closing.push(async () => wire.mend());
      });

      it('give a lost worker’s job to another, and tell the lost one when it is back', async () => {
        const [began, told, taken] = [signal(), signal(), signal()];
        let holders = 0;
        work(
          async ({ signal: stop }) => {
            holders++;
            stop.addEventListener('abort', () => told.done());
            began.done();
            await told.promise;
            return done;
          },
          far,
          seconds(1),
        );
        await queues.addRun('fake', 'fake.things', job);
        await began.promise;
        wire.cut();
        const release = signal();
        work(
          async () => {
            taken.done();
            await release.promise;
            return done;
          },
          queues,
          seconds(1),
        );
        await taken.promise;
        expect(holders).toBe(1);
        wire.mend();
        await told.promise;
        release.done();
        await until(
          () => queues.runState('fake', 'run-1'),
          (state) => state === 'ended',
        );
      });

      it('close a worker and themselves by the deadline all the same', async () => {
        const [began, stuck] = [signal(), signal<Move>()];
        const worker = far.work('fake', {
          concurrency: 1,
          lockMs: seconds(30),
          handle: () => {
            began.done();
            return stuck.promise;
          },
        });
        await queues.addRun('fake', 'fake.things', job);
        await began.promise;
        wire.cut();
        await worker.close(50);
        await far.close();
        expect(await queues.counts('fake')).toMatchObject({ active: 1 });
        // What is left of the worker ends with the process; here, with its job.
        wire.mend();
        stuck.done(done);
        await worker.close(seconds(20));
      });
    });

    describe('schedules', () => {
      const target = { connectionId: 'conn_1', stream: 'fake.things', cadence: { every: minutes(15) } };
      const id = scheduleId('conn_1', 'fake.things');

      it('are made, read back, changed and removed', async () => {
        expect(await queues.schedules()).toEqual([]);
        await queues.upsertSchedule(id, target);
        expect(await queues.schedules()).toMatchObject([
          { id: 'fake.things@conn_1', stream: 'fake.things', cadence: { every: minutes(15) } },
        ]);
        await queues.upsertSchedule(id, { ...target, cadence: { pattern: '0 3 * * *' } });
        const [changed] = await queues.schedules();
        expect(changed?.cadence).toEqual({ pattern: '0 3 * * *' });
        expect(changed?.nextAt?.toISOString()).toMatch(/T03:00:00\.000Z$/);
        await queues.removeSchedule(id);
        await queues.removeSchedule(id);
        expect(await queues.schedules()).toEqual([]);
      });

      it('tick with the instant they were planned for', async () => {
        const ticked = signal<{ connectionId: string; stream: string; plannedAt: Date }>();
        const before = Date.now();
        await queues.upsertSchedule(id, target);
        const ticker = queues.tick(async (tick) => ticked.done(tick));
        closing.push(() => ticker.close(seconds(5)));
        const { plannedAt, ...rest } = await ticked.promise;
        expect(rest).toEqual({ connectionId: 'conn_1', stream: 'fake.things' });
        expect(plannedAt.getTime()).toBeLessThanOrEqual(Date.now());
        expect(plannedAt.getTime()).toBeGreaterThan(before - minutes(15) - 1);
        const [next] = await until(
          () => queues.schedules(),
          ([one]) => (one?.nextAt?.getTime() ?? 0) > Date.now(),
        );
        expect(next!.nextAt!.getTime() - plannedAt.getTime()).toBe(minutes(15));
      });
    });
  });
}
