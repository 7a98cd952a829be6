import pg from 'pg';
import { describeDb, testDatabase, type TestDatabase } from '../../tests/postgres.js';
import { openWire } from '../../tests/wire.js';
import { leaderLock, type Leader } from './leader.js';
import { until } from '../../tests/until.js';

describeDb('the leader', () => {
  let database: TestDatabase;
  let leaders: Leader[];
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    leaders = Array.from({ length: 4 }, () => leaderLock(database.url));
  });
  afterEach(async () => {
    for (const leader of leaders) await leader.close();
  });

  const killAll = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'stratus scheduler leader' and datname = current_database()`,
    );
    await client.end();
  };

  it('is one, and stays the one', async () => {
    const first = await Promise.all(leaders.map((leader) => leader.lead()));
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await Promise.all(leaders.map((leader) => leader.lead()))).toEqual(first);
  });

  it('is followed by another when it closes', async () => {
    const [first, second] = leaders;
    expect(await first!.lead()).toBe(true);
    expect(await second!.lead()).toBe(false);
    await first!.close();
    expect(await second!.lead()).toBe(true);
    expect(await first!.lead()).toBe(false);
  });

  it('does not believe that it leads on a connection that was cut', async () => {
    const [first, second] = leaders;
    expect(await first!.lead()).toBe(true);
    await killAll();
    // Whoever asks first leads now; the cut one finds out, at the latest by an error, and can try again.
    expect(await second!.lead()).toBe(true);
    expect(await first!.lead().catch(() => false)).toBe(false);
    expect(await first!.lead()).toBe(false);
  });

  it('gives up a server that went silent, and asks on a new connection', async () => {
    const wire = await openWire(database.url);
    const far = leaderLock(wire.url, 200);
    expect(await far.lead()).toBe(true);
    wire.hush();
    await expect(far.lead()).rejects.toThrow(/timeout/i);
    await expect(far.lead()).rejects.toThrow(/timeout/i);
    wire.mend();
    // Its old session still holds the lock as far as the server knows: nobody else would end it.
    expect(await far.lead()).toBe(false);
    await until(
      () => far.lead(),
      (leads) => leads,
    );
    await far.close();
    await wire.close();
  });

  it('closes in time though the server is silent', async () => {
    const wire = await openWire(database.url);
    const far = leaderLock(wire.url, 200);
    await far.lead();
    wire.hush();
    await far.close();
    await wire.close();
  });

  it('can resign, and can be deposed by another; nobody is deposed where nobody leads', async () => {
    const [first, second] = leaders;
    expect(await second!.depose()).toBe(false);
    expect(await first!.lead()).toBe(true);
    first!.resign();
    await until(
      () => second!.lead(),
      (leads) => leads,
    );
    expect(await second!.depose()).toBe(false);
    expect(await first!.depose()).toBe(true);
    await until(
      () => first!.lead(),
      (leads) => leads,
    );
    expect(await second!.lead().catch(() => false)).toBe(false);
  });

  it('tries anew after a server that could not be reached', async () => {
    const nowhere = leaderLock('postgres://127.0.0.1:1/none');
    await expect(nowhere.lead()).rejects.toThrow();
    await expect(nowhere.lead()).rejects.toThrow();
    await nowhere.close();
  });
});
