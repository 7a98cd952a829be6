import { Failure, later, seconds } from '#kernel';
import { openCredentials, reloadConnection, type ConnectionRow } from '#warehouse';
import { freeLimiter, NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, manyThings } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import type * as DoorModule from './door.js';
import { openDoor, probe, type Door } from './door.js';

/** A second copy of the module stands for a second process: it shares nothing but the database. */
const REPLICA: string = './door.js?replica';
const otherReplica = (): Promise<typeof DoorModule> => import(REPLICA) as Promise<typeof DoorModule>;

describeDb('the door to an account', () => {
  const platform = fakePlatform();
  let shop: FakeShop;
  let db: TestEngine;
  const forwarding = {
    send: (...call: Parameters<FakeShop['send']>) => shop.send(...call),
    close: () => undefined,
  };
  beforeAll(async () => {
    db = await openTestEngine(platform, forwarding);
  });
  afterAll(() => db.close());
  beforeEach(() => {
    shop = new FakeShop();
    shop.things = manyThings(3);
    shop.token = 'token 1';
    db.clock.now = NOW;
  });

  const rotating = (more: object = {}) =>
    db.connect({ credentials: { token: 'token 1', refresh: 'refresh 1', ...more } });
  const stored = async (connection: ConnectionRow) =>
    openCredentials(db.engine.ring, (await reloadConnection(db.engine.warehouse, connection.id))!);
  const signal = new AbortController().signal;
  const page = { path: '/eu/fake.things', query: { to: 'now', size: 4 }, operation: 'things' };
  const renewals = () => shop.requests.filter(({ url }) => url.endsWith('/token')).length;
  const status = async (connection: ConnectionRow) =>
    (await reloadConnection(db.engine.warehouse, connection.id))?.status;

  it('renews a token that is due, saves it, and only then uses it', async () => {
    const connection = await rotating({ expiresAt: later(NOW, -1).toISOString() });
    let savedFirst = false;
    shop.script = async (request) => {
      if (request.headers?.['x-token'] === 'token 2')
        savedFirst = ((await stored(connection)) as { token: string }).token === 'token 2';
      return shop.serve(request);
    };
    const door = openDoor(db.engine, platform, connection);
    expect((await door.call(page, signal)).status).toBe(200);
    expect(savedFirst).toBe(true);
    expect(renewals()).toBe(1);
    expect(door.takeCalls()).toBe(2);
    expect(door.takeCalls()).toBe(0);
  });

  it('renews once when a token is refused though it was not due, and repeats the call', async () => {
    const connection = await rotating();
    shop.token = 'somebody revoked it';
    expect((await openDoor(db.engine, platform, connection).call(page, signal)).status).toBe(200);
    expect(renewals()).toBe(1);
    expect(await status(connection)).toBe('active');
  });

  it('renews again when the token it renewed is refused later', async () => {
    const connection = await rotating();
    const door = openDoor(db.engine, platform, connection);
    for (let n = 1; n <= 3; n++) {
      shop.token = 'somebody revoked it';
      expect((await door.call(page, signal)).status).toBe(200);
      expect(renewals()).toBe(n);
    }
    expect(await status(connection)).toBe('active');
  });

  it('gives up when the fresh token is refused too, and the operator must reconnect', async () => {
    const connection = await rotating();
    shop.script = (request) => (request.url.endsWith('/token') ? undefined : shop.reply(401));
    await expect(openDoor(db.engine, platform, connection).call(page, signal)).rejects.toMatchObject({
      kind: 'credential',
    });
    expect(renewals()).toBe(1);
    expect(await status(connection)).toBe('reconnect');
  });

  it('gives up when the renewal itself is refused, and frees the claim', async () => {
    const connection = await rotating();
    shop.token = 'another';
    shop.refresh = 'refresh 9';
    await expect(openDoor(db.engine, platform, connection).call(page, signal)).rejects.toMatchObject({
      kind: 'credential',
    });
    expect(await reloadConnection(db.engine.warehouse, connection.id)).toMatchObject({
      status: 'reconnect',
      renewingUntil: null,
    });
  });

  it('does not ask the operator when the renewal failed in passing', async () => {
    const connection = await rotating({ expiresAt: NOW.toISOString() });
    shop.script = ({ url }) => (url.endsWith('/token') ? shop.reply(503) : undefined);
    const door = openDoor(db.engine, platform, connection);
    await expect(door.call(page, signal)).rejects.toMatchObject({ kind: 'transient' });
    expect(await status(connection)).toBe('active');
    shop.script = () => undefined;
    expect((await door.call(page, signal)).status).toBe(200);
  });

  it('shares one renewal among all runs of a process', async () => {
    const connection = await rotating({ expiresAt: NOW.toISOString() });
    const doors = Array.from({ length: 8 }, () => openDoor(db.engine, platform, connection));
    const replies = await Promise.all(doors.map((door) => door.call(page, signal)));
    expect(replies.map((reply) => reply.status)).toEqual(Array(8).fill(200));
    expect(renewals()).toBe(1);
  });

  it('shares one renewal among replicas: the other waits a moment and goes on with the new token', async () => {
    const connection = await rotating({ expiresAt: NOW.toISOString() });
    const replica = (await otherReplica()).openDoor(db.engine, platform, connection);
    expect((await otherReplica()).openDoor).not.toBe(openDoor);
    let second: Promise<unknown> | undefined;
    shop.script = (request) => {
      // In the middle of our renewal, the replica wants one as well.
      if (request.url.endsWith('/token')) second ??= replica.call(page, signal);
      return undefined;
    };
    await openDoor(db.engine, platform, connection).call(page, signal);
    expect(await second).toMatchObject({ status: 200 });
    expect(renewals()).toBe(1);
  });

  it('gives its worker back where another replica’s renewal takes long', async () => {
    const connection = await rotating({ expiresAt: NOW.toISOString() });
    const replica = (await otherReplica()).openDoor(db.engine, platform, connection, 'live', {
      renewalPatience: 0,
    });
    let refused: unknown;
    shop.script = async (request) => {
      if (request.url.endsWith('/token') && refused === undefined)
        refused = await replica.call(page, signal).catch((thrown: unknown) => thrown);
      return shop.serve(request);
    };
    await openDoor(db.engine, platform, connection).call(page, signal);
    expect(refused).toMatchObject({ kind: 'throttled', retryAt: later(NOW, seconds(2)) });
    expect((await replica.call(page, signal)).status).toBe(200);
    expect(renewals()).toBe(1);
  });

  it('takes over a renewal whose holder died', async () => {
    const connection = await rotating({ expiresAt: NOW.toISOString() });
    const claimedFor = (span: string) =>
      db.engine.warehouse.query(
        'update connections set renewing_until = now() + $2::interval where id = $1',
        [connection.id, span],
      );
    await claimedFor('30 s');
    const door = openDoor(db.engine, platform, connection, 'live', { renewalPatience: 0 });
    await expect(door.call(page, signal)).rejects.toMatchObject({ kind: 'throttled' });
    await claimedFor('-1 s');
    expect((await door.call(page, signal)).status).toBe(200);
  });

  it('never shows a token or a refresh token in what it throws or logs', async () => {
    const connection = await rotating({ token: 'shpat_0123456789abcdef' });
    shop.script = (request) =>
      shop.reply(500, {
        error: `bad header x-token: ${request.headers?.['x-token']}`,
        access_token: 'hidden-value',
      });
    const run = await db.queue(connection);
    await db.attempt(run);
    const row = JSON.stringify(await db.find(run));
    const logs = await db.engine.warehouse.query('select message from run_logs where run_id = $1', [run.id]);
    for (const text of [row, JSON.stringify(logs), db.logged.join('\n')])
      for (const secret of ['shpat_0123456789abcdef', 'hidden-value']) expect(text).not.toContain(secret);
  });

  describe('to the limiter', () => {
    const recorded = () => {
      const outcomes: object[] = [];
      const asked: { weight: number; account: string; operation: string }[] = [];
      const limiter = {
        ...freeLimiter,
        acquire: async ({
          weight,
          account,
          operation,
        }: {
          weight: number;
          account: string;
          operation: string;
        }) => {
          asked.push({ weight, account, operation });
          return { release: async (outcome: object) => void outcomes.push(outcome) };
        },
      };
      return { limiter, outcomes, asked };
    };
    const call = async (door: Door) =>
      door.call({ ...page, weight: 7 }, signal).catch((thrown: unknown) => thrown);

    it('tells whose call it is and what it will cost', async () => {
      const { limiter, asked } = recorded();
      const connection = await db.connect({ credentials: { token: 'token 1' } });
      await call(openDoor({ ...db.engine, limiter }, platform, connection));
      expect(asked).toEqual([{ weight: 7, account: connection.id, operation: 'things' }]);
    });

    it('says what the connection may call, where its settings know of more than everybody has', async () => {
      const limits = [
        { name: 'fake.minute', per: 'connection', kind: 'window', capacity: 120, windowMs: 60_000 },
      ] as const;
      const asked: number[] = [];
      const limiter = {
        ...freeLimiter,
        acquire: async (request: Parameters<typeof freeLimiter.acquire>[0]) => {
          asked.push(...request.limits.map(({ capacity }) => capacity));
          return { release: async () => undefined };
        },
      };
      const connection = await db.connect({
        credentials: { token: 'token 1' },
        settings: { shop: 'demo', limits: 'minute=600' },
      });
      await call(openDoor({ ...db.engine, limiter }, { ...platform, limits }, connection));
      expect(asked).toEqual([600]);
    });

    it('gives every lease back, also when the call fails or the network does', async () => {
      const { limiter, outcomes } = recorded();
      const door = openDoor(
        { ...db.engine, limiter },
        platform,
        await db.connect({ credentials: { token: 'token 1' } }),
      );
      shop.script = (_, n) => {
        if (n === 1) return shop.reply(429, null, { 'retry-after': '30' });
        if (n === 2) throw new Failure('transient', 'the network is away');
        return shop.reply(429);
      };
      for (let n = 0; n < 3; n++) await call(door);
      expect(outcomes).toEqual([
        { throttledUntil: later(NOW, seconds(30)) },
        {},
        { throttledUntil: later(NOW, seconds(5)) },
      ]);
    });
  });

  it('proves a connection with one call, and says what the platform said', async () => {
    const connection = await db.connect({ credentials: { token: 'token 1' } });
    shop.headers['x-notice'] = 'something to know';
    expect(await probe(db.engine, platform, connection, signal)).toEqual({
      says: 'a fake; something to know',
      scopes: null,
    });
    expect(shop.requests).toHaveLength(1);
  });

  it('goes to the connection’s own base url where it has one, and to private addresses only in a sandbox', async () => {
    const own = await db.connect({
      credentials: { token: 'token 1' },
      baseUrl: 'http://127.0.0.1:9/fake/',
      sandbox: true,
    });
    await openDoor(db.engine, platform, own).call(page, signal);
    expect(shop.requests[0]).toMatchObject({ url: 'http://127.0.0.1:9/fake/eu/fake.things', private: true });
    const outside = await db.connect({
      credentials: { token: 'token 1' },
      baseUrl: 'http://127.0.0.1:9/fake',
    });
    await expect(openDoor(db.engine, platform, outside).call(page, signal)).rejects.toMatchObject({
      kind: 'config',
    });
    expect(shop.requests).toHaveLength(1);
  });
});
