import { Failure, later, minutes, seconds } from '#kernel';
import {
  claimRenewal,
  listConnections,
  openAlerts,
  openCredentials,
  openWarehouse,
  reloadConnection,
  saveConnection,
  type ConnectionRow,
  type RunRow,
} from '#warehouse';
import { declaredSchedules } from '../../apps/scheduler/declared.js';
import { freeLimiter, NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, manyThings } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import type { Platform } from './define.js';
import { openDoor, tendTokens } from './door.js';
import type { Engine } from './engine.js';

const SECRETS = ['shpat_first_0123456789', 'shprt_first_0123456789'];

describeDb('a renewal', () => {
  const platform = fakePlatform();
  let shop: FakeShop;
  let db: TestEngine;
  let replica: Engine;
  const sender = {
    send: (...call: Parameters<FakeShop['send']>) => shop.send(...call),
    close: () => undefined,
  };
  beforeAll(async () => {
    db = await openTestEngine(platform, sender);
    // A pool of its own is what tells one process from another.
    replica = {
      ...db.engine,
      warehouse: await openWarehouse({ url: db.url, applicationName: 'replica' }),
      worker: 'worker 2',
    };
  });
  afterAll(async () => {
    await replica.warehouse.close();
    await db.close();
  });
  beforeEach(() => {
    shop = new FakeShop();
    shop.things = manyThings(10);
    shop.token = 'token 1';
    db.clock.now = NOW;
    db.logged.length = 0;
  });

  const signal = new AbortController().signal;
  const page = { path: '/eu/fake.things', query: { to: 'now', size: 4 }, operation: 'things' };
  const expired = (more: object = {}) =>
    db.connect({
      credentials: { token: 'token 1', refresh: 'refresh 1', expiresAt: NOW.toISOString(), ...more },
    });
  const row = async ({ id }: { id: string }) => (await reloadConnection(db.engine.warehouse, id))!;
  const stored = async (connection: ConnectionRow) =>
    openCredentials(db.engine.ring, await row(connection)) as { token: string; refresh: string };
  const renewals = () => shop.requests.filter(({ url }) => url.endsWith('/token'));
  const refuse = (body: object = { error: 'invalid_grant' }) => {
    shop.script = ({ url }) => (url.endsWith('/token') ? shop.reply(400, body) : undefined);
  };
  const alertsOf = async ({ name }: ConnectionRow) =>
    (await openAlerts(db.engine.warehouse)).filter(({ connection }) => connection === name);
  const withAuth = (auth: Partial<Platform['auth']>): Platform => ({
    ...platform,
    auth: { ...platform.auth, ...auth },
  });

  describe('that is refused', () => {
    it('is one call and one alert, however many workers in however many replicas wait for it', async () => {
      const connection = await expired();
      refuse();
      const doors = Array.from({ length: 20 }, (_, n) =>
        openDoor(n % 2 ? db.engine : replica, platform, connection),
      );
      const ended = await Promise.allSettled(doors.map((door) => door.call(page, signal)));
      for (const one of ended)
        expect(one).toMatchObject({ status: 'rejected', reason: { kind: 'credential' } });
      expect(shop.requests).toHaveLength(1);
      expect(await row(connection)).toMatchObject({ status: 'reconnect', renewingUntil: null });
      expect(await alertsOf(connection)).toMatchObject([
        { key: `reconnect/${connection.id}`, severity: 'critical', times: 1 },
      ]);
      expect((await alertsOf(connection))[0]?.detail).toContain(
        `npx stratus connections add fake --name ${connection.name}`,
      );
    });

    it('stops the schedules and ends what waits, with the command that mends it', async () => {
      const connection = await expired();
      const runs = [await db.queue(connection), await db.queue(connection, { kind: 'refresh' })];
      refuse();
      await expect(openDoor(db.engine, platform, connection).call(page, signal)).rejects.toThrow();
      for (const run of runs)
        expect(await db.find(run)).toMatchObject({
          state: 'failed',
          failureKind: 'credential',
          failure: expect.stringContaining(`npx stratus connections add fake --name ${connection.name}`),
        });
      const declared = declaredSchedules(
        await listConnections(db.engine.warehouse),
        [platform],
        new Map(),
        [],
      );
      expect(declared.filter(({ connectionId }) => connectionId === connection.id)).toEqual([]);
    });

    it('is noticed by a run under way elsewhere without a call', async () => {
      const connection = await db.connect({ credentials: { token: 'token 1', refresh: 'refresh 1' } });
      const elsewhere = openDoor(replica, platform, connection);
      expect((await elsewhere.call(page, signal)).status).toBe(200);
      shop.token = 'another';
      refuse();
      await expect(openDoor(db.engine, platform, connection).call(page, signal)).rejects.toThrow();
      const before = shop.requests.length;
      db.clock.now = later(NOW, seconds(1));
      await expect(elsewhere.call(page, signal)).rejects.toMatchObject({ kind: 'credential' });
      expect(shop.requests).toHaveLength(before);
      expect(await alertsOf(connection)).toMatchObject([{ times: 1 }]);
    });

    it('lets every run go on from its place by itself once there are new credentials', async () => {
      const connection = await db.connect({ credentials: { token: 'token 1', refresh: 'refresh 1' } });
      const run = await db.queue(connection, { trigger: 'schedule', slot: NOW });
      const waiting = await db.queue(connection, { kind: 'refresh' });
      shop.script = ({ url }, n) => {
        if (n === 2) shop.token = 'another';
        return url.endsWith('/token') ? shop.reply(400, { error: 'invalid_grant' }) : undefined;
      };
      expect(await db.attempt(run)).toMatchObject({ to: 'failed' });
      expect(await db.find(run)).toMatchObject({ state: 'failed', failureKind: 'credential', records: 4 });
      expect(await db.find(waiting)).toMatchObject({ state: 'failed', failureKind: 'credential' });

      shop.script = () => undefined;
      const saved = await saveConnection(db.engine.warehouse, db.engine.ring, {
        platform: 'fake',
        name: connection.name,
        settings: { shop: 'demo' },
        credentials: { token: 'another' },
      });
      expect(saved).toMatchObject({ id: connection.id, status: 'active', statusReason: null, resumed: 2 });
      expect(await alertsOf(connection)).toEqual([]);
      const before = shop.requests.length;
      expect(await db.finish(run)).toMatchObject({ state: 'succeeded', records: 10 });
      // Its first page was kept: two of three are left.
      expect(shop.requests).toHaveLength(before + 2);
      expect(await db.finish(waiting)).toMatchObject({ state: 'succeeded' });
    });

    it('leaves alone what a person ended, and what failed for another reason', async () => {
      const connection = await expired();
      const { query } = db.engine.warehouse;
      const failed = await db.queue(connection);
      const cancelled = await db.queue(connection);
      await query(`update runs set state = 'failed', failure_kind = 'refused' where id = $1`, [failed.id]);
      await query(`update runs set state = 'cancelled' where id = $1`, [cancelled.id]);
      refuse();
      await expect(openDoor(db.engine, platform, connection).call(page, signal)).rejects.toThrow();
      const again = { platform: 'fake', name: connection.name, settings: { shop: 'demo' } };
      const saved = await saveConnection(db.engine.warehouse, db.engine.ring, {
        ...again,
        credentials: { token: 'new' },
      });
      expect(saved.resumed).toBe(0);
      expect(await Promise.all([failed, cancelled].map((one) => db.find(one)))).toMatchObject([
        { state: 'failed' },
        { state: 'cancelled' },
      ]);
    });

    it('shows no token, whatever the platform repeats of it', async () => {
      const [token, refresh] = SECRETS as [string, string];
      const connection = await expired({ token, refresh });
      const run = await db.queue(connection);
      const waiting = await db.queue(connection, { kind: 'refresh' });
      refuse({
        error: 'invalid_grant',
        error_description: `refresh_token=${refresh} of ${token}`,
        access_token: token,
      });
      const job = await db.attempt(run);
      const { query } = db.engine.warehouse;
      const seen = [
        await alertsOf(connection),
        job,
        (await row(connection)).statusReason,
        await Promise.all([run, waiting].map((one) => db.find(one))),
        await query('select message from run_logs where run_id = any($1::text[])', [
          `{${run.id},${waiting.id}}`,
        ]),
        db.logged,
      ];
      expect(seen[0]).toHaveLength(1);
      for (const secret of SECRETS) expect(JSON.stringify(seen)).not.toContain(secret);
    });
  });

  describe('of a worker that sleeps', () => {
    it('through its own claim overwrites nothing, and it goes on with the newer token', async () => {
      const connection = await expired();
      let second: Promise<unknown> | undefined;
      shop.script = async (request) => {
        if (!request.url.endsWith('/token') || second) return shop.serve(request);
        const mine = shop.serve(request);
        // The reply is on its way; its reader sleeps past its claim, and another renews with what is stored.
        await db.engine.warehouse.query(
          `update connections set renewing_until = now() - interval '1 s' where id = $1`,
          [connection.id],
        );
        shop.refresh = 'refresh 1';
        second = openDoor(replica, platform, connection).call(page, signal);
        await second;
        return { ...mine, body: { token: 'token stale', refresh: 'refresh stale' } };
      };
      expect((await openDoor(db.engine, platform, connection).call(page, signal)).status).toBe(200);
      expect(await stored(connection)).toEqual({ token: 'token 2', refresh: 'refresh 2' });
      expect(shop.requests.filter(({ headers }) => headers?.['x-token'] === 'token stale')).toEqual([]);
      expect(db.logged.join()).toContain('overtaken by a newer one');
    });

    it('before its call makes none when it wakes', async () => {
      const connection = await expired();
      // The limiter keeps it waiting while its claim lapses and another takes it.
      const limiter = {
        ...freeLimiter,
        acquire: async (request: { spender: string }) => {
          if (request.spender === 'token') {
            await db.engine.warehouse.query(
              `update connections set renewing_until = now() - interval '1 s' where id = $1`,
              [connection.id],
            );
            await claimRenewal(replica.warehouse, connection.id, seconds(30));
          }
          return { release: async () => undefined };
        },
      };
      await expect(
        openDoor({ ...db.engine, limiter }, platform, connection).call(page, signal),
      ).rejects.toMatchObject({ kind: 'transient' });
      expect(shop.requests).toEqual([]);
    });
  });

  it('never overwrites credentials that an operator entered meanwhile', async () => {
    const connection = await expired();
    shop.script = async (request) => {
      if (request.url.endsWith('/token'))
        await saveConnection(db.engine.warehouse, db.engine.ring, {
          platform: 'fake',
          name: connection.name,
          settings: { shop: 'demo' },
          credentials: { token: 'entered' },
        });
      else shop.token = 'entered';
      return shop.serve(request);
    };
    expect((await openDoor(db.engine, platform, connection).call(page, signal)).status).toBe(200);
    expect(await stored(connection)).toEqual({ token: 'entered' });
  });

  it('that is refused after an operator entered others blames nobody', async () => {
    const connection = await expired();
    shop.script = async ({ url }) => {
      if (!url.endsWith('/token')) return undefined as never;
      await saveConnection(db.engine.warehouse, db.engine.ring, {
        platform: 'fake',
        name: connection.name,
        settings: { shop: 'demo' },
        credentials: { token: 'token 1' },
      });
      return shop.reply(400, { error: 'invalid_grant' });
    };
    await expect(openDoor(db.engine, platform, connection).call(page, signal)).rejects.toMatchObject({
      kind: 'transient',
    });
    expect(await row(connection)).toMatchObject({ status: 'active' });
    expect(await alertsOf(connection)).toEqual([]);
  });

  it('is stored though Postgres is away when the reply comes', async () => {
    const connection = await expired();
    let away = 2;
    const { warehouse } = db.engine;
    const flaky: Engine['warehouse'] = {
      ...warehouse,
      query: async (sql, parameters) => {
        if (sql.includes('renewed_at = $4') && away-- > 0)
          throw new Failure('transient', 'Postgres was lost');
        return warehouse.query(sql, parameters);
      },
    };
    const door = openDoor({ ...db.engine, warehouse: flaky }, platform, connection);
    expect((await door.call(page, signal)).status).toBe(200);
    expect(away).toBeLessThan(0);
    expect(await stored(connection)).toEqual({ token: 'token 2', refresh: 'refresh 2' });
    expect(renewals()).toHaveLength(1);
  });

  it('is stored though the run that asked for it was stopped meanwhile', async () => {
    const connection = await expired();
    const stop = new AbortController();
    shop.script = ({ url }) => {
      if (url.endsWith('/token')) stop.abort(new Error('the worker is stopping'));
      return undefined;
    };
    await expect(openDoor(db.engine, platform, connection).call(page, stop.signal)).rejects.toThrow();
    expect(await stored(connection)).toEqual({ token: 'token 2', refresh: 'refresh 2' });
    expect(shop.requests).toHaveLength(1);
  });

  it('that answers without a token changes nothing and is tried again', async () => {
    const connection = await expired();
    shop.script = ({ url }) => (url.endsWith('/token') ? shop.reply(200, { hello: 'there' }) : undefined);
    const door = openDoor(db.engine, platform, connection);
    await expect(door.call(page, signal)).rejects.toMatchObject({ kind: 'transient' });
    expect(await stored(connection)).toMatchObject({ token: 'token 1', refresh: 'refresh 1' });
    shop.script = () => undefined;
    expect((await door.call(page, signal)).status).toBe(200);
  });

  it('is asked for again by the network only where the platform gives a used token grace', async () => {
    for (const grace of ['until-used', undefined] as const) {
      shop = new FakeShop();
      shop.token = 'token 1';
      const lenient = grace ? withAuth({ grace }) : platform;
      await openDoor(db.engine, lenient, await expired()).call(page, signal);
      expect(renewals()).toMatchObject([{ idempotent: grace !== undefined }]);
    }
  });

  it('goes through the limiter as the token’s own, under its own limits where it has some', async () => {
    const asked: object[] = [];
    const limiter = {
      ...freeLimiter,
      acquire: async ({
        operation,
        lane,
        spender,
        limits,
        weight,
      }: Parameters<Engine['limiter']['acquire']>[0]) => {
        asked.push({ operation, lane, spender, weight, limits: limits.map(({ name }) => name) });
        return { release: async () => undefined };
      },
    };
    const limits = [
      { name: 'fake.token', per: 'connection', kind: 'window', capacity: 15, windowMs: 60_000 },
    ] as const;
    const door = openDoor({ ...db.engine, limiter }, withAuth({ limits }), await expired());
    await door.call(page, signal);
    expect(asked[0]).toEqual({
      operation: 'token',
      lane: 'live',
      spender: 'token',
      weight: 1,
      limits: ['fake.token'],
    });
    expect(door.takeCalls()).toBe(2);
  });

  it('that the platform throttles snoozes the run until it may ask again', async () => {
    const connection = await expired();
    const run = await db.queue(connection);
    shop.script = ({ url }) =>
      url.endsWith('/token') ? shop.reply(429, null, { 'retry-after': '40' }) : undefined;
    expect(await db.attempt(run)).toMatchObject({ to: 'later', at: later(NOW, seconds(40)) });
    expect(await row(connection)).toMatchObject({ status: 'active', renewingUntil: null });
  });

  describe('ahead of time', () => {
    const early = withAuth({ aheadMs: minutes(10) });
    const expiringIn = (ms: number) => expired({ expiresAt: later(NOW, ms).toISOString() });

    it('comes between once and one and a half times the margin before the token dies, at a moment of its own', async () => {
      const moments = new Set<number>();
      for (let n = 0; n < 6; n++) {
        shop = new FakeShop();
        shop.token = 'token 1';
        const connection = await expiringIn(minutes(60));
        let at = 0;
        for (let minute = 44; minute <= 51 && at === 0; minute += 0.25) {
          db.clock.now = later(NOW, minutes(minute));
          if (await tendTokens(db.engine, early, await row(connection), 'ahead')) at = minute;
        }
        expect(at).toBeGreaterThanOrEqual(45);
        expect(at).toBeLessThanOrEqual(50.25);
        moments.add(at);
      }
      expect(moments.size).toBeGreaterThan(2);
    });

    it('that comes to nothing lets the token serve on, and is tried again later', async () => {
      const connection = await expiringIn(minutes(5));
      shop.script = ({ url }) => (url.endsWith('/token') ? shop.reply(503) : undefined);
      const door = openDoor(db.engine, early, connection);
      for (let n = 0; n < 3; n++) expect((await door.call(page, signal)).status).toBe(200);
      expect(renewals()).toHaveLength(1);
      db.clock.now = later(NOW, seconds(31));
      shop.script = () => undefined;
      expect((await door.call(page, signal)).status).toBe(200);
      expect(renewals()).toHaveLength(2);
      expect(await stored(connection)).toMatchObject({ token: 'token 2' });
    });

    it('is taken over by the doors of other replicas at their next look, without a call refused', async () => {
      const connection = await expiringIn(minutes(60));
      const elsewhere = openDoor(replica, early, connection);
      db.clock.now = later(NOW, minutes(51));
      await tendTokens(db.engine, early, connection, 'ahead');
      expect((await elsewhere.call(page, signal)).status).toBe(200);
      expect(shop.requests.map(({ headers }) => headers?.['x-token'])).toEqual([undefined, 'token 2']);
    });

    it('leaves alone what is dead already, until somebody needs it', async () => {
      expect(await tendTokens(db.engine, early, await expired(), 'ahead')).toBe(false);
      expect(shop.requests).toEqual([]);
    });
  });

  it('that a process died in is finished by the next one', async () => {
    const connection = await expired({ expiresAt: later(NOW, minutes(60)).toISOString() });
    await claimRenewal(db.engine.warehouse, connection.id, -1000);
    expect(await tendTokens(replica, platform, await row(connection), 'dead')).toBe(true);
    expect(renewals()).toHaveLength(1);
    expect(await row(connection)).toMatchObject({ renewingUntil: null, renewal: 3 });
  });

  it('counts among the calls of the run that needed it', async () => {
    const connection = await expired();
    const run: RunRow = await db.queue(connection);
    expect(await db.finish(run)).toMatchObject({ state: 'succeeded', calls: 4 });
  });
});
