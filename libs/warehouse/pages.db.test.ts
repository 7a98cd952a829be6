import { hash } from 'node:crypto';
import type { Json } from '#kernel';
import { describeDb } from '../../tests/postgres.js';
import { findCheckpoint } from './connections.js';
import { commitPage, type Page } from './pages.js';
import type { Bad } from './quarantine.js';
import type { ConnectionRow, RunRow } from './rows.js';
import { claimRun, findRun, LeaseLost, reapRuns } from './runs.js';
import { NOW, openTestWarehouse, type TestWarehouse } from './testing/open.js';
import { boxes, createTable, emptyBox, lids } from './testing/tables.js';
import type { Incoming } from './upsert.js';

const at = (second: number): Date => new Date(NOW.getTime() + second * 1000);
const LEASE = 60_000;

const box = (sourceId: string, version = 1, name: string | null = null): Incoming => ({
  sourceId,
  version: at(version),
  gone: false,
  row: { ...emptyBox, name },
});
const lid = (sourceId: string, parentSourceId: string, version = 1): Incoming => ({
  sourceId,
  parentSourceId,
  version: at(version),
  gone: false,
  row: { name: sourceId },
});
const bad = (key: string | null, payload: Json = { id: key }, reason = 'wrong'): Bad => ({
  key,
  version: null,
  payload,
  whole: true,
  reason,
  cause: {
    fingerprint: hash('md5', reason).slice(0, 16),
    kind: 'record',
    platform: 'test',
    stream: 'test.boxes',
    operation: null,
    message: reason,
  },
});

type Parts = Partial<Omit<Page, 'main' | 'children'>> & { rows?: Incoming[]; lids?: Incoming[] };
const page = ({ rows = [], lids: children, ...more }: Parts = {}): Page => ({
  main: { into: boxes, rows },
  children: children ? [{ into: lids, rows: children }] : [],
  bad: [],
  landed: [],
  records: rows.length,
  calls: 1,
  place: null,
  cursorAt: null,
  checkpoint: null,
  pageSize: 10,
  counted: true,
  comparison: 'fingerprint',
  leaseUntil: at(60),
  ...more,
});

