import { openWarehouse, type Warehouse } from '#warehouse';
import { describeDb, testDatabase, type TestDatabase } from '../../tests/postgres.js';
import { PER_ADDRESS, PER_NAME, signInLimit, WINDOW, type SignInLimit } from './sign-in-limit.js';

describeDb('the sign-in limit', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let now: Date;
  let limit: SignInLimit;

  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
  });
  afterAll(async () => {
    await warehouse?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await warehouse.query('delete from sign_in_attempts');
    now = new Date('2026-01-01T00:00:00Z');
    limit = signInLimit(warehouse, () => now);
  });

  const fill = async (
    n: number,
    name: (i: number) => string,
    address: (i: number) => string,
  ): Promise<void> => {
    for (let i = 0; i < n; i++) expect(await limit.enter(name(i), address(i))).toBeNull();
  };
  const ada = (): string => 'ada';
  const one = (): string => '10.0.0.1';

  it('refuses a name after its attempts, from any address, in any case', async () => {
    await fill(
      PER_NAME,
      (i) => (i % 2 ? 'ADA' : 'ada'),
      (i) => `10.0.0.${i}`,
    );
    expect(await limit.enter('Ada', '10.0.1.1')).toEqual({ retryAfter: WINDOW / 1000 });
    expect(await limit.enter('grace', '10.0.1.1')).toBeNull();
  });

  it('refuses an address after its attempts, for any name', async () => {
    await fill(PER_ADDRESS, (i) => `user ${i}`, one);
    expect(await limit.enter('another', '10.0.0.1')).not.toBeNull();
    expect(await limit.enter('another', '10.0.0.2')).toBeNull();
  });

  it('lets in again when the window has passed, says when, and keeps nothing for ever', async () => {
    await fill(PER_NAME, ada, one);
    now = new Date(now.getTime() + WINDOW - 1000);
    expect(await limit.enter('ada', '10.0.0.1')).toEqual({ retryAfter: 1 });
    now = new Date(now.getTime() + 1000);
    expect(await limit.enter('ada', '10.0.0.1')).toBeNull();
    now = new Date(now.getTime() + WINDOW);
    await limit.enter('grace', '10.0.0.2');
    expect(await warehouse.query('select key from sign_in_attempts order by key')).toEqual([
      { key: 'address 10.0.0.2' },
      { key: 'name grace' },
    ]);
  });

  it('forgets the failures of a name that signed in', async () => {
    await fill(PER_NAME - 1, ada, one);
    await limit.succeeded('ada', '10.0.0.1');
    await fill(PER_NAME, ada, one);
  });

  it('counts attempts sent together, to whichever console, together', async () => {
    const others = [limit, signInLimit(warehouse, () => now), signInLimit(warehouse, () => now)];
    const asked = await Promise.all(
      Array.from({ length: 60 }, (_, i) => others[i % 3]!.enter('ada', `10.0.0.${i}`)),
    );
    expect(asked.filter((wait) => wait === null)).toHaveLength(PER_NAME);
  });
});
