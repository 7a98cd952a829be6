import { DataSource } from 'typeorm';
import { Failure } from '#kernel';
import { migrations } from '#migrations';
import { describeDb, emptyTestDatabase, type TestDatabase } from '../../tests/postgres.js';
import { openTestWarehouse, type TestWarehouse } from './testing/open.js';
import { migrate, openWarehouse } from './warehouse.js';

const names = migrations.map((migration) => new migration().name);

describeDb('migrate', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await emptyTestDatabase();
  });
  afterEach(() => database.drop());

  const open = () => openWarehouse({ url: database.url, applicationName: 'stratus test', poolSize: 2 });
  const query = async (sql: string): Promise<void> => {
    const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    await source.query(sql);
    await source.destroy();
  };

  it('builds everything from nothing, once', async () => {
    expect(await migrate(database.url)).toEqual(names);
    expect(await migrate(database.url)).toEqual([]);
    const warehouse = await open();
    expect(await warehouse.query('select id from workspaces')).toEqual([{ id: 'default' }]);
    await warehouse.close();
  });

  it('is done once though four begin at the same moment', async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url)));
    expect(applied.flat().sort()).toEqual([...names].sort());
  });

  it('leaves what went well in place and the failed one undone, and goes on when the cause is mended', async () => {
    await query('create table orders (mine text)');
    const failed = migrate(database.url);
    await expect(failed).rejects.toThrow(
      /^a migration failed and was rolled back: .*"orders" already exists; mend the cause and run: npx stratus migrate$/,
    );
    await expect(failed).rejects.toMatchObject({ kind: 'config' });
    await query('drop table orders; select 1 from runs');
    expect(await migrate(database.url)).toEqual(names.slice(1));
  });

  it('is asked for where the schema is not this version’s', async () => {
    await expect(open()).rejects.toThrow(
      `the database lacks ${names.length} migrations (${names.join(', ')}); run: npx stratus migrate`,
    );
    await migrate(database.url);
    await query(`delete from migrations where name = '${names.at(-1)}'`);
    const half = open();
    await expect(half).rejects.toThrow(
      `the database lacks a migration (${names.at(-1)}); run: npx stratus migrate`,
    );
    await expect(half).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('a Postgres that is not there', () => {
  it.each([
    ['postgres://someone:topsecret@127.0.0.1:1/shop', 'cannot open Postgres at 127.0.0.1:1/shop ('],
    ['not an address', 'DATABASE_URL is no address of a Postgres'],
  ])('is told in one sentence that holds no password: %s', async (url, sentence) => {
    const failed: unknown = await openWarehouse({ url, applicationName: 'stratus test' }).catch(
      (e: unknown) => e,
    );
    expect(failed).toBeInstanceOf(Failure);
    expect(failed).toMatchObject({ kind: 'config', message: expect.stringContaining(sentence) as string });
    expect((failed as Failure).message).not.toContain('topsecret');
  });
});

describeDb('an open warehouse', () => {
  let db: TestWarehouse;
  beforeAll(async () => {
    db = await openTestWarehouse(4);
  });
  afterAll(() => db.close());

  const die = 'select pg_terminate_backend(pg_backend_pid())';

  it.each([
    ['a connection that broke', die],
    ['a server that cannot take more', `do $$ begin raise exception 'full' using errcode = '53300'; end $$`],
    ['a full disk', `do $$ begin raise exception 'full' using errcode = '53100'; end $$`],
    ['a read-only standby', `do $$ begin raise exception 'standby' using errcode = '25006'; end $$`],
    ['a lock that was not had', `do $$ begin raise exception 'lock' using errcode = '55P03'; end $$`],
    ['a statement that took too long', `do $$ begin raise exception 'late' using errcode = '57014'; end $$`],
  ])('takes %s for passing, inside a transaction and outside', async (_, sql) => {
    for (const fail of [
      () => db.warehouse.transaction((manager) => manager.query(sql)),
      () => db.warehouse.query(sql),
    ])
      await expect(fail()).rejects.toMatchObject({ name: 'Failure', kind: 'transient' });
    // The pool may hand out the dying connection once more; then it makes a new one.
    const back = () => db.warehouse.query('select 1 as one');
    expect(await back().catch(back)).toEqual([{ one: 1 }]);
  });

  it('repeats a race five times, then calls it passing', async () => {
    let tries = 0;
    const racing = db.warehouse.transaction(async (manager) => {
      tries++;
      await manager.query(`do $$ begin raise exception 'race' using errcode = '40001'; end $$`);
    });
    await expect(racing).rejects.toMatchObject({ kind: 'transient' });
    expect(tries).toBe(5);
  });

  it('hands a mistake of ours on as it is', async () => {
    await expect(db.warehouse.query('select nonsense')).rejects.toThrow('column "nonsense" does not exist');
    await expect(
      db.warehouse.transaction(() => Promise.reject(new Failure('refused', 'no'))),
    ).rejects.toMatchObject({ kind: 'refused' });
  });
});
