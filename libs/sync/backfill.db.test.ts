import { minutes } from '#kernel';
import {
  cancelBackfill,
  cancelRun,
  claimRun,
  closeBackfills,
  dueSlices,
  findBackfill,
  findCheckpoint,
  findRun,
  insertBackfill,
  moveBackfill,
  requeueRun,
  retryBackfill,
  waitingRuns,
  type ConnectionRow,
  type Slice,
} from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, fakeStream, manyThings, thing, type Thing } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { RangedShop } from '../../tests/ranged-shop.js';
import { planBackfill } from './backfill.js';
import { execute } from './execute.js';
import { PageDepth } from './page-depth.js';

type Depth = { after: string; depth: number };
/** Two pages deep and no deeper, as a platform that caps its offsets. */
const shallow = {
  next: ({ body, place }: { body: unknown; place: unknown }) => {
    const { next } = body as { next: { after: string } | null };
    if (next === null) return null;
    const depth = ((place as Depth | null)?.depth ?? 0) + 1;
    if (depth >= 2) throw new PageDepth('the platform shows two pages and no more');
    return { ...next, depth };
  },
};
const streams = [
  fakeStream('fake.things'),
  fakeStream('fake.shallow', {}, shallow),
  fakeStream('fake.heap', { order: 'unordered' }, shallow),
];
const platform = fakePlatform({ streams });
const FROM = new Date('2026-11-01T00:01:00Z');