describeDb('a page', () => {
  let db: TestWarehouse;
  let connection: ConnectionRow;
  let run: RunRow;
  beforeAll(async () => {
    db = await openTestWarehouse();
    await createTable(db.warehouse, boxes);
    await createTable(db.warehouse, lids);
  });
  afterAll(() => db.close());

  const claimNew = async (more: { dry?: boolean; stream?: string } = {}): Promise<RunRow> => {
    const queued = await db.queue(connection, more);
    const got = await claimRun(db.warehouse, queued.id, { worker: 'w', leaseMs: LEASE, now: NOW });
    if ('refused' in got) throw new Error(got.refused);
    return got.run;
  };
  const quarantined = () =>
    db.warehouse.query(
      `select record_key as key, payload, reason, state, times, run_id as run, page from quarantine
       where connection_id = $1 order by record_key`,
      [connection.id],
    );
  const checkpoint = async () =>
    (await findCheckpoint(db.warehouse, connection.id, 'fake.things'))?.cursorAt ?? null;
  const keys = async (table: string) =>
    (
      await db.warehouse.query<{ k: string }>(
        `select source_id as k from ${table} where connection_id = $1 and deleted_at is null order by 1`,
        [connection.id],
      )
    ).map((row) => row.k);

  beforeEach(async () => {
    connection = await db.connect();
    run = await claimNew();
  });

  it('commits rows, children, counts, place, lease and checkpoint together', async () => {
    const counts = await commitPage(
      db.warehouse,
      run,
      page({
        rows: [box('a'), box('b')],
        lids: [lid('a1', 'a'), lid('b1', 'b')],
        records: 3,
        calls: 2,
        bad: [bad('c')],
        place: { after: 'x' },
        cursorAt: at(1),
        checkpoint: at(1),
        pageSize: 20,
      }),
    );
    const told = {
      pages: 1,
      calls: 2,
      records: 3,
      inserted: 4,
      changed: 0,
      same: 0,
      gone: 0,
      quarantined: 1,
    };
    expect(counts).toEqual(told);
    expect(await findRun(db.warehouse, run.id)).toMatchObject({
      ...told,
      place: { after: 'x' },
      cursorAt: at(1),
      pageSize: 20,
      leaseUntil: at(60),
    });
    expect(await checkpoint()).toEqual(at(1));
    await commitPage(
      db.warehouse,
      run,
      page({ rows: [box('a', 2)], lids: [lid('a2', 'a', 2)], place: null, cursorAt: at(0) }),
    );
    expect(await keys('test_lids')).toEqual(['a2', 'b1']);
    expect(await findRun(db.warehouse, run.id)).toMatchObject({
      pages: 2,
      inserted: 5,
      changed: 1,
      gone: 1,
      place: null,
      cursorAt: at(1),
    });
  });

  it('of a worker that lost its lease leaves no trace', async () => {
    await reapRuns(db.warehouse, at(61));
    const before = await findRun(db.warehouse, run.id);
    const late = page({
      rows: [box('a')],
      lids: [lid('a1', 'a')],
      bad: [bad('c')],
      landed: ['d'],
      cursorAt: at(1),
      checkpoint: at(1),
      place: { after: 'x' },
    });
    await expect(commitPage(db.warehouse, run, late)).rejects.toThrow(LeaseLost);
    expect(await keys('test_boxes')).toEqual([]);
    expect(await keys('test_lids')).toEqual([]);
    expect(await quarantined()).toEqual([]);
    expect(await checkpoint()).toBeNull();
    expect(await findRun(db.warehouse, run.id)).toEqual(before);
  });

  it('of a worker that was overtaken is refused though the run is running again', async () => {
    const next = await claimRun(db.warehouse, run.id, { worker: 'w2', leaseMs: LEASE, now: at(61) });
    expect('run' in next).toBe(true);
    await expect(commitPage(db.warehouse, run, page({ rows: [box('a')] }))).rejects.toThrow(LeaseLost);
    expect(await keys('test_boxes')).toEqual([]);
  });

  it('that Postgres refuses leaves no trace either', async () => {
    const broken = page({
      rows: [box('a')],
      lids: [{ ...lid('a1', 'a'), row: { name: 'x'.repeat(10) }, version: new Date('+010000-01-01') }],
      cursorAt: at(1),
      checkpoint: at(1),
    });
    await expect(commitPage(db.warehouse, run, broken)).rejects.toThrow();
    expect(await keys('test_boxes')).toEqual([]);
    expect(await checkpoint()).toBeNull();
  });

  it('never moves a checkpoint backwards', async () => {
    await commitPage(db.warehouse, run, page({ checkpoint: at(5) }));
    await commitPage(db.warehouse, run, page({ checkpoint: at(3) }));
    expect(await checkpoint()).toEqual(at(5));
    await commitPage(db.warehouse, run, page({ checkpoint: at(7) }));
    expect(await checkpoint()).toEqual(at(7));
  });

  it('of a dry run is counted and writes nothing', async () => {
    connection = await db.connect();
    const dry = await claimNew({ dry: true });
    const counts = await commitPage(
      db.warehouse,
      dry,
      page({ rows: [box('a')], bad: [bad('c')], cursorAt: at(1), checkpoint: at(1) }),
    );
    expect(counts).toMatchObject({ pages: 1, records: 1, inserted: 0, quarantined: 1 });
    expect(await keys('test_boxes')).toEqual([]);
    expect(await quarantined()).toEqual([]);
    expect(await checkpoint()).toBeNull();
  });

  it('keeps bad records with payload and reason, once each, and knows them again', async () => {
    const nasty = { id: 'é', zero: '\0', half: '\udc00', __proto__: { a: 1 } };
    const first = page({ bad: [bad('k', nasty, 'qty: expected number'), bad(null, { no: 'key' })] });
    await commitPage(db.warehouse, run, first);
    await commitPage(
      db.warehouse,
      run,
      page({ bad: [bad('k', { id: 2 }, 'again'), bad(null, { no: 'key' })] }),
    );
    const rows = await quarantined();
    expect(rows).toEqual([
      { key: 'k', payload: { id: 2 }, reason: 'again', state: 'open', times: 2, run: run.id, page: 2 },
      {
        key: expect.stringMatching(/^payload:[0-9a-f]{32}$/) as string,
        payload: { no: 'key' },
        reason: 'wrong',
        state: 'open',
        times: 2,
        run: run.id,
        page: 2,
      },
    ]);
  });

  it('takes two bad records of one key, and keys that differ only in what Postgres cannot hold', async () => {
    await commitPage(db.warehouse, run, page({ bad: [bad('k'), bad('k'), bad('\0'), bad('\uFFFD')] }));
    expect(await quarantined()).toHaveLength(2);
  });

  it('marks as landed what came back whole, and open again what broke again', async () => {
    await commitPage(db.warehouse, run, page({ bad: [bad('a'), bad('b')] }));
    await commitPage(db.warehouse, run, page({ rows: [box('a')], landed: ['a', 'x'] }));
    expect(await quarantined()).toMatchObject([
      { key: 'a', state: 'landed' },
      { key: 'b', state: 'open' },
    ]);
    await commitPage(db.warehouse, run, page({ bad: [bad('a')] }));
    expect(await quarantined()).toMatchObject([
      { key: 'a', state: 'open', times: 2 },
      { key: 'b', state: 'open' },
    ]);
  });

  it('that is not counted stores its bad records and will be read again', async () => {
    await commitPage(db.warehouse, run, page({ bad: [bad('a')], counted: false, place: { after: 'here' } }));
    expect(await findRun(db.warehouse, run.id)).toMatchObject({ pages: 0, place: { after: 'here' } });
    expect(await quarantined()).toHaveLength(1);
  });

  it('with an older parent brings none of its children', async () => {
    await commitPage(db.warehouse, run, page({ rows: [box('a', 5)], lids: [lid('a2', 'a', 5)] }));
    await commitPage(
      db.warehouse,
      run,
      page({ rows: [box('a', 3), box('b', 3)], lids: [lid('a1', 'a', 3), lid('b1', 'b', 3)] }),
    );
    expect(await keys('test_lids')).toEqual(['a2', 'b1']);
  });
});
