import { later, minutes, seconds } from '#kernel';
import { describeDb } from '../../tests/postgres.js';
import { beat, isAlive, lastBeat, heartbeats } from './heartbeats.js';
import { claimRun, endAttempt, insertRun } from './runs.js';
import { openTestWarehouse, type TestWarehouse } from './testing/open.js';
import { clockTime, explainWait, waitFacts, type Wait, type WaitFacts } from './waits.js';

const NOW = new Date('2026-11-21T14:00:00.000Z');

const facts = (more: Partial<WaitFacts> = {}): WaitFacts => ({
  id: 'run',
  state: 'queued',
  stream: 'shopify.orders',
  connectionId: 'conn_1',
  connection: 'shop',
  platform: 'shopify',
  connectionStatus: 'active',
  statusReason: null,
  attempt: 0,
  pages: 0,
  notBefore: null,
  dueAt: NOW,
  reason: null,
  failure: null,
  failureKind: null,
  worker: null,
  leaseUntil: null,
  workerAlive: false,
  otherRun: null,
  otherWorker: null,
  otherSince: null,
  backfillId: null,
  backfillState: null,
  parallel: null,
  turn: null,
  ahead: 0,
  busy: 0,
  slots: 8,
  workerSeenAt: NOW,
  ...more,
});
const why = (more: Partial<WaitFacts>, queues?: ReadonlySet<string>): Wait | null =>
  explainWait(facts(more), NOW, queues);

describe('why a run waits', () => {
  it('is nothing for a run whose worker lives', () => {
    expect(why({ state: 'running', worker: 'w', workerAlive: true, leaseUntil: later(NOW, 1) })).toBeNull();
  });

  it('is the lease of a worker that went silent', () => {
    expect(why({ state: 'running', worker: 'host-7', leaseUntil: later(NOW, minutes(1)) })).toEqual({
      kind: 'lease',
      text: 'lease held by worker host-7 until 14:01:00 UTC: it shows no sign of life; then another worker goes on from its last page',
      until: later(NOW, minutes(1)),
      behind: 0,
    });
  });

  it('is the person who paused the connection, before all else', () => {
    expect(
      why({ connectionStatus: 'paused', statusReason: 'paused by ann', slots: 0, notBefore: later(NOW, 1) }),
    ).toMatchObject({
      kind: 'paused',
      text: 'paused by ann: connection shop; go on with: npx stratus connections resume shop',
    });
    expect(why({ connectionStatus: 'reconnect', statusReason: 'HTTP 401' })?.text).toMatch(
      /^paused by the platform: .*HTTP 401.*connections add shopify --name shop$/,
    );
    expect(why({}, new Set(['shopify']))).toMatchObject({ kind: 'paused' });
    expect(why({}, new Set(['xero']))).toMatchObject({ kind: 'next' });
  });

  it('is the platform’s budget until an instant, a pause between attempts, or what it asked for', () => {
    const notBefore = later(NOW, minutes(32));
    expect(
      why({ state: 'snoozed', notBefore, failureKind: 'throttled', reason: 'the budget is spent' }),
    ).toMatchObject({
      kind: 'quota',
      text: 'quota until 14:32:00 UTC: the budget is spent',
      until: notBefore,
    });
    expect(
      why({ notBefore, failure: 'HTTP 502', failureKind: 'transient', reason: 'attempt 2 failed: HTTP 502' }),
    ).toMatchObject({ kind: 'backoff', text: 'backoff until 14:32:00 UTC: attempt 2 failed: HTTP 502' });
    expect(why({ state: 'snoozed', notBefore, reason: 'the report is not ready' })).toMatchObject({
      kind: 'later',
      text: 'waits until 14:32:00 UTC: the report is not ready',
    });
    // A wait that is over is no reason any more.
    expect(why({ state: 'snoozed', notBefore: NOW, failureKind: 'throttled' })).toMatchObject({
      kind: 'next',
    });
  });

  it('is the run of its own stream that goes first', () => {
    expect(why({ otherRun: 'r1', otherWorker: 'host-7', otherSince: later(NOW, -minutes(3)) })).toMatchObject(
      {
        kind: 'behind',
        text: 'queued behind 1: run r1 of the same stream runs on host-7 since 13:57:00 UTC',
        behind: 1,
      },
    );
  });

  it('is that nobody works on the queue', () => {
    expect(why({ slots: 0, workerSeenAt: later(NOW, -minutes(9)) })?.text).toBe(
      'no worker takes the queue shopify (the last was seen 13:51:00 UTC); start one with: npx stratus worker, or npm run up',
    );
    expect(why({ slots: 0, workerSeenAt: null })?.text).toContain('none was ever seen');
  });

  it('is how many go first, once no slot is free for it', () => {
    expect(why({ busy: 5, ahead: 2 })).toMatchObject({ kind: 'next', behind: 0 });
    expect(why({ busy: 5, ahead: 3 })).toMatchObject({
      kind: 'behind',
      text: 'queued behind 8: 3 wait before it, 5 of 8 slots of shopify are taken',
      behind: 8,
    });
  });

  it('tells the day of another day', () => {
    expect(clockTime(new Date('2026-11-22T00:00:01.500Z'), NOW)).toBe('2026-11-22 00:00:01 UTC');
  });
});

