import { days, earlier, minutes } from '#kernel';
import { setStream, trimBooks, type ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream, manyThings, thing } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { keepCalls } from './call-log.js';

describeDb('what is kept of a run for whoever looks at it', () => {
  const shop = new FakeShop();
  const platform = fakePlatform({ streams: [fakeStream('fake.things')] });
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(platform, shop);
    connection = await db.connect();
  });
  afterAll(() => db.close());

  const keeper = (perRun: number) =>
    keepCalls({ warehouse: db.engine.warehouse, logger: db.engine.logger, everyMs: minutes(10), perRun });
  const callsOf = (runId: string) =>
    db.engine.warehouse.query<{ status: number; path: string; tries: number; at: Date }>(
      'select status, path, tries, at from run_calls where run_id = $1 order by id',
      [runId],
    );

  it('is every call with its status, no query and no secret, and of many that went well the first', async () => {
    shop.things = manyThings(10);
    const calls = keeper(2);
    const run = await db.finish(await db.queue(connection), { engine: { calls } });
    const note = { runId: run.id, operation: 'things', method: 'GET', failure: null, ms: 12.6, tries: 3 };
    calls.note({ ...note, at: NOW, path: '/things/shpat_0123456789abcdef', status: 500 });
    await calls.close(1000);
    expect(run.calls).toBeGreaterThan(2);
    const kept = await callsOf(run.id);
    expect(kept.map(({ status }) => status)).toEqual([200, 200, 500]);
    expect(kept[0]).toMatchObject({ path: '/eu/fake.things', tries: 1, at: NOW });
    expect(kept[2]).toMatchObject({ path: '/things/[redacted]', tries: 3 });
  });

  it('is each attempt, with who made it and how it ended', async () => {
    const run = await db.finish(await db.queue(connection));
    const attempts = await db.engine.warehouse.query(
      'select worker, ended, said from run_attempts where run_id = $1',
      [run.id],
    );
    expect(attempts).toEqual([{ worker: 'worker 1', ended: 'succeeded', said: null }]);
  });

  it('is forgotten when its days are over, and not before', async () => {
    const { warehouse } = db.engine;
    const run = await db.queue(connection);
    const calls = keeper(10);
    const old = {
      runId: run.id,
      operation: 'things',
      method: 'GET',
      path: '/',
      status: 200,
      failure: null,
      ms: 1,
      tries: 1,
    };
    for (const age of [6, 8]) calls.note({ ...old, at: earlier(NOW, days(age)) });
    await calls.close(1000);
    expect((await trimBooks(warehouse, NOW)).calls).toBe(1);
    expect(await callsOf(run.id)).toHaveLength(1);
    await warehouse.query(`insert into retention (workspace_id, calls) values ('default', 2)`);
    expect((await trimBooks(warehouse, NOW)).calls).toBe(1);
    expect(await callsOf(run.id)).toEqual([]);
  });

  it('reads as far back as was set on the connection’s own stream', async () => {
    const { warehouse } = db.engine;
    shop.things = manyThings(10);
    await db.finish(await db.queue(connection));
    shop.requests.length = 0;
    const set = { enabled: null, everyMs: null, cron: null, zone: null, lookbackMs: minutes(1) };
    await setStream(warehouse, connection.id, 'fake.things', set);
    await db.finish(await db.queue(connection));
    expect(shop.pages[0]?.from).toBe(thing(9).updatedAt);
  });
});
