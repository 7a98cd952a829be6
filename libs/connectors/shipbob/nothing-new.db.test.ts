import { createSender, type Sender } from '#http';
import { days, later } from '#kernel';
import { DEMO_ACCESS } from '#simulators/shipbob';
import type { ConnectionRow } from '#warehouse';
import { startSandbox, type Sandbox } from '../../../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { shipbob } from './platform.js';

describeDb('an account of whose returns none is new, open or lately done', () => {
  let sandbox: Sandbox;
  let sender: Sender;
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(shipbob, sender);
    sandbox = await startSandbox({ orders: 120, anchor: '2026-11-21', now: () => db.clock.now.getTime() });
    connection = await db.connect({
      platform: 'shipbob',
      name: 'warehouse',
      settings: {},
      credentials: { accessToken: DEMO_ACCESS.accessToken },
      baseUrl: `${sandbox.url}/shipbob/demo`,
      sandbox: true,
    });
  }, 60_000);
  afterAll(async () => {
    await sandbox.close();
    sender.close();
    await db.close();
  });

  it('is no alarm, though old ones were corrected since', async () => {
    const stream = 'shipbob.returns';
    const read = async () => db.finish(await db.queue(connection, { stream }));
    sandbox.edit({ op: 'complete', stream: 'returns', count: 1000 }, 'shipbob');
    db.clock.now = later(NOW, days(90));
    sandbox.edit({ op: 'touch', stream: 'returns', count: 1000 }, 'shipbob');
    const first = await read();
    expect(first).toMatchObject({ state: 'succeeded' });
    expect(first.records).toBeGreaterThan(2);
    db.clock.now = later(NOW, days(91));
    expect(await read()).toMatchObject({ state: 'succeeded', records: 0, failure: null });
  });
});
