import { later, minutes, seconds } from '#kernel';
import { openQueues, type Queues } from '#queue';
import { beat, cancelRun, openAlerts, type ConnectionRow } from '#warehouse';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { declaredSchedules } from './declared.js';
import { reconcile } from './reconcile.js';
import { until } from '../../tests/until.js';
import { watcher, type Watcher } from './watcher.js';

const platform = fakePlatform();

describeDb('the watcher', () => {
  let db: TestEngine;
  let queues: Queues;
  let connection: ConnectionRow;
  let watch: Watcher;
  /** The runs' own clock: far from the machine's, where only the queue looks. */
  let now: Date;
  beforeAll(async () => {
    db = await openTestEngine(platform, new FakeShop());
    queues = openQueues({
      store: { kind: 'postgres', url: db.url },
      platforms: ['fake'],
      onError: () => undefined,
    });
  });
  afterAll(async () => {
    await queues.close();
    await db.close();
  });
  beforeEach(async () => {
    const { warehouse } = db.engine;
    for (const table of ['connections', 'heartbeats', 'alerts'])
      await warehouse.query(`delete from ${table}`);
    for (const id of [...(await queues.openRuns('fake')).waiting]) await queues.removeRun('fake', id);
    connection = await db.connect();
    now = db.clock.now;
    await warehouse.query('update connections set created_at = $1', [now]);
    watch = watcher(doors());
    db.logged.length = 0;
  });

  const doors = () => ({ warehouse: db.engine.warehouse, queues, logger: db.engine.logger });
  const declared = () => declaredSchedules([connection], [platform], new Map(), []);
  const pass = (want = [] as ReturnType<typeof declared>, dead: string[] = []) => watch.pass(want, dead, now);
  const wait = (ms: number): void => {
    now = later(now, ms);
  };
  const worker = (slots = 1) =>
    beat(
      db.engine.warehouse,
      { process: 'host-1', part: 'worker', platforms: ['fake'], slots, leads: false, meters: null },
      now,
    );
  const enqueue = async () => {
    const run = await db.queue(connection);
    await queues.addRun('fake', run.stream, { runId: run.id, connection: connection.name });
    return run;
  };
  const alerts = async () => (await openAlerts(db.engine.warehouse)).map(({ key }) => key);
  const logs = (run: { id: string }) =>
    db.engine.warehouse.query<{ message: string }>('select message from run_logs where run_id = $1', [
      run.id,
    ]);
  const quiet = { orphans: 0, healed: 0, raised: 0, resolved: 0 };

  it('finds nothing to do where all is well', async () => {
    await worker();
    await enqueue();
    expect(await pass(declared())).toEqual(quiet);
  });

  it('removes a job whose run has ended or is gone, the second time it sees it', async () => {
    const ended = await enqueue();
    const kept = await enqueue();
    await cancelRun(db.engine.warehouse, ended.id, 'by hand', now);
    await queues.addRun('fake', 'fake.things', { runId: 'never-was', connection: 'shop' });
    expect(await pass()).toMatchObject({ orphans: 0 });
    expect(await pass()).toMatchObject({ orphans: 2 });
    expect((await queues.openRuns('fake')).waiting).toEqual(new Set([kept.id]));
    expect(await pass()).toMatchObject({ orphans: 0 });
  });

  it('makes the job again of a run that waits though a worker is free, and calls a person when that does not help', async () => {
    const run = await enqueue();
    // A job that is late by itself: nobody will take it for an hour.
    await queues.removeRun('fake', run.id);
    await queues.addRun('fake', run.stream, { runId: run.id, connection: connection.name }, minutes(60));
    const turn = async () => {
      wait(minutes(2));
      await worker();
      return pass();
    };
    wait(minutes(1));
    await worker();
    expect(await pass()).toMatchObject({ healed: 0 });
    expect(await turn()).toMatchObject({ healed: 1, raised: 0 });
    expect(await queues.counts('fake')).toMatchObject({ delayed: 0, waiting: 1 });
    expect(await pass()).toMatchObject({ healed: 0 });
    expect(await turn()).toMatchObject({ healed: 1, raised: 0 });
    expect(await turn()).toMatchObject({ healed: 1, raised: 1 });
    expect(await alerts()).toEqual([`run-stuck/${run.id}`]);
    expect(await logs(run)).toHaveLength(3);
    await cancelRun(db.engine.warehouse, run.id, 'by hand', now);
    expect(await pass()).toMatchObject({ healed: 0, resolved: 1 });
    expect(await alerts()).toEqual([]);
  });

  it('leaves a run alone that has its reason to wait', async () => {
    await enqueue();
    await enqueue();
    wait(minutes(10));
    await worker(0);
    expect(await pass()).toMatchObject({ healed: 0 });
    const until = later(now, minutes(5));
    await db.engine.warehouse.query('update runs set not_before = $1', [until]);
    await worker(8);
    expect(await pass()).toMatchObject({ healed: 0 });
  });

  it('calls a person when nobody works on the queue, renews the call now and then, and ends it', async () => {
    await enqueue();
    await worker();
    wait(minutes(5));
    expect(await pass()).toEqual({ ...quiet, raised: 1 });
    expect(await alerts()).toEqual(['no-worker/fake']);
    wait(seconds(30));
    expect(await pass()).toEqual(quiet);
    const [alert] = await openAlerts(db.engine.warehouse);
    expect(alert).toMatchObject({ severity: 'critical', times: 1 });
    wait(minutes(6));
    await pass();
    expect(await openAlerts(db.engine.warehouse)).toMatchObject([{ id: alert!.id, times: 2, lastAt: now }]);
    await worker();
    expect(await pass()).toEqual({ ...quiet, healed: 1, resolved: 1 });
    expect(db.logged.join()).toContain('over: No worker takes the runs of fake');
  });

  it('leaves alerts alone that others raised', async () => {
    await db.engine.warehouse.query(
      `insert into alerts (workspace_id, key, severity, title, detail, first_at, last_at)
       values ('default', 'reconnect/conn_1', 'critical', 't', 'd', $1, $1)`,
      [now],
    );
    expect(await pass()).toEqual(quiet);
    expect(await alerts()).toEqual(['reconnect/conn_1']);
  });

  it('calls a person about a stream that is late and a schedule that keeps dying', async () => {
    const [due] = declared();
    wait(minutes(100));
    expect(await pass(declared(), [due!.id])).toMatchObject({ raised: 1 });
    expect(await alerts()).toEqual([`stream-late/${due!.id}`]);
    expect(await pass(declared(), [due!.id])).toMatchObject({ raised: 0 });
    expect(await pass(declared(), [due!.id])).toMatchObject({ raised: 1 });
    expect((await alerts()).sort()).toEqual([`schedule-dies/${due!.id}`, `stream-late/${due!.id}`]);
    wait(minutes(25 * 60));
    await db.engine.warehouse.query('update connections set created_at = $1', [now]);
    expect(await pass(declared())).toMatchObject({ resolved: 2 });
  });

  it('says so when the whole queue was paused', async () => {
    await enqueue();
    await worker();
    await queues.boards[0]!.pause();
    wait(minutes(16));
    await worker();
    expect(await pass()).toMatchObject({ healed: 0, raised: 1 });
    expect(await alerts()).toEqual(['queue-paused/fake']);
    await queues.boards[0]!.resume();
    expect(await pass()).toMatchObject({ resolved: 1 });
  });

  it('and the reconciler make hundreds of lost jobs again with one read of the queue', async () => {
    await db.engine.warehouse.query(
      `insert into runs (id, connection_id, stream, kind, trigger, queued_at)
       select 'lost-' || n, $1, 'fake.things', 'incremental', 'manual', $2 from generate_series(1, 200) n`,
      [connection.id, now],
    );
    let asked = 0;
    const counted: Queues = {
      ...queues,
      openRuns: (name) => {
        asked += 1;
        return queues.openRuns(name);
      },
    };
    expect(await reconcile({ ...doors(), queues: counted }, [], now)).toMatchObject({ readded: 200 });
    expect((await queues.openRuns('fake')).waiting.size).toBe(200);
    expect(await reconcile({ ...doors(), queues: counted }, [], now)).toMatchObject({ readded: 0 });
    expect(asked).toBe(2);
    await queues.boards[0]!.drain(true);
    await until(
      () => queues.openRuns('fake'),
      ({ waiting }) => waiting.size === 0,
    );
  });
});
