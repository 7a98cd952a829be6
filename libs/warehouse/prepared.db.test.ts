import { describeDb } from '../../tests/postgres.js';
import { queryOf } from './pages.js';
import { openTestWarehouse, type TestWarehouse } from './testing/open.js';
import { boxes, createTable, emptyBox } from './testing/tables.js';
import { upsert } from './upsert.js';

describeDb('prepared statements', () => {
  let db: TestWarehouse;
  beforeAll(async () => {
    db = await openTestWarehouse();
    await createTable(db.warehouse, boxes);
  });
  afterAll(() => db.close());

  const insert = (sourceId: string): Promise<string[]> =>
    db.warehouse.transaction(async (manager) => {
      const query = queryOf(manager);
      const rows = [{ sourceId, version: null, gone: false, row: emptyBox }];
      await upsert(query, boxes, { connectionId: 'conn_1', runId: 'run_1' }, rows);
      const kept = await query<{ statement: string }>('select statement from pg_prepared_statements', []);
      return kept.map(({ statement }) => statement);
    });
  const stored = async (): Promise<string[]> =>
    (
      await db.warehouse.query<{ id: string }>('select source_id as id from test_boxes order by source_id')
    ).map(({ id }) => id);

  it('are kept by the connection that wrote first, one for a table, and none that joins', async () => {
    const first = await insert('a');
    expect(first).toEqual([expect.stringContaining('insert into "test_boxes"')]);
    expect(await insert('b')).toEqual(first);
    expect(await stored()).toEqual(['a', 'b']);
  });

  it('are prepared by every connection for itself', async () => {
    const held = await insert('c');
    await db.warehouse.transaction(async (manager) => {
      // Holds the one that is ready, so that another has to begin.
      await manager.query('select 1');
      expect(await insert('d')).toEqual(held);
    });
    expect(await stored()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('outlive a migration of their table', async () => {
    for (const id of ['f', 'g', 'h', 'i', 'j', 'k']) await insert(id);
    await db.warehouse.query('alter table test_boxes add column colour text');
    await insert('l');
    expect(await stored()).toContain('l');
  });
});
