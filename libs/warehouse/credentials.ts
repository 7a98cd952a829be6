import { seal, sealedWith, unseal, type KeyRing } from '#kernel';
import { Connection } from './entities.js';
import type { ConnectionRow } from './rows.js';
import type { Warehouse } from './warehouse.js';

const rowName = (id: string): string => `connections/${id}/credentials`;

/** The connection's credentials in clear; only the step that signs a call may ask. */
export function openCredentials(
  ring: KeyRing,
  connection: Pick<ConnectionRow, 'id' | 'credentials'>,
): unknown {
  return JSON.parse(unseal(ring, rowName(connection.id), connection.credentials));
}

export const sealCredentials = (ring: KeyRing, id: string, credentials: unknown): string =>
  seal(ring, rowName(id), JSON.stringify(credentials));

/** A key's id and the connections whose credentials are sealed with it. */
export interface KeyUse {
  readonly key: string;
  readonly connections: readonly string[];
}

/** Every key that some connection needs; nothing is opened for it. */
export const keyUses = (warehouse: Warehouse): Promise<KeyUse[]> =>
  warehouse.query<KeyUse>(
    `select split_part(credentials, '.', 2) as key, array_agg(name order by name) as connections
     from connections group by 1 order by 1`,
  );

/** The same of one workspace. */
export const keyUsesIn = (warehouse: Warehouse, workspace: string): Promise<KeyUse[]> =>
  warehouse.query<KeyUse>(
    `select split_part(credentials, '.', 2) as key, array_agg(name order by name) as connections
     from connections where workspace_id = $1 group by 1 order by 1`,
    [workspace],
  );

/**
 * Seals every connection's credentials with the current key. Those whose key the ring does not hold stay as they are;
 * the rest is sealed all the same.
 */
export async function resealCredentials(warehouse: Warehouse, ring: KeyRing): Promise<{ resealed: number }> {
  return warehouse.transaction(async (manager) => {
    const rows = await manager.find(Connection, { lock: { mode: 'pessimistic_write' } });
    const old = rows.filter((row) => {
      const key = sealedWith(row.credentials);
      return key !== ring.current && ring.keys.has(key);
    });
    for (const row of old)
      await manager.update(
        Connection,
        { id: row.id },
        { credentials: sealCredentials(ring, row.id, openCredentials(ring, row)) },
      );
    return { resealed: old.length };
  });
}