describeDb('a backfill', () => {
  const shop = new RangedShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(platform, shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    shop.things = manyThings(20);
    shop.requests.length = 0;
    shop.script = () => undefined;
    shop.sorted = true;
    db.clock.now = NOW;
  });

  const w = () => db.engine.warehouse;
  /** Windows in minutes since midnight of the first of November, which is when the things were made. */
  const make = async (
    minutesOf: readonly (readonly [number, number])[],
    parallel = 2,
    stream = 'fake.things',
  ) => {
    const at = (n: number) => new Date(thing(n).updatedAt);
    return insertBackfill(
      w(),
      {
        connectionId: connection.id,
        stream,
        from: FROM,
        to: at(20),
        slice: 'day',
        parallel,
        requestedBy: 'ann',
        windows: minutesOf.map(([from, to]) => ({ from: at(from), to: at(to) })),
      },
      NOW,
    );
  };
  const three = [
    [15, 20],
    [8, 14],
    [1, 7],
  ] as const;
  const find = (id: string) => findBackfill(w(), id, db.clock.now);
  const claim = (id: string) => claimRun(w(), id, { worker: 'w', leaseMs: 60_000, now: db.clock.now });
  const run = (runId: string, wake: (slice: Slice) => Promise<void> = async () => undefined) =>
    execute({
      engine: db.engine,
      platform,
      runId,
      signal: new AbortController().signal,
      progress: async () => undefined,
      wake,
    });
  /** As workers do: whatever is due, until nothing is. */
  const drain = async (id: string) => {
    for (let due = await dueSlices(w(), id); due.length > 0; due = await dueSlices(w(), id)) {
      await run(due[0]!.id);
      db.clock.now = new Date(db.clock.now.getTime() + minutes(1));
    }
    return find(id);
  };
  const stored = async () =>
    (
      await w().query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 order by 1',
        [connection.id],
      )
    ).map((row) => row.id);
  const ids = () => (shop.things as Thing[]).map((one) => one.id).sort();
  const logsOf = async (id: string) =>
    (await w().query<{ message: string }>('select message from run_logs where run_id = $1', [id]))
      .map(({ message }) => message)
      .join('; ');

  it('is read slice by slice, the most recent first, and leaves the live checkpoint alone', async () => {
    const { id, slices } = await make(three);
    expect(await find(id)).toMatchObject({ state: 'running', slices: 3, waiting: 3, share: 0, leftMs: null });
    expect((await dueSlices(w(), id)).map((one) => one.id)).toEqual([slices[0]!.id, slices[1]!.id]);
    const ended = await drain(id);
    expect(ended).toMatchObject({
      state: 'succeeded',
      succeeded: 3,
      records: 20,
      inserted: 40,
      share: 1,
      leftMs: 0,
    });
    expect(ended.finishedAt).not.toBeNull();
    expect(await stored()).toEqual(ids());
    expect(shop.pages.map(({ from }) => from)).toEqual(
      [...shop.pages.map(({ from }) => from)].sort().reverse(),
    );
    expect(await findCheckpoint(w(), connection.id, 'fake.things')).toBeNull();
  });

  it('asks for nothing twice: as many calls as pages, one more at most for each slice', async () => {
    const day = { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-09T00:00:00Z') };
    shop.things = Array.from({ length: 400 }, (_, i) =>
      thing(i, { updatedAt: new Date(day.from.getTime() + i * minutes(28.8)).toISOString() }),
    );
    const plan = { stream: streams[0]!, ...day, slices: 'day', parallel: 2 } as const;
    const windows = planBackfill(plan, NOW);
    const { id } = await insertBackfill(
      w(),
      {
        connectionId: connection.id,
        stream: 'fake.things',
        ...day,
        slice: 'day',
        parallel: 2,
        requestedBy: 'ann',
        windows,
      },
      NOW,
    );
    expect(await drain(id)).toMatchObject({ state: 'succeeded', records: 400, inserted: 800, same: 0 });
    expect(shop.requests.length).toBeLessThanOrEqual(400 / 4 + windows.length);
    expect(await stored()).toHaveLength(400);
  });

  it('begins each slice with pages as large as the one before was given', async () => {
    shop.headers['x-room'] = 'yes';
    const { id } = await make(three, 1);
    await drain(id);
    delete shop.headers['x-room'];
    expect(shop.pages.map(({ size }) => size)).toEqual([4, 8, 16, 16]);
  });

  describe('gives seats', () => {
    it('to as many slices as may run at once, whatever races, and to the live run besides', async () => {
      const { slices } = await make(
        Array.from({ length: 12 }, (_, i) => [i + 1, i + 1] as const),
        3,
      );
      const live = await db.queue(connection);
      const claims = await Promise.all(slices.map((slice) => claim(slice.id)));
      expect(claims.filter((one) => 'run' in one)).toHaveLength(3);
      expect(claims.find((one) => 'refused' in one)).toMatchObject({ refused: 'turn' });
      expect(await claim(live.id)).toHaveProperty('run');
      const seats = claims.flatMap((one) => ('run' in one ? [one.run.seat] : []));
      expect(seats.sort()).toEqual([1, 2, 3]);
    });

    it('to a slice that was refused as soon as another ends, and wakes it', async () => {
      const { id, slices } = await make(three, 1);
      const woken: string[] = [];
      shop.script = async (request, n) => {
        if (n === 1)
          expect(await run(slices[1]!.id)).toMatchObject({
            to: 'later',
            why: expect.stringContaining('1 slices of its backfill') as string,
          });
        return shop.serve(request);
      };
      await run(slices[0]!.id, async (slice) => void woken.push(slice.id));
      expect(woken).toEqual([slices[1]!.id]);
      expect((await dueSlices(w(), id)).map((one) => one.id)).toEqual([slices[1]!.id]);
    });

    it('back from a slice whose worker died', async () => {
      const { slices } = await make(three, 1);
      await claim(slices[0]!.id);
      expect(await claim(slices[1]!.id)).toMatchObject({ refused: 'turn' });
      db.clock.now = new Date(NOW.getTime() + minutes(5));
      expect(await claim(slices[0]!.id)).toMatchObject({ run: { attempt: 2, seat: 1 } });
    });

    it('and only the slices whose turn it is need a job', async () => {
      const { slices } = await make(three, 2);
      const mine = async () =>
        (await waitingRuns(w())).filter((one) => one.connectionId === connection.id).map((one) => one.id);
      expect((await mine()).sort()).toEqual([slices[0]!.id, slices[1]!.id].sort());
    });
  });

  describe('that is paused', () => {
    it('stops at the next page, keeps what it read, and goes on from there', async () => {
      const { id, slices } = await make([[1, 20]]);
      shop.script = async (_, n) => {
        if (n === 2) await moveBackfill(w(), id, 'paused', NOW);
        return undefined as never;
      };
      expect(await run(slices[0]!.id)).toMatchObject({ to: 'later', why: 'its backfill is paused' });
      expect(await findRun(w(), slices[0]!.id)).toMatchObject({
        state: 'queued',
        reason: 'its backfill is paused',
        pages: 2,
        attempt: 0,
      });
      expect(await dueSlices(w(), id)).toEqual([]);
      expect(await run(slices[0]!.id)).toMatchObject({ to: 'later', why: 'its backfill is paused' });
      expect(shop.requests).toHaveLength(2);
      await moveBackfill(w(), id, 'running', NOW);
      expect(await drain(id)).toMatchObject({ state: 'succeeded', pages: 5, records: 20, inserted: 40 });
      expect(shop.requests).toHaveLength(5);
    });

    it('is neither paused again nor resumed once it has ended, in a sentence', async () => {
      const { id } = await make([[1, 20]]);
      await moveBackfill(w(), id, 'paused', NOW);
      await expect(moveBackfill(w(), id, 'paused', NOW)).rejects.toThrow(`backfill ${id} is paused already`);
      await moveBackfill(w(), id, 'running', NOW);
      await drain(id);
      await expect(moveBackfill(w(), id, 'running', NOW)).rejects.toThrow(
        'is succeeded: it cannot become running',
      );
    });
  });

  it('that is cancelled keeps what was committed, and its running slice’s next page is refused', async () => {
    const { id, slices } = await make(three, 2);
    shop.script = async (_, n) => {
      if (n === 2) await cancelBackfill(w(), id, NOW);
      return undefined as never;
    };
    expect(await run(slices[0]!.id)).toEqual({ to: 'done', result: { lost: true } });
    expect(await find(id)).toMatchObject({ state: 'cancelled', cancelled: 3, records: 4 });
    expect(await stored()).toEqual(ids().slice(14, 18));
    await expect(cancelBackfill(w(), id, NOW)).rejects.toThrow(`npx stratus backfill retry ${id}`);
    expect(await run(slices[1]!.id)).toEqual({ to: 'done', result: { finished: true } });
    shop.script = () => undefined;
    expect(await retryBackfill(w(), id, NOW)).toBe(3);
    expect(await drain(id)).toMatchObject({ state: 'succeeded', cancelled: 0, records: 20 });
    expect(await stored()).toEqual(ids());
  });

  describe('of which a slice fails', () => {
    const refuseOlder = () => {
      shop.script = ({ query }) =>
        String(query?.['from']) < '2026-11-01T00:08' ? shop.reply(400, { error: 'no' }) : undefined;
    };

    it('reads all the others before it is failed', async () => {
      refuseOlder();
      const { id, slices } = await make([three[2], three[0], three[1]], 1);
      await run(slices[2]!.id);
      expect(await find(id)).toMatchObject({ state: 'running' });
      expect(await drain(id)).toMatchObject({ state: 'failed', failed: 1, succeeded: 2 });
    });

    it.each([
      ['the slice alone', (slice: string) => requeueRun(w(), slice, NOW)],
      ['every failed slice', (_: string, id: string) => retryBackfill(w(), id, NOW)],
    ])('runs again when a person retries %s, and ends well', async (_, retry) => {
      refuseOlder();
      const { id, slices } = await make(three);
      await drain(id);
      const calls = shop.requests.length;
      shop.script = () => undefined;
      await retry(slices[2]!.id, id);
      expect(await find(id)).toMatchObject({ state: 'running', waiting: 1, finishedAt: null });
      expect(await drain(id)).toMatchObject({ state: 'succeeded', failed: 0, records: 20 });
      expect(shop.requests.length - calls).toBe(2);
      expect(await stored()).toEqual(ids());
      await expect(retryBackfill(w(), id, NOW)).rejects.toThrow('none of its 3 slices failed');
    });
  });

  it('ends as cancelled where a person cancelled its last slice, whoever notices', async () => {
    const { id, slices } = await make([[1, 20]]);
    await cancelRun(w(), slices[0]!.id, 'by hand', NOW);
    expect(await closeBackfills(w(), NOW)).toEqual([id]);
    expect(await closeBackfills(w(), NOW)).toEqual([]);
    expect(await find(id)).toMatchObject({ state: 'cancelled' });
  });

  it('tells how long is left from what was read and how long that took', async () => {
    const { id, slices } = await make(
      [
        [11, 20],
        [1, 10],
      ],
      1,
    );
    shop.script = () => {
      db.clock.now = new Date(db.clock.now.getTime() + minutes(1));
      return undefined;
    };
    // A page a minute, and each minute ends its time slice.
    for (let page = 0; page < 3; page++) await run(slices[0]!.id);
    expect(await find(id)).toMatchObject({ share: 0.5, leftMs: minutes(3) });
  });

  describe('deeper than the platform’s pages', () => {
    it('is cut where it stands, and only that instant is asked for again', async () => {
      const { id } = await make([[1, 20]], 1, 'fake.shallow');
      const ended = await drain(id);
      expect(ended).toMatchObject({ state: 'succeeded', failed: 0 });
      expect(ended.slices).toBeGreaterThan(2);
      expect(await stored()).toEqual(ids());
      const spans = await w().query<{ from: Date; to: Date }>(
        `select window_from as "from", window_to as "to" from runs where backfill_id = $1 order by 1`,
        [id],
      );
      expect(spans[0]!.from).toEqual(FROM);
      expect(spans.at(-1)!.to).toEqual(new Date(thing(20).updatedAt));
      spans.slice(1).forEach(({ from }, i) => expect(from.getTime() - spans[i]!.to.getTime()).toBe(1));
    });

    it('is halved where pages come in no order', async () => {
      shop.sorted = false;
      const { id, slices } = await make([[1, 20]], 1, 'fake.heap');
      expect(await drain(id)).toMatchObject({ state: 'succeeded', failed: 0 });
      expect(await stored()).toEqual(ids());
      expect(await logsOf(slices[0]!.id)).toMatch(
        /too deep for the platform's pages: .* is a slice of its own now/,
      );
    });

    it('fails for the one instant that holds too much, with the platform’s words, and reads the rest', async () => {
      const crowd = thing(10).updatedAt;
      shop.things = [
        ...manyThings(9),
        ...Array.from({ length: 12 }, (_, i) => thing(40 + i, { updatedAt: crowd })),
        ...manyThings(3, 11),
      ];
      const { id } = await make([[1, 20]], 1, 'fake.shallow');
      expect(await drain(id)).toMatchObject({ state: 'failed', failed: 1 });
      const [failed] = await w().query<{ from: Date; to: Date; failure: string }>(
        `select window_from as "from", window_to as "to", failure from runs where backfill_id = $1 and state = 'failed'`,
        [id],
      );
      expect(failed).toMatchObject({
        from: new Date(crowd),
        to: new Date(crowd),
        failure: expect.stringContaining('two pages and no more') as string,
      });
      expect(await stored()).toEqual(expect.arrayContaining(manyThings(3, 11).map((one) => one.id)));
    });

    it('fails a run that is no slice with the platform’s words', async () => {
      const alone = await db.finish(await db.queue(connection, { stream: 'fake.shallow' }));
      expect(alone).toMatchObject({
        state: 'failed',
        failure: expect.stringContaining('two pages and no more') as string,
      });
    });
  });
});