describeDb('what a run waits for', () => {
  let db: TestWarehouse;
  let shop: string;
  beforeAll(async () => {
    db = await openTestWarehouse(2);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    await db.warehouse.query('delete from connections');
    await db.warehouse.query('delete from heartbeats');
    shop = await connect('shop');
  });

  const connect = async (name: string, status = 'active'): Promise<string> => {
    await db.warehouse.query(
      `insert into connections (id, workspace_id, platform, name, credentials, status, status_reason)
       values ($1, 'default', 'shopify', $1, '', $2, 'paused by ann')`,
      [name, status],
    );
    return name;
  };
  const queue = async (stream = 'orders', connectionId = shop, at = NOW): Promise<string> =>
    (await insertRun(
      db.warehouse,
      { connectionId, stream: `shopify.${stream}`, kind: 'incremental', trigger: 'manual' },
      at,
    ))!.id;
  const claim = (id: string, worker = 'host-1') =>
    claimRun(db.warehouse, id, { worker, leaseMs: minutes(1), now: NOW });
  const work = (process: string, at = NOW, slots = 1) =>
    beat(
      db.warehouse,
      { process, part: 'worker', platforms: ['shopify'], slots, leads: false, meters: null },
      at,
    );
  const reasons = async (now = NOW): Promise<Record<string, string | null>> =>
    Object.fromEntries(
      (await waitFacts(db.warehouse, now)).map((one) => [one.id, explainWait(one, now)?.text ?? null]),
    );

  it('is read for all open runs at once, and every one of them has its reason', async () => {
    const paused = await queue('orders', await connect('paused', 'paused'));
    const running = await queue('orders');
    const second = await queue('orders', shop, later(NOW, 1));
    const free = await queue('customers', shop, later(NOW, 2));
    const last = await queue('products', shop, later(NOW, 3));
    const snoozed = await queue('refunds', shop, later(NOW, -1));
    await work('host-1', NOW, 2);
    await claim(running);
    const taken = await claim(snoozed);
    if (!('run' in taken)) throw new Error('not claimed');
    await endAttempt(db.warehouse, taken.run, {
      state: 'snoozed',
      now: NOW,
      busyMs: 1,
      notBefore: later(NOW, minutes(5)),
      failureKind: 'throttled',
      reason: 'the budget is spent',
    });
    const then = later(NOW, 10);
    const said = await reasons(then);
    expect(said).toEqual({
      [paused]: expect.stringMatching(/^paused by ann: connection paused/) as string,
      [running]: null,
      [second]: expect.stringMatching(`^queued behind 1: run ${running} of the same stream`) as string,
      [free]: 'next in line: 1 of 2 slots of shopify are taken',
      [last]: 'queued behind 2: 1 waits before it, 1 of 2 slots of shopify are taken',
      [snoozed]: 'quota until 14:05:00 UTC: the budget is spent',
    });
    expect(await waitFacts(db.warehouse, then, [last])).toMatchObject([{ id: last, ahead: 1, busy: 1 }]);
    expect(await waitFacts(db.warehouse, then, [])).toEqual([]);
  });

  it('is a worker where none is alive, of this platform', async () => {
    const run = await queue();
    expect((await reasons())[run]).toContain('no worker takes the queue shopify (none was ever seen)');
    await work('host-1', NOW);
    expect((await reasons(later(NOW, seconds(29))))[run]).toMatch(/^next in line/);
    expect((await reasons(later(NOW, seconds(31))))[run]).toContain('the last was seen 14:00:00 UTC');
    await work('host-1', later(NOW, seconds(31)));
    await lastBeat(db.warehouse, { process: 'host-1', part: 'worker' }, later(NOW, seconds(32)));
    expect((await reasons(later(NOW, seconds(33))))[run]).toContain('no worker takes the queue shopify');
    await beat(
      db.warehouse,
      { process: 'host-2', part: 'worker', platforms: ['xero'], slots: 1, leads: false, meters: null },
      later(NOW, seconds(33)),
    );
    expect((await reasons(later(NOW, seconds(33))))[run]).toContain('no worker takes the queue shopify');
  });

  it('is the lease while the worker that holds it is silent', async () => {
    const run = await queue();
    await claim(run, 'host-1');
    expect((await reasons())[run]).toContain('lease held by worker host-1 until 14:01:00 UTC');
    await work('host-1');
    expect((await reasons())[run]).toBeNull();
  });

  it('counts slices of a backfill beside the stream’s own run', async () => {
    const running = await queue();
    await claim(running);
    await work('host-1', NOW, 2);
    await db.warehouse.query(
      `insert into backfills (id, connection_id, stream, window_from, window_to, slice, parallel, requested_by)
       values ('b', $1, 'shopify.orders', now(), now(), 'month', 1, 'ann')`,
      [shop],
    );
    const slices = [1, 2].map((n) =>
      insertRun(
        db.warehouse,
        {
          connectionId: shop,
          stream: 'shopify.orders',
          kind: 'backfill',
          trigger: 'manual',
          backfillId: 'b',
          slice: n,
          windowTo: later(NOW, -n),
        },
        NOW,
      ),
    );
    const [first, second] = (await Promise.all(slices)).map((run) => run!.id);
    expect(await reasons()).toMatchObject({
      [first!]: 'next in line: 1 of 2 slots of shopify are taken',
      [second!]: 'queued behind 1: slices of backfill b go first, 1 at a time',
    });
    await db.warehouse.query(`update backfills set state = 'paused'`);
    expect((await reasons())[first!]).toMatch(/^paused by hand: backfill b is paused/);
  });

  it('knows which processes live', async () => {
    await work('host-1');
    await work('host-2', later(NOW, -minutes(1)));
    const [first, second] = await heartbeats(db.warehouse);
    expect(first).toMatchObject({ process: 'host-1', platforms: ['shopify'], slots: 1, stoppedAt: null });
    expect([isAlive(first!, NOW), isAlive(second!, NOW)]).toEqual([true, false]);
  });
});
