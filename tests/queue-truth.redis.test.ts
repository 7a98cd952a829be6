import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { minutes, seconds } from '#kernel';
import { openQueues, type Closable, type Queues } from '#queue';
import type { ConnectionRow } from '#warehouse';
import { startWorker } from '../apps/worker/index.js';
import { openTestEngine, type TestEngine } from './engine.js';
import { fakePlatform, FakeShop, fakeStream, manyThings } from './fake-platform.js';
import { describeRedis, testRedisUrl } from './redis.js';
import { until } from './stratus.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const STREAMS = ['fake.a', 'fake.b', 'fake.c', 'fake.d'] as const;
const CADENCE = seconds(4);
const PREFIX = '{stratus}';
const PROCESSES = 5;
const SCHEDULERS_EACH = 4;
const TRIGGERS_EACH = 40;

/** A process of its own: so many schedulers, and so many runs asked for by hand, all at once. */
const PROGRAM = `
const [redis, postgres, name, schedulers, triggers, streams, connections] = process.argv.slice(1).map((one) => {
  try { return JSON.parse(one); } catch { return one; }
});
const { openQueues, jobOf } = await import('#queue');
const { openWarehouse, insertRun } = await import('#warehouse');
const { createLogger } = await import('#telemetry');
const { startScheduler } = await import(process.cwd() + '/dist/apps/scheduler/index.js');
const warehouse = await openWarehouse({ url: postgres, applicationName: name });
const opened = () => openQueues({
  store: { kind: 'redis', url: redis, prefix: '${PREFIX}' }, platforms: ['fake'], onError: () => undefined,
});
const queues = opened();
const platform = { name: 'fake', streams: streams.map((stream) => ({ name: stream, every: ${CADENCE} })) };
const running = Array.from({ length: schedulers }, (_, i) => {
  const own = opened();
  const scheduler = startScheduler({
    warehouse, queues: own, logger: createLogger({ level: 'silent', process: name }), platforms: [platform],
    settings: new Map(), everyMs: 100, now: () => new Date(), process: name + '/' + i,
  });
  return { close: async () => { await scheduler.close(5000); await own.close(); } };
});
process.on('message', async (what) => {
  if (what === 'trigger') {
    await Promise.all(Array.from({ length: triggers }, async (_, i) => {
      const connection = connections[i % connections.length];
      const stream = streams[Math.floor(i / connections.length) % streams.length];
      const run = await insertRun(
        warehouse, { connectionId: connection.id, stream, kind: 'incremental', trigger: 'manual' }, new Date());
      await queues.addRun('fake', stream, jobOf(run, connection.name));
    }));
    process.send('triggered');
  } else {
    await Promise.all(running.map((one) => one.close()));
    await queues.close();
    await warehouse.close();
    process.exit(0);
  }
});
process.on('disconnect', () => process.exit(0));
process.send('ready');
`;

