import { randomBytes } from 'node:crypto';
import { readKeyRing } from '#kernel';
import {
  findConnection,
  markReconnect,
  openCredentials,
  openWarehouse,
  saveConnection,
  type Warehouse,
} from '#warehouse';
import { demoConnections, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { describeDb, testDatabase, type TestDatabase } from '../tests/postgres.js';
import { until } from '../tests/stratus.js';
import { tendConnections } from './operator.js';

describeDb('the storm’s operator', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let sandbox: Sandbox;
  const ring = readKeyRing(randomBytes(32).toString('base64'));
  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
    sandbox = await startSandbox({ orders: 3 });
  });
  afterAll(async () => {
    await sandbox.close();
    await warehouse.close();
    await database.drop();
  });

  /** The connection's credentials after it was marked and mended. */
  async function mended(platform: string, name: string): Promise<unknown> {
    const stop = new AbortController();
    const demo = demoConnections(sandbox.url).find((one) => one.platform === platform)!;
    const { id, renewal } = await saveConnection(warehouse, ring, { ...demo, name, sandbox: true });
    await markReconnect(warehouse, { id, renewal, reason: 'its credentials are lost' }, new Date());
    const tending = tendConnections(warehouse, ring, stop.signal);
    try {
      await until(
        'it is active again',
        async () => (await findConnection(warehouse, id)).status === 'active',
      );
    } finally {
      stop.abort();
    }
    expect(await tending).toBe(1);
    return openCredentials(ring, await findConnection(warehouse, id));
  }

  it('signs in again where a refresh token was taken and its successor lost', async () => {
    const demo = demoConnections(sandbox.url).find(({ platform }) => platform === 'freeagent')!;
    const { clientId, clientSecret, refreshToken } = demo.credentials as Record<string, string>;
    const renew = async (token: string): Promise<number> => {
      const { status } = await fetch(`${demo.baseUrl}/v2/token_endpoint`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
      });
      return status;
    };
    expect(await renew(refreshToken!)).toBe(200);
    expect(await renew(refreshToken!)).toBe(400);
    const given = (await mended('freeagent', 'books')) as { refreshToken: string };
    expect(await renew(given.refreshToken)).toBe(200);
  });

  it.each(demoConnections('').map(({ platform }) => platform))(
    'gives %s credentials again',
    async (platform) => {
      expect(await mended(platform, `${platform}-again`)).toBeDefined();
    },
  );
});
