import { Redis } from 'ioredis';
import pg from 'pg';
import { describeBrowser, testBrowser } from './browser.js';
import { describeDb, emptyTestDatabase, testDatabase } from './postgres.js';
import { describeRedis, testRedisUrl } from './redis.js';

describeDb('a test database', () => {
  it('is private to whoever asked for it and gone when dropped', async () => {
    const first = await testDatabase();
    const second = await emptyTestDatabase();
    const client = new pg.Client({ connectionString: first.url });
    await client.connect();
    await client.query('create table only_here (n integer)');
    const other = new pg.Client({ connectionString: second.url });
    await other.connect();
    await expect(other.query('select * from only_here')).rejects.toThrow('does not exist');
    await client.end();
    await other.end();
    await first.drop();
    await second.drop();
    await expect(new pg.Client({ connectionString: first.url }).connect()).rejects.toThrow('does not exist');
  });
});

describeRedis('a test Redis', () => {
  it('gives each asker an empty database with the settings production needs', async () => {
    const [first, second] = [new Redis(await testRedisUrl()), new Redis(await testRedisUrl())];
    await first.set('only-here', '1');
    expect(await second.dbsize()).toBe(0);
    expect(await second.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    await first.flushdb();
    first.disconnect();
    second.disconnect();
  });
});

describeBrowser('a test browser', () => {
  it('runs a page', async () => {
    const browser = await testBrowser();
    const page = await browser.newPage();
    await page.setContent('<title>console</title>');
    expect(await page.title()).toBe('console');
    await browser.close();
  });
});