describeRedis('twenty schedulers and two hundred runs asked for by hand', () => {
  const shop = new FakeShop();
  const platform = fakePlatform({ streams: STREAMS.map((name) => fakeStream(name)) });
  let db: TestEngine;
  let redisUrl: string;
  let connections: ConnectionRow[];
  const children: ChildProcess[] = [];
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    shop.things = manyThings(10);
    redisUrl = await testRedisUrl();
    db = await openTestEngine(platform, shop);
    connections = [await db.connect(), await db.connect(), await db.connect()];
    // Written down by Postgres itself, in the transaction that moves the run: no clock of ours, no look that misses one.
    await db.engine.warehouse.query(`
      create table intervals (
        id bigint generated always as identity primary key, run_id text not null, connection_id text not null,
        stream text not null, worker text, began timestamptz not null, ended timestamptz)`);
    await db.engine.warehouse.query(`
      create function note_interval() returns trigger language plpgsql as $$
      begin
        if old.state = 'running' then
          update intervals set ended = clock_timestamp() where run_id = old.id and ended is null;
        end if;
        if new.state = 'running' then
          insert into intervals (run_id, connection_id, stream, worker, began)
          values (new.id, new.connection_id, new.stream, new.worker, clock_timestamp());
        end if;
        return null;
      end $$`);
    await db.engine.warehouse.query(`
      create trigger note_interval after update on runs for each row
      when ((old.state = 'running' or new.state = 'running') and (old.state, old.lease) is distinct from (new.state, new.lease))
      execute function note_interval()`);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const close of closing.reverse()) await close();
    await db.close();
  });

  const start = async (n: number): Promise<ChildProcess> => {
    const settings = [
      redisUrl,
      db.url,
      `process ${n}`,
      SCHEDULERS_EACH,
      TRIGGERS_EACH,
      JSON.stringify(STREAMS),
      JSON.stringify(connections.map(({ id, name }) => ({ id, name }))),
    ].map(String);
    const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, ...settings], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    await once(child, 'message');
    return child;
  };
  const work = (n: number): Closable => {
    const queues: Queues = openQueues({
      store: { kind: 'redis', url: redisUrl, prefix: PREFIX },
      platforms: ['fake'],
      onError: () => undefined,
    });
    const worker = startWorker({
      engine: { ...db.engine, now: () => new Date(), worker: `worker ${n}` },
      queues,
      platforms: [platform],
      concurrency: 8,
      lockMs: seconds(30),
    });
    closing.push(async () => {
      await worker.close(seconds(10));
      await queues.close();
    });
    return worker;
  };
  const asked = <R>(sql: string): Promise<R[]> => db.engine.warehouse.query<R>(sql);

  it(
    'make one run of each slot, and one run of a stream at a time, whoever asks and whoever works',
    async () => {
      for (let n = 0; n < 3; n++) work(n);
      for (let n = 0; n < PROCESSES; n++) await start(n);
      const triggered = children.map((child) => once(child, 'message'));
      for (const child of children) child.send('trigger');
      await Promise.all(triggered);

      await until(
        'all runs asked for by hand have ended, and every stream has had some slots',
        async () => {
          const [count] = await asked<{ open: number; slots: number }>(
            `select (select count(*)::int from runs where trigger = 'manual' and finished_at is null) as open,
               (select min(n)::int from (select count(*) as n from runs where trigger = 'schedule' group by connection_id, stream) s) as slots`,
          );
          return count!.open === 0 && count!.slots >= 3;
        },
        minutes(3),
      );
      const leading = await asked<{ n: number; leads: number }>(
        `select count(*)::int as n, count(*) filter (where leads)::int as leads from heartbeats where part = 'scheduler'`,
      );
      const ended = children.map((child) => once(child, 'exit'));
      for (const child of children) child.send('stop');
      expect((await Promise.all(ended)).map(([code]) => code as number | null)).toEqual(
        children.map(() => 0),
      );
      for (const close of closing.splice(0).reverse()) await close();

      expect(leading).toEqual([{ n: PROCESSES * SCHEDULERS_EACH, leads: 1 }]);
      expect(
        await asked(`select state, count(*)::int as n from runs where trigger = 'manual' group by state`),
      ).toEqual([{ state: 'succeeded', n: PROCESSES * TRIGGERS_EACH }]);
      // The index would refuse a second row of a slot: so each slot of the clock has its own, and no instant beside it.
      expect(
        await asked(
          `select connection_id, stream, slot from runs where slot is not null group by 1, 2, 3 having count(*) > 1
           union all select connection_id, stream, slot from runs where extract(epoch from slot)::numeric % ${CADENCE / 1000} <> 0`,
        ),
      ).toEqual([]);
      expect(
        await asked(
          `select a.run_id, b.run_id from intervals a join intervals b on a.connection_id = b.connection_id
             and a.stream = b.stream and a.id < b.id
           where tstzrange(a.began, a.ended) && tstzrange(b.began, b.ended)`,
        ),
      ).toEqual([]);
      // That says something only where much was under way at once, by several workers.
      const [seen] = await asked<{ intervals: number; beside: number; workers: number }>(
        `select count(*)::int as intervals, count(distinct worker)::int as workers,
           (select count(*)::int from intervals a join intervals b on a.id < b.id
            where tstzrange(a.began, a.ended) && tstzrange(b.began, b.ended)) as beside
         from intervals`,
      );
      expect(seen!.intervals).toBeGreaterThanOrEqual(PROCESSES * TRIGGERS_EACH);
      expect(seen!.workers).toBe(3);
      expect(seen!.beside).toBeGreaterThan(10);
      const [things] = await asked<{ n: number }>('select count(*)::int as n from test_things');
      expect(things!.n).toBe(30);
    },
    minutes(4),
  );

  it('leave no job behind that has no run', async () => {
    const redis = new Redis(redisUrl);
    const left = await Promise.all([
      redis.lrange(`${PREFIX}:fake:wait`, 0, -1),
      redis.zrange(`${PREFIX}:fake:delayed`, 0, -1),
    ]);
    redis.disconnect();
    const open = await asked<{ id: string }>(
      `select id from runs where state in ('queued', 'snoozed', 'running')`,
    );
    const ids = new Set(open.map(({ id }) => id));
    expect(left.flat().filter((id) => !ids.has(id))).toEqual([]);
  });
});
