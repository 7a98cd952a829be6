import { silentLogger } from '#telemetry';
import { openWarehouse, type Warehouse } from '#warehouse';
import { describeDb, testDatabase, type TestDatabase } from '../../../tests/postgres.js';
import { openFeed, type Change, type Feed } from './feed.js';

describeDb('the feed of live pages', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let polls = 0;
  let feed: Feed;
  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
    await warehouse.query(`insert into workspaces (id, name) values ('other', 'Other')`);
    for (const [id, workspace] of [
      ['conn_1', 'default'],
      ['conn_2', 'other'],
    ])
      await warehouse.query(
        `insert into connections (id, workspace_id, platform, name, credentials) values ($1, $2, 'shopify', $1, '')`,
        [id, workspace],
      );
    const counted: Warehouse = {
      ...warehouse,
      query: (sql, parameters) => {
        if (sql.includes("'connections' as subject")) polls += 1;
        return warehouse.query(sql, parameters);
      },
    };
    feed = openFeed({ warehouse: counted, logger: silentLogger, now: () => new Date() }, 20);
  });
  afterAll(async () => {
    feed.close();
    await warehouse.close();
    await database.drop();
  });

  /** What one page is told, and a way to wait until it was told something. */
  function page(workspace: string) {
    const told: Change[] = [];
    let wake = (): void => undefined;
    const leave = feed.join(workspace, (change) => {
      told.push(change);
      wake();
    });
    const until = async (right: (change: Change) => boolean): Promise<Change> => {
      for (;;) {
        const found = told.find(right);
        if (found) return found;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    return { told, until, leave };
  }

  const run = (id: string, connection: string, state: string): Promise<unknown[]> =>
    warehouse.query(
      `insert into runs (id, connection_id, stream, kind, trigger, state) values ($1, $2, 'shopify.orders', 'incremental', 'manual', $3)`,
      [id, connection, state],
    );

  it('tells every page of its own workspace, by one poll for all of them', async () => {
    await run('run_1', 'conn_1', 'running');
    await run('run_2', 'conn_2', 'running');
    const mine = Array.from({ length: 50 }, () => page('default'));
    const other = page('other');
    for (const one of mine) expect((await one.until(() => true)).runs.map(({ id }) => id)).toEqual(['run_1']);
    expect((await other.until(() => true)).runs.map(({ id }) => id)).toEqual(['run_2']);

    const before = polls;
    await warehouse.query(`update runs set pages = 3, records = 750 where id = 'run_1'`);
    for (const one of mine) await one.until(({ runs }) => runs.some(({ pages }) => pages === 3));
    expect(polls - before).toBeLessThan(10);

    await warehouse.query(
      `update runs set state = 'failed', failure = 'why', finished_at = now() where id = 'run_1'`,
    );
    await warehouse.query(
      `insert into failures (workspace_id, fingerprint, kind, platform, stream, message, first_seen_at, last_seen_at, count, example)
       values ('default', '0000000000000001', 'bug', 'shopify', 'shopify.orders', 'why', now(), now(), 1, '{}')`,
    );
    const ended = await mine[7]!.until(({ runs }) => runs.some(({ state }) => state === 'failed'));
    expect(ended.runs).toMatchObject([{ id: 'run_1', failure: 'why' }]);
    await mine[7]!.until(({ subjects }) => subjects.includes('failures'));
    expect(other.told.every(({ runs, subjects }) => runs.length <= 1 && !subjects.includes('failures'))).toBe(
      true,
    );
    for (const one of [...mine, other]) one.leave();
  });

  it('asks nothing while nobody looks, and tells who comes later of all that is open', async () => {
    const first = page('default');
    await first.until(() => true);
    first.leave();
    await run('run_3', 'conn_1', 'queued');
    const late = page('default');
    expect((await late.until(() => true)).runs.map(({ id }) => id)).toEqual(['run_3']);
    late.leave();
  });
});
