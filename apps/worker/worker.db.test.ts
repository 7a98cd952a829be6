import { minutes, seconds } from '#kernel';
import { openQueues, type Queues } from '#queue';
import type { Engine } from '#sync';
import { explainWait, heartbeats, waitFacts, type ConnectionRow, type RunRow } from '#warehouse';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream, manyThings, type Thing } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { startScheduler } from '../scheduler/index.js';
import { until } from '../../tests/until.js';
import { startHeartbeat } from './heartbeat.js';
import { startWorker } from './index.js';

const platforms = [fakePlatform({ streams: [fakeStream('fake.things')] })];

describeDb('scheduler and worker', () => {
  let shop: FakeShop;
  let db: TestEngine;
  let queues: Queues;
  let engine: Engine;
  let connection: ConnectionRow;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    shop = new FakeShop();
    shop.things = manyThings(10);
    db = await openTestEngine(platforms[0]!, shop);
    closing.push(() => db.close());
    engine = { ...db.engine, now: () => new Date() };
    queues = openQueues({
      store: { kind: 'postgres', url: db.url },
      platforms: ['fake'],
      onError: () => undefined,
    });
    closing.push(() => queues.close());
    connection = await db.connect();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const work = (more: Partial<Engine> = {}) => {
    const worker = startWorker({
      engine: { ...engine, ...more },
      queues,
      platforms,
      concurrency: 2,
      lockMs: seconds(30),
    });
    closing.push(() => worker.close(seconds(10)));
    return worker;
  };
  const schedule = () => {
    const scheduler = startScheduler({
      warehouse: engine.warehouse,
      queues,
      logger: engine.logger,
      platforms,
      settings: new Map(),
      everyMs: minutes(5),
      now: () => new Date(),
      process: 'scheduler',
    });
    closing.push(() => scheduler.close(seconds(10)));
  };
  const runs = () =>
    engine.warehouse.query<Pick<RunRow, 'id' | 'state' | 'records' | 'inserted' | 'attempt' | 'slot'>>(
      'select id, state, records, inserted, attempt, slot from runs order by queued_at',
    );
  const ended = (so: (rows: { state: string }[]) => boolean) => until(runs, so);
  const rows = async () =>
    (
      await engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 order by 1',
        [connection.id],
      )
    ).map((row) => row.id);
  const ids = () => (shop.things as Thing[]).map((one) => one.id);

  it('bring a new connection’s records home by themselves', async () => {
    work();
    schedule();
    const done = await ended(([run]) => run?.state === 'succeeded');
    expect(done).toMatchObject([{ records: 10, inserted: 20, attempt: 1 }]);
    expect(done[0]?.slot).not.toBeNull();
    expect(await rows()).toEqual(ids());
    await until(
      () => queues.runState('fake', done[0]!.id),
      (state) => state === 'ended',
    );
  });

  it('are two of each and still make and read one run of a slot', async () => {
    for (let i = 0; i < 2; i++) {
      work({ worker: `worker ${i}` });
      schedule();
    }
    await ended(([run]) => run?.state === 'succeeded');
    expect(await runs()).toHaveLength(1);
    expect(shop.requests).toHaveLength(3);
  });

  it('read a big account in slices, each its own turn of the queue', async () => {
    const run = await db.queue(connection);
    work({ sliceMs: 0 });
    await queues.addRun('fake', 'fake.things', { runId: run.id, connection: connection.name });
    await ended(([one]) => one?.state === 'succeeded');
    expect(await runs()).toMatchObject([{ records: 10, inserted: 20, attempt: 1 }]);
    expect(shop.requests).toHaveLength(3);
  });

  it('come back to a run that the platform throttled', async () => {
    shop.script = (_, n) => (n === 2 ? shop.reply(429, null, { 'retry-after': '0' }) : undefined);
    const run = await db.queue(connection);
    work();
    await queues.addRun('fake', 'fake.things', { runId: run.id, connection: connection.name });
    await ended(([one]) => one?.state === 'succeeded');
    expect(await runs()).toMatchObject([{ records: 10, inserted: 20, attempt: 1 }]);
  });

  it('show that they live, and on the job and in the row why a run waits', async () => {
    shop.script = () => shop.reply(429, null, { 'retry-after': '600' });
    const run = await db.queue(connection);
    await queues.addRun('fake', 'fake.things', { runId: run.id, connection: connection.name });
    const why = async () => {
      const [facts] = await waitFacts(engine.warehouse, new Date(), [run.id]);
      return facts ? (explainWait(facts, new Date())?.text ?? '') : '';
    };
    expect(await why()).toContain('no worker takes the queue fake (none was ever seen)');

    const worker = work();
    expect(await until(why, (text) => text.startsWith('quota until'))).toContain(
      '429: the platform asks for fewer calls',
    );
    expect(await heartbeats(engine.warehouse)).toMatchObject([
      { process: 'worker 1', part: 'worker', platforms: ['fake'], slots: 2, stoppedAt: null },
    ]);
    const job = await until(
      () => queues.boards[0]!.getJob(run.id),
      (one) => typeof one?.progress === 'object',
    );
    expect(job?.progress).toMatchObject({
      waiting: expect.stringContaining('429: the platform asks for fewer calls'),
    });

    await worker.close(seconds(10));
    expect(await heartbeats(engine.warehouse)).toMatchObject([{ stoppedAt: expect.any(Date) }]);
  });

  it('leave no worker hanging that cannot say goodbye', async () => {
    const gone = { ...engine.warehouse, query: () => new Promise<never>(() => undefined) };
    const beating = startHeartbeat({
      ...engine,
      warehouse: gone,
      process: 'worker 1',
      part: 'worker',
      platforms: [],
      slots: 1,
    });
    await beating.close(1);
  });

  it('fail a run for good, in the row and in the queue', async () => {
    shop.script = () => shop.reply(400, { error: 'no' });
    const run = await db.queue(connection);
    work();
    await queues.addRun('fake', 'fake.things', { runId: run.id, connection: connection.name });
    await ended(([one]) => one?.state === 'failed');
    await until(
      () => queues.counts('fake'),
      (counts) => counts['failed'] === 1,
    );
  });

  it('stop in the middle of a page, and another worker goes on without loss or doubling', async () => {
    const run = await db.queue(connection);
    let asked!: () => void;
    const under = new Promise<void>((resolve) => (asked = resolve));
    let stuck = true;
    shop.script = async (request, n) => {
      if (n === 2 && stuck) {
        stuck = false;
        asked();
        await new Promise(() => undefined);
      }
      return shop.serve(request);
    };
    // As the real network does: a call is given up when its signal says so.
    const sender = {
      ...engine.sender,
      close: () => undefined,
      send: (request: Parameters<FakeShop['send']>[0], signal: AbortSignal) =>
        Promise.race([
          shop.send(request, signal),
          new Promise<never>((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          ),
        ]),
    };
    const first = work({ sender, worker: 'worker 1' });
    await queues.addRun('fake', 'fake.things', { runId: run.id, connection: connection.name });
    await under;
    await first.close(seconds(20));
    expect(await runs()).toMatchObject([{ state: 'queued', records: 4, attempt: 0 }]);
    work({ worker: 'worker 2' });
    await ended(([one]) => one?.state === 'succeeded');
    expect(await runs()).toMatchObject([{ records: 10, inserted: 20, attempt: 1 }]);
    expect(shop.requests).toHaveLength(4);
  });
});
