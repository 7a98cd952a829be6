import { days, later, minutes } from '#kernel';
import { findCheckpoint, type ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import {
  bankPlatform,
  bankStream,
  day,
  entries,
  entry,
  FakeBank,
  type Entry,
} from '../../tests/fake-bank.js';
import { describeDb } from '../../tests/postgres.js';
import { planBackfill } from './backfill.js';

/** A stream of one list, by the instant of its entries. */
const plain = (name: `fake.${string}`, cursor: Parameters<typeof bankStream>[1]) =>
  bankStream(name, cursor, { each: undefined });
const spanned = plain('fake.spanned', { maxSpan: days(10), startAt: new Date(day(0)), lookback: 0 });
const settled = plain('fake.settled', { settle: minutes(3) });
const reaching = plain('fake.reaching', { reach: days(10), settle: minutes(3) });
const ledger = plain('fake.ledger', {
  lookback: days(30),
  grain: days(1),
  startAt: new Date(day(0)),
  replaces: 'madeAt',
  version: (one) => one.editedAt,
});
const streams = [
  spanned,
  settled,
  reaching,
  ledger,
  bankStream('fake.both', { maxSpan: days(10), startAt: new Date(day(0)) }),
];

describeDb('a window', () => {
  const bank = new FakeBank();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(bankPlatform(streams), bank);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    connection = await db.connect();
    bank.accounts = ['a', 'b'];
    bank.entries = [];
    bank.requests.length = 0;
    bank.script = () => undefined;
    db.clock.now = NOW;
  });

  const run = async (stream: string, more: Parameters<TestEngine['queue']>[1] = {}) =>
    db.finish(await db.queue(connection, { stream, ...more }));
  const alive = async (): Promise<string[]> =>
    (
      await db.engine.warehouse.query<{ id: string }>(
        'select source_id as id from test_things where connection_id = $1 and deleted_at is null order by 1',
        [connection.id],
      )
    ).map(({ id }) => id);
  const checkpoint = async (stream: string) =>
    (await findCheckpoint(db.engine.warehouse, connection.id, stream))?.cursorAt.toISOString() ?? null;
  const spans = () => bank.spans.map(([from, to]) => [from, Number(to.toFixed(3))]);

  describe('wider than the platform answers', () => {
    it('is read in spans, oldest first, and nothing is asked for twice or left out', async () => {
      bank.entries = entries('', 18);
      expect(await run('fake.spanned')).toMatchObject({ state: 'succeeded', inserted: 18, records: 18 });
      const end = (NOW.getTime() - Date.parse(day(0))) / 86_400_000;
      expect([...new Set(bank.spans.map((one) => JSON.stringify(one)))]).toEqual(
        [
          [0, 10 - 1 / 86_400_000],
          [10, 20 - 1 / 86_400_000],
          [20, end],
        ].map((one) => JSON.stringify(one)),
      );
    });

    it('moves the checkpoint of a list without order with each span, and goes on behind it', async () => {
      bank.entries = entries('', 18);
      const begun = await db.queue(connection, { stream: 'fake.spanned' });
      for (let slices = 0; slices < 4; slices++) await db.attempt(begun, { engine: { sliceMs: 0 } });
      expect(await checkpoint('fake.spanned')).toBeNull();
      await db.attempt(begun, { engine: { sliceMs: 0 } });
      expect(await checkpoint('fake.spanned')).toBe(day(9));
      bank.requests.length = 0;
      expect(await db.finish(begun)).toMatchObject({ state: 'succeeded', records: 18, inserted: 18 });
      expect(spans()[0]).toEqual([10, 20]);
      expect(await checkpoint('fake.spanned')).toBe(day(18));
    });

    it('is read of all parents before the next span, and the checkpoint waits for them', async () => {
      bank.entries = [entry('a', 1), entry('b', 2), entry('a', 12)];
      const begun = await db.queue(connection, { stream: 'fake.both' });
      await db.attempt(begun, { engine: { sliceMs: 0 } });
      expect(await checkpoint('fake.both')).toBeNull();
      await db.attempt(begun, { engine: { sliceMs: 0 } });
      expect(await checkpoint('fake.both')).toBe(day(2));
      expect(await db.finish(begun)).toMatchObject({ state: 'succeeded', inserted: 3 });
      expect(bank.asked).toEqual(['accounts', 'a 1', 'b 1', 'a 1', 'b 1', 'a 1', 'b 1']);
    });
  });

  describe('of a platform whose newest records must settle', () => {
    it('ends so long before now, and before its own start never', async () => {
      await run('fake.settled');
      expect(bank.requests[0]!.query!['to']).toBe(later(NOW, -minutes(3)).toISOString());
    });

    it('begins at its end where the checkpoint is newer', async () => {
      bank.entries = [entry('', 1, { at: later(NOW, -minutes(4)).toISOString() })];
      await run('fake.settled');
      db.clock.now = later(NOW, -minutes(1));
      await db.finish(await db.queue(connection, { stream: 'fake.settled' }), {
        engine: { lookbackOf: () => 0 },
      });
      const { from, to } = bank.requests.at(-1)!.query!;
      expect([from, to]).toEqual([
        later(NOW, -minutes(4)).toISOString(),
        later(NOW, -minutes(4)).toISOString(),
      ]);
    });

    it('tells of nothing that it is gone: what is hidden may be any of it', async () => {
      bank.entries = entries('', 3);
      await run('fake.settled');
      bank.entries = entries('', 2);
      expect(await run('fake.settled', { kind: 'refresh' })).toMatchObject({ state: 'succeeded', gone: 0 });
      expect(await alive()).toHaveLength(3);
    });

    it('of a backfill ends there too', () => {
      const plan = {
        stream: settled,
        from: new Date(day(1)),
        to: NOW,
        slices: 'month',
        parallel: 1,
      } as const;
      expect(planBackfill(plan, NOW)).toEqual([{ from: plan.from, to: later(NOW, -minutes(3)) }]);
      expect(() => planBackfill({ ...plan, from: later(NOW, -minutes(2)) }, NOW)).toThrow(/too new/);
    });
  });

  describe('of a platform that can be asked so far back only', () => {
    it('begins there, whoever asks', async () => {
      for (const kind of ['incremental', 'refresh'] as const) await run('fake.reaching', { kind });
      const from = later(NOW, -days(10)).toISOString();
      expect(bank.requests.map(({ query }) => query?.['from'])).toEqual([from, from]);
    });

    it('is refused to a backfill when that is planned', () => {
      const plan = { stream: reaching, to: NOW, slices: 'month', parallel: 1 } as const;
      expect(() => planBackfill({ ...plan, from: new Date(day(1)) }, NOW)).toThrow(
        /further back .* the earliest is 2026-11-11T10:00:00Z/,
      );
    });
  });

  describe('that is replaced', () => {
    const read = (more: Parameters<TestEngine['queue']>[1] = {}) => run('fake.ledger', more);
    const without = (...ids: string[]): Entry[] =>
      (bank.entries as Entry[]).filter(({ id }) => !ids.includes(id));
    beforeEach(async () => {
      bank.entries = entries('', 20);
      await read();
      bank.requests.length = 0;
    });

    it('loses the rows that are not served any more, once a second look agrees', async () => {
      bank.entries = without('005', '006');
      expect(await read()).toMatchObject({ state: 'succeeded', gone: 2, inserted: 0 });
      expect(bank.requests).toHaveLength(18);
      expect(await alive()).toHaveLength(18);
    });

    it('keeps a row that only one of the two readings left out', async () => {
      bank.script = (request, n) => {
        if (n !== 3) return undefined;
        const reply = bank.serve(request);
        const body = reply.body as { entries: Entry[] };
        return { ...reply, body: { entries: body.entries.slice(1) } };
      };
      expect(await read()).toMatchObject({ state: 'succeeded', gone: 0 });
      expect(await alive()).toHaveLength(20);
    });

    it('leaves rows outside of it alone, and takes whole days at both ends', async () => {
      bank.entries = without('002', '004', '006', '009');
      const span = { windowFrom: new Date(day(4, 3_600_000)), windowTo: new Date(day(6)) };
      bank.script = (request) =>
        bank.serve({ ...request, query: { ...request.query, from: day(4), to: day(6) } });
      expect(await read({ kind: 'backfill', ...span })).toMatchObject({ state: 'succeeded', gone: 2 });
      expect(await alive()).toEqual(
        ['001', '002', '003', '005', ...entries('', 14, 7).map(({ id }) => id)].sort(),
      );
    });

    it('follows a row that moves inside it, whichever way, by the row’s own version', async () => {
      bank.entries = [...without('015'), entry('', 15, { at: day(3, 60_000), editedAt: day(19) })];
      expect(await read()).toMatchObject({ state: 'succeeded', changed: 1, gone: 0 });
      const [row] = await db.engine.warehouse.query<{ at: Date; version: Date }>(
        `select made_at as at, source_updated_at as version from test_things where connection_id = $1 and source_id = '015'`,
        [connection.id],
      );
      expect(row).toEqual({ at: new Date(day(3, 60_000)), version: new Date(day(19)) });
    });

    it('marks nothing gone while a record of it lies in the quarantine', async () => {
      bank.entries = [...without('005'), { ...entry('', 19, { id: 'bad' }), amount: 1 }];
      expect(await read()).toMatchObject({ state: 'succeeded', quarantined: 1, gone: 0 });
    });

    it('and read half marks nothing gone', async () => {
      bank.entries = without('005');
      bank.script = ({ query }) => (query?.['page'] === 4 ? bank.reply(404) : undefined);
      expect(await read()).toMatchObject({ state: 'failed', gone: 0 });
      expect(await alive()).toHaveLength(20);
    });

    it('and most of it gone at once is suspicious', async () => {
      bank.entries = entries('', 3);
      const emptied = await read();
      expect(emptied).toMatchObject({ state: 'failed', gone: 0, verdict: 'differs' });
      expect(emptied.failure).toContain('served 3 of the 20 rows');
    });
  });
});
