import type { EntityManager } from 'typeorm';
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

/** What a user's second factor is sealed for. */
export const factorRow = (userId: string): string => `users/${userId}/totp`;

/** A key's id and what is sealed with it: connections by their names, and second factors of users. */
export interface KeyUse {
  readonly key: string;
  readonly connections: readonly string[];
}

const USES = `
  select key, array_agg(name order by name) as connections from (
    select workspace_id, split_part(credentials, '.', 2) as key, name from connections
    union all
    select workspace_id, split_part(totp_secret, '.', 2), 'the second factor of ' || name from users
    where totp_secret is not null
  ) sealed`;

/** Every key that something sealed needs; nothing is opened for it. */
export const keyUses = (warehouse: Warehouse): Promise<KeyUse[]> =>
  warehouse.query<KeyUse>(`${USES} group by 1 order by 1`);

/** The same of one workspace. */
export const keyUsesIn = (warehouse: Warehouse, workspace: string): Promise<KeyUse[]> =>
  warehouse.query<KeyUse>(`${USES} where workspace_id = $1 group by 1 order by 1`, [workspace]);

/**
 * Seals every connection's credentials and every second factor with the current key. Those whose key the ring does not hold stay as they are;
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
    const factors = await resealFactors(manager, ring);
    return { resealed: old.length + factors };
  });
}

async function resealFactors(manager: EntityManager, ring: KeyRing): Promise<number> {
  const rows: { id: string; sealed: string }[] = await manager.query(
    'select id, totp_secret as sealed from users where totp_secret is not null for update',
  );
  const old = rows.filter(
    ({ sealed }) => sealedWith(sealed) !== ring.current && ring.keys.has(sealedWith(sealed)),
  );
  for (const { id, sealed } of old)
    await manager.query('update users set totp_secret = $2 where id = $1', [
      id,
      seal(ring, factorRow(id), unseal(ring, factorRow(id), sealed)),
    ]);
  return old.length;
}
