import fc from 'fast-check';
import { decimal, type CalendarDate } from '#kernel';
import { describeDb } from '../../tests/postgres.js';
import { queryOf } from './pages.js';
import { openTestWarehouse, type TestWarehouse } from './testing/open.js';
import { boxes, createTable, emptyBox, lids } from './testing/tables.js';
import { markGoneChildren, upsert, type Comparison, type Incoming, type Written } from './upsert.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 21, 10, 0, second));

const box = (sourceId: string, version: number | null, row: object = {}, gone = false): Incoming => ({
  sourceId,
  version: version === null ? null : at(version),
  gone,
  row: { ...emptyBox, ...row },
});

describeDb('upsert', () => {
  let db: TestWarehouse;
  let connectionId = '';
  let made = 0;
  beforeAll(async () => {
    db = await openTestWarehouse();
    await createTable(db.warehouse, boxes);
    await createTable(db.warehouse, lids);
  });
  afterAll(() => db.close());
  beforeEach(() => {
    connectionId = `conn_${++made}`;
  });

  const stamp = (runId = 'run_1') => ({ connectionId, runId });
  const write = (rows: readonly Incoming[], comparison?: Comparison): Promise<Written> =>
    db.warehouse.transaction((manager) => upsert(queryOf(manager), boxes, stamp(), rows, comparison));
  const stored = (columns = '*') =>
    db.warehouse.query<Record<string, unknown>>(
      `select ${columns} from test_boxes where connection_id = $1 order by source_id`,
      [connectionId],
    );

  it('counts exactly what was inserted, changed and the same', async () => {
    expect(await write([])).toMatchObject({ inserted: 0, changed: 0, same: 0 });
    expect(await write([box('a', 1), box('b', 1)])).toMatchObject({ inserted: 2, changed: 0, same: 0 });
    expect(await write([box('a', 1), box('b', 2, { name: 'B' }), box('c', 1)])).toMatchObject({
      inserted: 1,
      changed: 1,
      same: 1,
    });
    expect(await stored('source_id, name')).toEqual([
      { source_id: 'a', name: null },
      { source_id: 'b', name: 'B' },
      { source_id: 'c', name: null },
    ]);
  });

  it.each(['fingerprint', 'columns'] as const)(
    'writes nothing at all for rows that are the same (%s)',
    async (how) => {
      const rows = [
        box('a', 1, { name: 'é "q" \\ 😀', price: decimal('1.50'), extra: { b: [1, null], a: 'x' } }),
        box('b', null, { madeAt: at(3), soldOn: '2026-11-21' as CalendarDate, open: false }),
        box('c', 2, {}, true),
      ];
      await write(rows);
      const before = await stored('source_id, xmin::text, ctid::text, synced_at, run_id');
      await db.warehouse.transaction(async (manager) => {
        const written = await upsert(queryOf(manager), boxes, stamp('run_2'), rows, how);
        expect(written).toMatchObject({ inserted: 0, changed: 0, same: 3 });
        // No transaction id: no row was written, none was locked, nothing went to the write-ahead log.
        const [xid] = await queryOf(manager)<{ xid: string | null }>(
          'select pg_current_xact_id_if_assigned()::text as xid',
          [],
        );
        expect(xid?.xid).toBeNull();
      });
      expect(await stored('source_id, xmin::text, ctid::text, synced_at, run_id')).toEqual(before);
    },
  );

  it('never overwrites a newer version with an older one', async () => {
    await write([box('a', 5, { name: 'new' })]);
    expect(await write([box('a', 4, { name: 'old' }), box('b', 1)])).toEqual({
      inserted: 1,
      changed: 0,
      same: 1,
      stale: ['a'],
      fresh: [box('b', 1)],
    });
    expect(await write([box('a', 4, { name: 'old' })], 'columns')).toMatchObject({ same: 1 });
    expect(await write([box('a', 4, { name: 'new' }, true)])).toMatchObject({ same: 1 });
    expect((await stored('name, deleted_at'))[0]).toEqual({ name: 'new', deleted_at: null });
  });

  it('remembers a newer version whose columns are the same, so that one in between stays out', async () => {
    await write([box('a', 1, { name: 'A' })]);
    await write([box('a', 3, { name: 'A' })]);
    await write([box('a', 2, { name: 'B' })]);
    expect(await stored('name, source_updated_at')).toEqual([{ name: 'A', source_updated_at: at(3) }]);
  });

  it('tells which rows are new or newer, not which merely differ', async () => {
    await write([box('a', 1, { name: 'A' }), box('b', 1), box('c', 1)]);
    const written = await write([box('a', 1, { name: 'other' }), box('b', 2), box('c', 1), box('d', 1)]);
    expect(written).toMatchObject({ inserted: 1, changed: 2, same: 1 });
    expect(written.fresh.map(({ sourceId }) => sourceId)).toEqual(['b', 'd']);
  });

  it('takes the last read of two with the same version', async () => {
    await write([box('a', 5, { name: 'first' })]);
    expect(await write([box('a', 5, { name: 'second' })])).toMatchObject({ changed: 1 });
    expect(await stored('name')).toEqual([{ name: 'second' }]);
  });

  it('overwrites by order of reading where the platform tells no version', async () => {
    await write([box('a', null, { name: 'first' })]);
    expect(await write([box('a', null, { name: 'second' })])).toMatchObject({ changed: 1 });
    expect(await stored('name')).toEqual([{ name: 'second' }]);
  });

  it('takes the newest of several in one page, the last of equals', async () => {
    const written = await write([
      box('a', 2, { name: 'newest' }),
      box('a', 1, { name: 'oldest' }),
      box('b', 1, { name: 'first' }),
      box('b', 1, { name: 'last' }),
    ]);
    expect(written).toMatchObject({ inserted: 2, changed: 0, same: 0 });
    expect(await stored('source_id, name')).toEqual([
      { source_id: 'a', name: 'newest' },
      { source_id: 'b', name: 'last' },
    ]);
  });

  it('keeps every type as it came', async () => {
    const row = {
      name: 'NULL, {a}, "b", \\c, \u{1F4E6}, zero \0 end',
      price: decimal('-12345678901234567890.123456789'),
      qty: -2147483648,
      big: '9223372036854775807',
      madeAt: new Date('2026-02-28T23:59:59.999Z'),
      soldOn: '2024-02-29' as CalendarDate,
      open: true,
      extra: { quote: '"', list: [1.5, null, { deep: '\\' }], zero: '\0', half: '\ud83d' },
    };
    await write([box('k"e\\y 😀', 1, row)]);
    expect(await stored()).toEqual([
      expect.objectContaining({
        source_id: 'k"e\\y 😀',
        name: 'NULL, {a}, "b", \\c, \u{1F4E6}, zero \uFFFD end',
        price: '-12345678901234567890.123456789',
        qty: -2147483648,
        big: '9223372036854775807',
        made_at: row.madeAt,
        open: true,
        extra: { quote: '"', list: [1.5, null, { deep: '\\' }], zero: '\uFFFD', half: '\uFFFD' },
      }),
    ]);
    expect(await stored('sold_on::text as day')).toEqual([{ day: '2024-02-29' }]);
  });

  it('tells null, empty text and JSON null apart', async () => {
    await write([box('a', 1, { name: '', extra: null }), box('b', 1, { name: null, extra: [null] })]);
    expect(await stored('name, extra')).toEqual([
      { name: '', extra: null },
      { name: null, extra: [null] },
    ]);
  });

  it('compares numbers by value when it compares columns', async () => {
    await write([box('a', 1, { price: decimal('1.50') })]);
    expect(await write([box('a', 1, { price: decimal('1.5') })], 'columns')).toMatchObject({ same: 1 });
    expect(await write([box('a', 1, { price: decimal('1.51') })], 'columns')).toMatchObject({ changed: 1 });
  });

  it('marks gone once, keeps the instant, and brings back', async () => {
    await write([box('a', 1)]);
    expect(await write([box('a', 2, {}, true)])).toMatchObject({ changed: 1 });
    const [gone] = await stored('deleted_at');
    expect(gone?.['deleted_at']).toBeInstanceOf(Date);
    await write([box('a', 3, { name: 'still gone' }, true)]);
    expect(await stored('deleted_at, name')).toEqual([{ ...gone, name: 'still gone' }]);
    expect(await write([box('a', 4)])).toMatchObject({ changed: 1 });
    expect(await stored('deleted_at, name')).toEqual([{ deleted_at: null, name: null }]);
  });

  it('heals what somebody changed by hand, when it compares columns', async () => {
    const rows = [box('a', 1, { name: 'A', price: decimal('2') }), box('b', 1, { name: 'B' })];
    await write(rows);
    await db.warehouse.query(
      `update test_boxes set price = 99 where connection_id = $1 and source_id = 'a'`,
      [connectionId],
    );
    expect(await write(rows)).toMatchObject({ changed: 0, same: 2 });
    expect(await write(rows, 'columns')).toMatchObject({ inserted: 0, changed: 1, same: 1 });
    expect(await stored('price')).toEqual([{ price: '2' }, { price: null }]);
  });

  it('keeps connections apart', async () => {
    await write([box('a', 1, { name: 'mine' })]);
    const mine = connectionId;
    connectionId = 'conn_other';
    expect(await write([box('a', 9, { name: 'theirs' })])).toMatchObject({ inserted: 1 });
    connectionId = mine;
    expect(await stored('name')).toEqual([{ name: 'mine' }]);
  });

  it('repeats the page when another writer inserts the same key in between', async () => {
    let tries = 0;
    const written = await db.warehouse.transaction(async (manager) => {
      tries++;
      const query = queryOf(manager);
      const racing: typeof query = async (sql, parameters) => {
        // Between the sorting and the insert, on a connection of its own.
        if (tries === 1 && sql.includes('insert into')) await write([box('a', 1, { name: 'theirs' })]);
        return query(sql, parameters);
      };
      return upsert(racing, boxes, stamp(), [box('a', 2, { name: 'ours' }), box('b', 1)]);
    });
    expect(tries).toBe(2);
    expect(written).toMatchObject({ inserted: 1, changed: 1, same: 0 });
    expect(await stored('name')).toEqual([{ name: 'ours' }, { name: null }]);
  });

  it('lets a newer version win that was committed between the sorting and the update', async () => {
    await write([box('a', 1)]);
    const written = await db.warehouse.transaction((manager) => {
      const query = queryOf(manager);
      const racing: typeof query = async (sql, parameters) => {
        if (sql.includes('update "test_boxes"')) await write([box('a', 9, { name: 'newest' })]);
        return query(sql, parameters);
      };
      return upsert(racing, boxes, stamp(), [box('a', 2, { name: 'late' })]);
    });
    expect(written).toMatchObject({ inserted: 0, changed: 0, same: 1 });
    expect(await stored('name')).toEqual([{ name: 'newest' }]);
  });

  it('ends at the newest of every key, whatever the order of pages and repeats', async () => {
    // A version has one content; contents come back (A, B, A), and so do pages.
    const record = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      version: fc.integer({ min: 1, max: 6 }),
    });
    const contentOf = (key: string, version: number) => ({
      name: `${key}${version % 2}`,
      gone: version % 3 === 0,
    });
    const pages = fc.array(fc.array(record, { maxLength: 6 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pages, fc.boolean(), async (read, byColumns) => {
        connectionId = `conn_${++made}`;
        const newest = new Map<string, number>();
        for (const page of read) {
          const rows = page.map(({ key, version }) => {
            newest.set(key, Math.max(version, newest.get(key) ?? 0));
            const { name, gone } = contentOf(key, version);
            return box(key, version, { name }, gone);
          });
          const { inserted, changed, same } = await write(rows, byColumns ? 'columns' : 'fingerprint');
          expect(inserted + changed + same).toBe(new Set(page.map(({ key }) => key)).size);
        }
        expect(await stored('source_id, name, source_updated_at, deleted_at is not null as gone')).toEqual(
          [...newest].sort().map(([key, version]) => ({
            source_id: key,
            source_updated_at: at(version),
            ...contentOf(key, version),
          })),
        );
      }),
      { numRuns: 60 },
    );
  });

  describe('children', () => {
    const lid = (sourceId: string, parentSourceId: string, version: number | null): Incoming => ({
      sourceId,
      parentSourceId,
      version: version === null ? null : at(version),
      gone: false,
      row: { name: sourceId },
    });
    const writeLids = (rows: readonly Incoming[]) =>
      db.warehouse.transaction((manager) => upsert(queryOf(manager), lids, stamp(), rows));
    const mark = (parents: [string, number | null][], kept: string[]) =>
      db.warehouse.transaction((manager) =>
        markGoneChildren(
          queryOf(manager),
          lids,
          stamp('run_2'),
          parents.map(([sourceId, version]) => ({
            sourceId,
            version: version === null ? null : at(version),
          })),
          kept,
        ),
      );
    const alive = async (): Promise<unknown[]> =>
      (
        await db.warehouse.query<{ source_id: string }>(
          'select source_id from test_lids where connection_id = $1 and deleted_at is null order by 1',
          [connectionId],
        )
      ).map((row) => row.source_id);

    it('that a parent no longer lists are marked gone, those of other parents are left', async () => {
      await writeLids([lid('1', 'a', 1), lid('2', 'a', 1), lid('3', 'b', 1), lid('4', 'c', null)]);
      expect(
        await mark(
          [
            ['a', 2],
            ['c', 2],
          ],
          ['1'],
        ),
      ).toBe(2);
      expect(await alive()).toEqual(['1', '3']);
      expect(await mark([['a', 2]], ['1'])).toBe(0);
      expect(await mark([], [])).toBe(0);
    });

    it('are not marked gone by an older parent, but by one of the same version', async () => {
      await writeLids([lid('1', 'a', 5)]);
      expect(await mark([['a', 4]], [])).toBe(0);
      expect(await mark([['a', 5]], [])).toBe(1);
    });

    it('once gone with a newer parent, are not brought back by an older one', async () => {
      await writeLids([lid('1', 'a', 1)]);
      await mark([['a', 3]], []);
      await writeLids([lid('1', 'a', 2)]);
      expect(await alive()).toEqual([]);
      await writeLids([lid('1', 'a', 3)]);
      expect(await alive()).toEqual(['1']);
    });

    it('keep their parent and are the same when nothing moved', async () => {
      await writeLids([lid('1', 'a', 1)]);
      expect(await writeLids([lid('1', 'a', 1)])).toMatchObject({ same: 1 });
      await writeLids([lid('1', 'b', 2)]);
      expect(
        await db.warehouse.query('select parent_source_id from test_lids where connection_id = $1', [
          connectionId,
        ]),
      ).toEqual([{ parent_source_id: 'b' }]);
    });
  });
});
