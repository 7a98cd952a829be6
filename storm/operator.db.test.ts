import { randomBytes } from 'node:crypto';
import { readKeyRing } from '#kernel';
import { findConnection, markReconnect, openCredentials, openWarehouse, saveConnection } from '#warehouse';
import { demoConnections, startSandbox } from '../apps/sandbox/index.js';
import { describeDb, testDatabase } from '../tests/postgres.js';
import { until } from '../tests/stratus.js';
import { tendConnections } from './operator.js';

describeDb('the storm’s operator', () => {
  it('signs in again where a refresh token was taken and its successor lost', async () => {
    const database = await testDatabase();
    const warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
    const sandbox = await startSandbox({ orders: 3 });
    const ring = readKeyRing(randomBytes(32).toString('base64'));
    const stop = new AbortController();
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
    try {
      expect(await renew(refreshToken!)).toBe(200);
      expect(await renew(refreshToken!)).toBe(400);
      const { id, renewal } = await saveConnection(warehouse, ring, { ...demo, sandbox: true });
      await markReconnect(warehouse, { id, renewal, reason: 'its refresh token is lost' }, new Date());
      const tending = tendConnections(warehouse, ring, stop.signal);
      await until(
        'it is active again',
        async () => (await findConnection(warehouse, id)).status === 'active',
      );
      stop.abort();
      expect(await tending).toBe(1);
      const given = openCredentials(ring, await findConnection(warehouse, id)) as { refreshToken: string };
      expect(await renew(given.refreshToken)).toBe(200);
    } finally {
      stop.abort();
      await sandbox.close();
      await warehouse.close();
      await database.drop();
    }
  });
});
