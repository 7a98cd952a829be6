import { days, earlier, hours, later } from '#kernel';
import { openQueues, slotAt, type Queues } from '#queue';
import type { Stream } from '#sync';
import type { ConnectionRow } from '#warehouse';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { fakeListing } from '../../tests/fake-listing.js';
import { declaredSchedules, type StreamSetting } from './declared.js';
import { declaredComparisons, enqueueComparisons, nightOf, type Comparison } from './nightly.js';

const listed: Stream = { ...fakeStream('fake.things'), listing: fakeListing };
const platform = fakePlatform({ streams: [listed, fakeStream('fake.heap')] });
const NOON = new Date('2026-11-21T12:00:00.000Z');

const comparisons = (
  connection: ConnectionRow,
  settings: Record<string, StreamSetting> = {},
): Comparison[] => {
  const map = new Map(Object.entries(settings));
  return declaredComparisons(
    declaredSchedules([connection], [platform], map, []),
    [connection],
    [platform],
    map,
  );
};

describe('the night', () => {
  const nights = Array.from({ length: 500 }, (_, n) => nightOf(`fake.things@conn_${n}`));
  const minuteOf = (n: number): number => {
    const slot = slotAt(nights[n]!, NOON);
    return slot.getUTCHours() * 60 + slot.getUTCMinutes();
  };

  it('is the same minute every time, between one and five', () => {
    expect(nightOf('fake.things@conn_1')).toEqual(nightOf('fake.things@conn_1'));
    for (const n of nights.keys()) {
      expect(minuteOf(n)).toBeGreaterThanOrEqual(60);
      expect(minuteOf(n)).toBeLessThan(300);
    }
  });

  it('is spread over the connections', () => {
    const perHour = [1, 2, 3, 4].map(
      (hour) => nights.filter((_, n) => Math.floor(minuteOf(n) / 60) === hour).length,
    );
    for (const count of perHour) expect(count).toBeGreaterThan(80);
  });
});

describeDb('nightly comparisons', () => {
  let db: TestEngine;
  let queues: Queues;
  let connection: ConnectionRow;
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
    connection = { ...(await db.connect()), createdAt: earlier(NOON, days(9)) };
  });

  const pass = (now: Date, wanted = comparisons(connection)) =>
    enqueueComparisons({ warehouse: db.engine.warehouse, queues, logger: db.engine.logger }, wanted, now);
  const runs = () =>
    db.engine.warehouse.query<{ id: string; stream: string; state: string; slot: Date }>(
      `select id, stream, state, slot from runs where connection_id = $1 and kind = 'reconcile' order by slot`,
      [connection.id],
    );
  const readWhole = async (): Promise<void> => {
    await db.finish(await db.queue(connection));
  };

  it('are made once a night, for streams that can be listed', async () => {
    await readWhole();
    expect(await pass(NOON)).toBe(1);
    expect(await pass(later(NOON, hours(2)))).toBe(0);
    const [run] = await runs();
    expect(run).toMatchObject({ stream: 'fake.things', state: 'queued' });
    expect(await queues.runState('fake', run!.id)).toBe('open');
  });

  it('replace one of an earlier night that still waits', async () => {
    await readWhole();
    await pass(NOON);
    await pass(later(NOON, days(1)));
    const [old, fresh] = await runs();
    expect([old!.state, fresh!.state]).toEqual(['cancelled', 'queued']);
    expect(await queues.runState('fake', old!.id)).toBe('missing');
  });

  it('come to their end, however long one takes: the next night waits for it', async () => {
    await readWhole();
    await pass(NOON);
    const [run] = await runs();
    await db.engine.warehouse.query(`update runs set pages = 1, state = 'snoozed' where id = $1`, [run!.id]);
    expect(await pass(later(NOON, days(1)))).toBe(0);
    await db.engine.warehouse.query(`update runs set state = 'succeeded' where id = $1`, [run!.id]);
    expect(await pass(later(NOON, days(1)))).toBe(1);
  });

  it('leave alone a stream that was never read to its end', async () => {
    expect(await pass(NOON)).toBe(0);
    await readWhole();
    expect(await pass(NOON)).toBe(1);
  });

  it('are not owed for nights before the connection was made', async () => {
    await readWhole();
    connection = { ...connection, createdAt: earlier(NOON, hours(1)) };
    expect(await pass(NOON)).toBe(0);
    expect(await pass(later(NOON, days(1)))).toBe(1);
  });

  it('follow the file', async () => {
    await readWhole();
    expect(comparisons(connection, { 'fake.things': { enabled: true, reconcile: 'off' } })).toEqual([]);
    expect(comparisons(connection, { 'fake.things': { enabled: false } })).toEqual([]);
    const every = comparisons(connection, {
      'fake.things': { enabled: true, reconcile: { every: hours(6) } },
    });
    expect(every).toMatchObject([
      { id: `fake.things@${connection.id}@reconcile`, cadence: { every: hours(6) } },
    ]);
    expect(await pass(NOON, every)).toBe(1);
    expect(await pass(later(NOON, hours(6)), every)).toBe(1);
  });
});
