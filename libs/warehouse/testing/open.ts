import { randomBytes } from 'node:crypto';
import { readKeyRing, type KeyRing } from '#kernel';
import { testDatabase } from '../../../tests/postgres.js';
import { saveConnection } from '../connections.js';
import type { ConnectionRow } from '../rows.js';
import type { RunRow } from '../rows.js';
import { insertRun, type NewRun } from '../runs.js';
import { openWarehouse, type Warehouse } from '../warehouse.js';

export const NOW = new Date('2026-11-21T10:00:00.000Z');

/** A migrated database of its own, opened as a process opens it. */
export interface TestWarehouse {
  readonly warehouse: Warehouse;
  readonly url: string;
  readonly ring: KeyRing;
  /** A connection nobody else uses. */
  connect(platform?: string, credentials?: object): Promise<ConnectionRow>;
  /** A queued run on a connection. */
  queue(connection: { id: string }, run?: Partial<NewRun>): Promise<RunRow>;
  close(): Promise<void>;
}

export async function openTestWarehouse(poolSize = 10): Promise<TestWarehouse> {
  const database = await testDatabase();
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'stratus test', poolSize });
  const ring = readKeyRing(randomBytes(32).toString('base64'));
  let made = 0;
  return {
    warehouse,
    url: database.url,
    ring,
    connect: (platform = 'fake', credentials = { token: 'right' }) =>
      saveConnection(warehouse, ring, {
        platform,
        name: `connection ${++made}`,
        settings: { shop: 'demo' },
        credentials: credentials as { token: string },
        sandbox: true,
      }),
    queue: async (connection, run = {}) =>
      (await insertRun(
        warehouse,
        {
          connectionId: connection.id,
          stream: 'fake.things',
          kind: 'incremental',
          trigger: 'manual',
          ...run,
        },
        NOW,
      ))!,
    close: async () => {
      await warehouse.close();
      await database.drop();
    },
  };
}
