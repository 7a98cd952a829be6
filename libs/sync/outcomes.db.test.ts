import { Failure, later, minutes, seconds } from '#kernel';
import { MAX_ATTEMPTS } from '#queue';
import { reloadConnection, setPaused, type ConnectionRow, type Warehouse } from '#warehouse';
import { freeLimiter, NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, manyThings, thing } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';

/** Loses the connection at the first transaction, which is the page's; the end of the attempt is written again. */
function lostOnce({ transaction }: Warehouse, lost: Error): Warehouse['transaction'] {
  let n = 0;
  return (work) => (n++ === 0 ? Promise.reject(lost) : transaction(work));
}

describeDb('an attempt', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform(), shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.things = manyThings(10);
    shop.requests.length = 0;
    shop.script = () => undefined;
    db.clock.now = NOW;
  });

  const logsOf = (run: { id: string }) =>
    db.engine.warehouse.query('select level, message from run_logs where run_id = $1 order by id', [run.id]);

  describe('that the platform throttles', () => {
    it('is a snooze until it may come back, and counts as none', async () => {
      const run = await db.queue(connection);
      shop.script = (_, n) => (n === 2 ? shop.reply(429, 'slow', { 'retry-after': '90' }) : undefined);
      expect(await db.attempt(run)).toMatchObject({ to: 'later', at: later(NOW, seconds(90)) });
      expect(await db.find(run)).toMatchObject({
        state: 'snoozed',
        attempt: 0,
        notBefore: later(NOW, seconds(90)),
        pages: 1,
        calls: 2,
        failureKind: 'throttled',
      });
      expect(await logsOf(run)).toMatchObject([{ level: 'warn' }]);
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded', attempt: 1, pages: 3, records: 10 });
    });

    it('for ever never fails', async () => {
      const run = await db.queue(connection);
      shop.script = () => shop.reply(429);
      for (let i = 0; i < 3 * MAX_ATTEMPTS; i++) expect((await db.attempt(run)).to).toBe('later');
      expect(await db.find(run)).toMatchObject({ state: 'snoozed', attempt: 0 });
    });

    it('is a snooze as well where our own budget says so', async () => {
      const run = await db.queue(connection);
      const limiter = {
        ...freeLimiter,
        acquire: () =>
          Promise.reject(
            new Failure('throttled', 'the day’s quota is spent', { retryAt: later(NOW, minutes(600)) }),
          ),
      };
      expect(await db.attempt(run, { engine: { limiter } })).toEqual({
        to: 'later',
        at: later(NOW, minutes(600)),
        why: expect.stringContaining('the day’s quota is spent') as string,
      });
      expect(shop.requests).toEqual([]);
    });
  });

  describe('that fails in passing', () => {
    it('is retried with backoff', async () => {
      const run = await db.queue(connection);
      shop.script = () => shop.reply(500, { error: 'oops' });
      const move = await db.attempt(run);
      // 2 s, half of it drawn: 0.5 of the half.
      expect(move).toMatchObject({
        to: 'retry',
        delay: 1500,
        message: expect.stringContaining('500') as string,
      });
      expect(await db.find(run)).toMatchObject({
        state: 'queued',
        attempt: 1,
        notBefore: later(NOW, 1500),
        failureKind: 'transient',
        reason: expect.stringContaining('attempt 1 failed') as string,
        calls: 1,
      });
      shop.script = () => undefined;
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded', attempt: 2, failure: null });
    });

    it('waits as long as the platform asks where that is longer', async () => {
      const run = await db.queue(connection);
      shop.script = () => shop.reply(503, null, { 'retry-after': '60' });
      expect(await db.attempt(run)).toMatchObject({ to: 'retry', delay: seconds(60) });
    });

    it(`fails for good after ${MAX_ATTEMPTS} attempts, and a person’s retry goes on from its place`, async () => {
      const run = await db.queue(connection);
      shop.script = (_, n) => (n === 1 ? undefined : shop.reply(500));
      const failed = await db.finish(run);
      expect(failed).toMatchObject({
        state: 'failed',
        attempt: MAX_ATTEMPTS,
        pages: 1,
        calls: 1 + MAX_ATTEMPTS,
        failure: expect.stringContaining(`gave up after ${MAX_ATTEMPTS} attempts`) as string,
      });
      expect((await logsOf(run)).at(-1)).toMatchObject({ level: 'error' });
      expect(await db.attempt(run)).toEqual({ to: 'done', result: { finished: true } });
    });

    it('dies a last time when the worker died with every attempt before', async () => {
      const run = await db.queue(connection);
      await db.engine.warehouse.query('update runs set attempt = $2 where id = $1', [run.id, MAX_ATTEMPTS]);
      expect(await db.attempt(run)).toMatchObject({ to: 'failed' });
      expect(await db.find(run)).toMatchObject({
        state: 'failed',
        failure: expect.stringContaining('the worker died with it') as string,
      });
    });
  });

  it.each([
    [400, 'refused'],
    [404, 'refused'],
    [422, 'refused'],
  ] as const)('that is answered %i fails at once as %s', async (status, kind) => {
    const run = await db.queue(connection);
    shop.script = () => shop.reply(status, { error: 'no' });
    expect(await db.attempt(run)).toMatchObject({ to: 'failed' });
    expect(await db.find(run)).toMatchObject({ state: 'failed', failureKind: kind, attempt: 1 });
  });

  it('that finds another body than expected is a bug that names the stream', async () => {
    const run = await db.queue(connection);
    shop.script = () => shop.reply(200, { other: [] });
    await db.attempt(run);
    expect(await db.find(run)).toMatchObject({
      state: 'failed',
      failureKind: 'bug',
      failure: expect.stringMatching(
        /^fake\.things: the reply is not built as expected \(things: /,
      ) as string,
    });
  });

  it('stops at a place that comes twice instead of reading in circles', async () => {
    const run = await db.queue(connection);
    shop.script = (request) => {
      const { body, ...rest } = shop.serve(request);
      return { ...rest, body: { ...(body as object), next: { after: 'here' } } };
    };
    expect(await db.finish(run)).toMatchObject({
      state: 'failed',
      failureKind: 'bug',
      failure: expect.stringContaining('gave the same place twice') as string,
    });
    expect(shop.requests).toHaveLength(2);
  });

  it('stops at a nested place that comes twice', async () => {
    const run = await db.queue(connection);
    shop.things = [thing(1, { more: ['a', 'b', 'c'] })];
    shop.script = ({ url }) =>
      url.includes('/parts/') ? shop.reply(200, { parts: ['a'], rest: 0 }) : undefined;
    expect(await db.finish(run)).toMatchObject({
      state: 'failed',
      failureKind: 'bug',
      failure: expect.stringContaining('the same nested place twice') as string,
    });
    expect(shop.requests).toHaveLength(2);
  });

  it('fails with a refusal where a nested page is too large', async () => {
    const run = await db.queue(connection);
    shop.things = [thing(1, { more: ['a'] })];
    shop.script = ({ url }) => (url.includes('/parts/') ? shop.reply(413, 'too large') : undefined);
    expect(await db.finish(run)).toMatchObject({
      state: 'failed',
      failureKind: 'refused',
      failure: expect.stringContaining('fake.things') as string,
    });
  });

  it('of a stream that this version does not know fails with those it knows', async () => {
    const run = await db.queue(connection, { stream: 'fake.unknown' });
    expect(await db.finish(run)).toMatchObject({
      failureKind: 'config',
      failure: 'this version of Stratus has no stream fake.unknown; known: fake.things',
    });
  });

  it('of a run that somebody else holds asks again soon, and of one that is over is done', async () => {
    const run = await db.queue(connection);
    const other = await db.queue(connection);
    shop.script = async (request) => {
      const held = { to: 'later', at: later(NOW, 1000), why: 'worker 1 works on this run or its stream' };
      expect(await db.attempt(other)).toEqual(held);
      expect(await db.attempt(run)).toEqual(held);
      return shop.serve(request);
    };
    await db.finish(run);
    expect(await db.attempt(run)).toEqual({ to: 'done', result: { finished: true } });
    expect(await db.attempt({ id: 'none' })).toEqual({ to: 'done', result: { missing: true } });
  });

  it('is not harmed by a queue that cannot take its progress', async () => {
    const run = await db.queue(connection);
    const progress = () => Promise.reject(new Error('Connection is closed.'));
    expect(await db.finish(run, { progress })).toMatchObject({ state: 'succeeded', records: 10 });
  });

  it.each(['reads its connection', 'asks', 'commits'])(
    'that loses Postgres while it %s is retried',
    async (when) => {
      const run = await db.queue(connection);
      const kill = () =>
        db.engine.warehouse.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
        );
      const lost = Object.assign(new Error('terminating connection due to administrator command'), {
        code: '57P01',
      });
      const { dataSource } = db.engine.warehouse;
      const warehouse = {
        ...db.engine.warehouse,
        ...(when === 'reads its connection'
          ? {
              dataSource: Object.assign(Object.create(dataSource) as typeof dataSource, {
                getRepository: () => {
                  throw lost;
                },
              }),
            }
          : {}),
        ...(when === 'commits' ? { transaction: lostOnce(db.engine.warehouse, lost) } : {}),
      };
      if (when === 'asks')
        shop.script = async (request) => {
          await kill();
          return shop.serve(request);
        };
      const move = await db.attempt(run, { engine: { warehouse } });
      expect(['retry', 'done']).toContain(move.to);
      shop.script = () => undefined;
      db.clock.now = later(NOW, minutes(5));
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded', records: 10 });
    },
  );

  describe('with dead credentials', () => {
    it('fails, marks the connection, and its other runs fail with the next step', async () => {
      const run = await db.queue(connection);
      shop.script = () => shop.reply(401, 'who are you');
      expect(await db.finish(run)).toMatchObject({ state: 'failed', failureKind: 'credential', attempt: 1 });
      expect(await reloadConnection(db.engine.warehouse, connection.id)).toMatchObject({
        status: 'reconnect',
        statusReason: expect.stringContaining('connect the account again') as string,
      });
      shop.script = () => undefined;
      shop.requests.length = 0;
      const next = await db.finish(await db.queue(connection));
      expect(next).toMatchObject({ state: 'failed', failureKind: 'credential' });
      expect(next.failure).toContain(`npx stratus connections add fake --name ${connection.name}`);
      expect(shop.requests).toEqual([]);
    });

    it('that an operator replaced meanwhile, leaves the new ones alone and is tried again', async () => {
      const run = await db.queue(connection);
      shop.script = async () => {
        await db.connect({ name: connection.name, credentials: { token: 'right', refresh: 'new' } });
        return shop.reply(401, 'who are you');
      };
      expect(await db.attempt(run)).toMatchObject({ to: 'retry' });
      expect(await reloadConnection(db.engine.warehouse, connection.id)).toMatchObject({ status: 'active' });
      shop.script = () => undefined;
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded' });
    });

    it('that do not read, says which fields and where to set them', async () => {
      connection = await db.connect({ credentials: { tokn: 'x' }, name: 'misspelt' });
      expect(await db.finish(await db.queue(connection))).toMatchObject({
        failureKind: 'config',
        failure:
          'connection misspelt has wrong credentials for Fake (token); set them with: npx stratus connections add fake --name misspelt',
      });
    });
  });

  it('of a paused connection waits untouched until it is resumed', async () => {
    const run = await db.queue(connection);
    await setPaused(db.engine.warehouse, connection, true, 'ann');
    expect(await db.attempt(run)).toEqual({
      to: 'later',
      at: later(NOW, seconds(10)),
      why: 'its connection is paused by ann',
    });
    expect(await db.find(run)).toEqual(run);
    expect(await logsOf(run)).toEqual([]);
    await setPaused(db.engine.warehouse, connection, false, 'ann');
    expect(await db.finish(run)).toMatchObject({ state: 'succeeded' });
  });

  it('stores what the platform tells the operator once, and shows it at the run', async () => {
    shop.headers['x-notice'] = 'version 2024-07 has expired';
    const run = await db.finish(await db.queue(connection));
    expect(await logsOf(run)).toEqual([{ level: 'warn', message: 'version 2024-07 has expired' }]);
    const again = async () =>
      db.engine.warehouse.query(
        `select notice, notice_at, xmin::text from streams where connection_id = $1`,
        [connection.id],
      );
    const stored = await again();
    expect(stored).toMatchObject([{ notice: 'version 2024-07 has expired', notice_at: NOW }]);
    db.clock.now = later(NOW, minutes(60));
    await db.finish(await db.queue(connection));
    expect(await again()).toEqual(stored);
    delete shop.headers['x-notice'];
  });

  it('calls only the platform’s own hosts', async () => {
    connection = await db.connect({ settings: { shop: 'evil.example/' } });
    const run = await db.finish(await db.queue(connection));
    expect(run).toMatchObject({ state: 'failed', failureKind: 'config' });
    expect(shop.requests).toEqual([]);
  });
});
