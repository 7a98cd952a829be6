import { later, minutes, seconds } from '#kernel';
import { claimRenewal, openAlerts, reloadConnection, type ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { until } from '../../tests/until.js';
import { startTokenRenewer } from './token-renewer.js';

const fake = fakePlatform();
const platform = { ...fake, auth: { ...fake.auth, aheadMs: minutes(10) } };

describeDb('the token renewer', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    db = await openTestEngine(platform, shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    shop.refresh = 'refresh 1';
    shop.script = () => undefined;
    shop.requests.length = 0;
    await db.engine.warehouse.query('delete from connections');
  });
  const stop = async () => {
    for (const close of closing.splice(0)) await close();
  };
  afterEach(stop);

  const expiresIn = async (ms: number) => {
    connection = await db.connect({
      credentials: { token: 'token 1', refresh: 'refresh 1', expiresAt: later(NOW, ms).toISOString() },
    });
  };
  const start = (count = 1) => {
    for (let i = 0; i < count; i++) {
      const renewer = startTokenRenewer({ engine: db.engine, platforms: [platform], everyMs: 20 });
      closing.push(() => renewer.close(seconds(10)));
    }
  };
  const row = () => reloadConnection(db.engine.warehouse, connection.id);

  it('renews a token that dies soon, once, though several do', async () => {
    await expiresIn(minutes(5));
    start(3);
    await until(row, (one) => one?.renewedAt !== null);
    await stop();
    expect(shop.requests.map(({ form }) => form)).toEqual([{ refresh: 'refresh 1' }]);
  });

  it('finishes a renewal that a process died in, or tells the operator once', async () => {
    await expiresIn(minutes(60));
    await claimRenewal(db.engine.warehouse, connection.id, -1000);
    shop.script = () => shop.reply(400, { error: 'invalid_grant' });
    start();
    await until(row, (one) => one?.status === 'reconnect');
    expect(shop.requests).toHaveLength(1);
    expect(await openAlerts(db.engine.warehouse)).toMatchObject([
      { key: `reconnect/${connection.id}`, times: 1 },
    ]);
  });

  it('leaves paused connections alone', async () => {
    await expiresIn(minutes(5));
    await db.engine.warehouse.query(`update connections set status = 'paused' where id = $1`, [
      connection.id,
    ]);
    const paused = connection;
    await expiresIn(minutes(5));
    start();
    await until(row, (one) => one?.renewedAt !== null);
    expect(await reloadConnection(db.engine.warehouse, paused.id)).toMatchObject({ renewedAt: null });
    expect(shop.requests).toHaveLength(1);
  });

  it('goes on after a connection whose renewal fails', async () => {
    await expiresIn(minutes(5));
    shop.script = (_, n) => (n === 1 ? shop.reply(503) : undefined);
    start();
    await until(row, (one) => one?.renewedAt !== null);
    expect(shop.requests).toHaveLength(2);
  });
});
