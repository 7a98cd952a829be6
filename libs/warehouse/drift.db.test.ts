import { describeDb } from '../../tests/postgres.js';
import { engineEntities, entityOf } from './entities.js';
import { snakeCase } from './tables/index.js';
import { openTestWarehouse, type TestWarehouse } from './testing/open.js';
import { warehouseTables } from './warehouse.js';

describeDb('the migrated schema', () => {
  let db: TestWarehouse;
  beforeAll(async () => {
    db = await openTestWarehouse(2);
  });
  afterAll(() => db.close());

  it('is what the entities say: no table, column, type or default is amiss', async () => {
    const { upQueries } = await db.warehouse.dataSource.driver.createSchemaBuilder().log();
    // Indexes, uniqueness and references are the migrations' alone: entities only read and write.
    const ours = upQueries
      .map(({ query }) => query)
      .filter((query) => !/^DROP INDEX|DROP CONSTRAINT|^CREATE INDEX/.test(query));
    // Filled by Postgres alone; kept since the analysts' SQL names it.
    const kept = warehouseTables.map(({ name }) => `ALTER TABLE "${name}" DROP COLUMN "created_at"`);
    expect(ours.filter((query) => !kept.includes(query))).toEqual([]);
  });

  it('has every column of every table that a stream fills, as it will be written', async () => {
    const columns = await db.warehouse.query<{ t: string; c: string; type: string; nullable: boolean }>(
      `select c.relname as t, a.attname as c, format_type(a.atttypid, null) as type, not a.attnotnull as nullable
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
    );
    const found = new Map(columns.map(({ t, c, type, nullable }) => [`${t}.${c}`, { type, nullable }]));
    const spelled: Record<string, string> = { timestamptz: 'timestamp with time zone' };
    for (const table of warehouseTables)
      for (const [name, column] of Object.entries(table.columns))
        expect({
          column: `${table.name}.${snakeCase(name)}`,
          ...found.get(`${table.name}.${snakeCase(name)}`),
        }).toEqual({
          column: `${table.name}.${snakeCase(name)}`,
          type: spelled[column.sql] ?? column.sql,
          nullable: column.nullable,
        });
  });

  it('keys every warehouse table by connection and source id, and children have an index to their parent', async () => {
    const indexes = await db.warehouse.query<{ t: string; def: string; pk: boolean }>(
      `select c.relname as t, pg_get_indexdef(i.indexrelid) as def, i.indisprimary as pk
       from pg_index i join pg_class c on c.oid = i.indrelid`,
    );
    for (const { name, child } of warehouseTables) {
      const own = indexes.filter((index) => index.t === name);
      expect(own.find((index) => index.pk)?.def).toContain('(connection_id, source_id)');
      if (child) expect(own.map((index) => index.def).join()).toContain('(connection_id, parent_source_id)');
    }
  });

  it('knows which texts an index holds, since longer ones would fail their page', async () => {
    const indexed = await db.warehouse.query<{ t: string; c: string }>(
      // What an expression reads is held as well: `lower(email)` is no shorter.
      `select distinct t.relname as t, a.attname as c from pg_index i join pg_class t on t.oid = i.indrelid
       join pg_attribute a on a.attrelid = i.indrelid and a.atttypid = 'text'::regtype
       where a.attnum = any(i.indkey) or (i.indexprs is not null and exists (
         select from pg_depend d where d.objid = i.indexrelid and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))`,
    );
    const held = new Set(indexed.map(({ t, c }) => `${t}.${c}`));
    for (const table of warehouseTables)
      for (const [name, { sql, longest }] of Object.entries(table.columns)) {
        const column = `${table.name}.${snakeCase(name)}`;
        if (sql !== 'text' || name === 'source') continue;
        expect({ column, limited: longest !== undefined }).toEqual({ column, limited: held.has(column) });
      }
  });

  it('is read through an entity for each table', async () => {
    for (const one of [...engineEntities, ...warehouseTables.map(entityOf)])
      await db.warehouse.dataSource.getRepository(one.options.name).find({ take: 1 });
  });
});
