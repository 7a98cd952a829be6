import { setTimeout as after } from 'node:timers/promises';
import type { KeyRing } from '#kernel';
import { listConnections, saveConnection, type ConnectionRow, type Warehouse } from '#warehouse';
import { demoConnections } from '../apps/sandbox/index.js';

const LOOK_MS = 1000;

/**
 * Does what only a person can: gives new credentials to a connection whose own were lost. How often. What Postgres
 * cannot answer just now is looked at again.
 */
export async function tendConnections(
  warehouse: Warehouse,
  ring: KeyRing,
  stop: AbortSignal,
): Promise<number> {
  let mended = 0;
  while (!stop.aborted) {
    try {
      for (const connection of await listConnections(warehouse))
        if (connection.status === 'reconnect') {
          await reconnect(warehouse, ring, connection);
          mended += 1;
        }
    } catch {
      // Postgres is away.
    }
    await after(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return mended;
}

async function reconnect(warehouse: Warehouse, ring: KeyRing, connection: ConnectionRow): Promise<void> {
  await saveConnection(warehouse, ring, {
    platform: connection.platform,
    name: connection.name,
    settings: connection.settings,
    credentials: demoConnections('').find(({ platform }) => platform === connection.platform)!.credentials,
    baseUrl: connection.baseUrl,
    sandbox: connection.sandbox,
  });
}
