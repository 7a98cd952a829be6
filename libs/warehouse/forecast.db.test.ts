import { later, minutes, seconds } from '#kernel';
import { describeDb } from '../../tests/postgres.js';
import { forecast, paces, type PaceRow } from './forecast.js';
import { openTestWarehouse, type TestWarehouse } from './testing/open.js';
import type { Wait } from './waits.js';

const NOW = new Date('2026-11-21T14:00:00.000Z');

const row = (more: Partial<PaceRow> = {}): PaceRow => ({
  id: 'run',
  pages: 0,
  records: 0,
  calls: 0,
  busyMs: 0,
  startedAt: null,
  sourceCount: null,
  pastPages: null,
  pastMsPerPage: null,
  pastRecordsPerPage: null,
  pastCallsPerPage: null,
  ...more,
});
const past = { pastPages: 30, pastMsPerPage: 2000, pastRecordsPerPage: 100, pastCallsPerPage: 1 };
const wait = (kind: Wait['kind'], until: Date | null = null): Wait => ({ kind, text: '', until, behind: 0 });

describe('when a run ends', () => {
  it('is told from the platform’s count and the run’s own pace', () => {
    const running = row({
      pages: 10,
      records: 1000,
      calls: 10,
      startedAt: later(NOW, -seconds(30)),
      sourceCount: 2950,
      ...past,
    });
    expect(forecast(running, null, null, NOW)).toEqual({
      endsAt: later(NOW, seconds(60)),
      pagesLeft: 20,
      basis: 'count',
      heldBy: 'pace',
      text: 'finishes 14:01:00 UTC: 20 pages left by the platform’s count',
    });
  });

  it('is told from earlier runs where the platform tells no count', () => {
    expect(forecast(row(past), wait('next'), null, NOW)).toMatchObject({
      endsAt: later(NOW, minutes(1)),
      pagesLeft: 30,
      basis: 'history',
    });
    expect(forecast(row({ ...past, pages: 29, startedAt: NOW }), null, null, NOW)).toMatchObject({
      pagesLeft: 1,
      text: 'finishes 14:00:00 UTC: 1 page left by earlier runs',
    });
    // It did more than its like and has not ended: one page more, at least.
    expect(forecast(row({ ...past, pages: 99 }), null, null, NOW).pagesLeft).toBe(1);
  });

  it('does not trust the first pages, nor the clock over a pause', () => {
    const begun = { ...past, pages: 2, startedAt: later(NOW, -minutes(20)) };
    expect(forecast(row(begun), null, null, NOW).endsAt).toEqual(later(NOW, seconds(56)));
    expect(forecast(row({ ...begun, pages: 20, busyMs: 9 }), null, null, NOW).endsAt).toEqual(
      later(NOW, seconds(20)),
    );
  });

  it('is no sooner than the budget refills, shared by all runs of the account', () => {
    const budget = { pointsPerCall: 100, available: 1000, perSecond: 50, shared: 1 };
    // 30 pages of a call of 100 points, 1000 of 3000 in hand: 40 seconds, less than the minute it takes anyway.
    expect(forecast(row(past), null, budget, NOW)).toMatchObject({ heldBy: 'pace' });
    expect(forecast(row(past), null, { ...budget, shared: 2 }, NOW)).toMatchObject({
      endsAt: later(NOW, seconds(100)),
      heldBy: 'budget',
      text: 'finishes 14:01:40 UTC: 30 pages left by earlier runs, as fast as the budget refills',
    });
    const follows = row({ ...past, pastCallsPerPage: 3 });
    expect(forecast(follows, null, budget, NOW).endsAt).toEqual(later(NOW, seconds(160)));
  });

  it('begins when its wait ends', () => {
    const until = later(NOW, minutes(30));
    expect(forecast(row(past), wait('quota', until), null, NOW).endsAt).toEqual(later(NOW, minutes(31)));
  });

  it('cannot be told of a wait without an end, nor without any measure', () => {
    for (const kind of ['behind', 'paused', 'no-worker'] as const)
      expect(forecast(row(past), wait(kind), null, NOW)).toMatchObject({ endsAt: null, pagesLeft: null });
    expect(forecast(row(past), wait('behind'), null, NOW).text).toBe(
      'cannot be told while it is behind others',
    );
    expect(forecast(row(), null, null, NOW)).toMatchObject({ endsAt: null });
    expect(forecast(row({ sourceCount: 9 }), null, null, NOW)).toMatchObject({ endsAt: null });
    expect(forecast(row({ sourceCount: 9, pastPages: 1, pastRecordsPerPage: 9 }), null, null, NOW).text).toBe(
      'cannot be told before its first page',
    );
  });
});

describeDb('what earlier runs tell', () => {
  let db: TestWarehouse;
  beforeAll(async () => {
    db = await openTestWarehouse(2);
  });
  afterAll(() => db.close());

  it('are the medians of the last ten good ones of the stream and kind', async () => {
    const connection = await db.connect();
    const other = await db.connect();
    const finished = async (id: string, pages: number, more = 'dry = dry'): Promise<void> => {
      await db.warehouse.query(
        `insert into runs (id, connection_id, stream, kind, trigger, state, pages, records, calls, busy_ms, queued_at)
         values ($1, $2, 'fake.things', 'incremental', 'schedule', 'succeeded', $3, $3 * 100, $3 * 2, $3 * 500, now())`,
        [id, connection.id, pages],
      );
      await db.warehouse.query(`update runs set ${more} where id = $1`, [id]);
    };
    for (let i = 0; i < 10; i++) await finished(`good ${i}`, i < 5 ? 10 : 20);
    await finished('old', 9999, `queued_at = now() - interval '1 day'`);
    await finished('failed', 9999, `state = 'failed'`);
    await finished('refresh', 9999, `kind = 'refresh'`);
    await finished('elsewhere', 9999, `connection_id = '${other.id}'`);
    const run = await db.queue(connection);
    const first = await db.queue(await db.connect());
    const found = new Map((await paces(db.warehouse)).map((one) => [one.id, one]));
    expect(found.get(run.id)).toEqual({
      id: run.id,
      pages: 0,
      records: 0,
      calls: 0,
      busyMs: 0,
      startedAt: null,
      sourceCount: null,
      pastPages: 15,
      pastMsPerPage: 500,
      pastRecordsPerPage: 100,
      pastCallsPerPage: 2,
    });
    expect(found.get(first.id)).toMatchObject({ pastPages: null, pastMsPerPage: null });
    expect([...found.keys()].sort()).toEqual([run.id, first.id].sort());
  });
});
