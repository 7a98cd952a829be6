import { Failure, newShortId, seal, sealedWith, unseal, type Json, type KeyRing } from '#kernel';
import { Connection, StreamState, Checkpoint } from './entities.js';
import type { CheckpointRow, ConnectionRow, StreamRow } from './rows.js';
import type { Warehouse } from './warehouse.js';

/** The workspace every connection belongs to until a second one is made. */
export const DEFAULT_WORKSPACE = 'default';

const rowName = (id: string): string => `connections/${id}/credentials`;

export interface NewConnection {
  readonly platform: string;
  readonly name: string;
  readonly settings: Record<string, Json>;
  readonly credentials: Json;
  readonly baseUrl?: string | null;
  readonly sandbox?: boolean;
}

const repository = (warehouse: Warehouse) => warehouse.dataSource.getRepository(Connection);

/** Adds the connection, or replaces settings and credentials of the one with the same name. */
export async function saveConnection(
  warehouse: Warehouse,
  ring: KeyRing,
  input: NewConnection,
): Promise<ConnectionRow> {
  const known = await repository(warehouse).findOneBy({ workspaceId: DEFAULT_WORKSPACE, name: input.name });
  if (known && known.platform !== input.platform)
    throw new Failure(
      'refused',
      `connection ${input.name} exists already and belongs to ${known.platform}; choose another name`,
    );
  const id = known?.id ?? newShortId('conn');
  return repository(warehouse).save({
    ...(known ?? { id, workspaceId: DEFAULT_WORKSPACE, name: input.name, platform: input.platform }),
    settings: input.settings,
    baseUrl: input.baseUrl ?? null,
    sandbox: input.sandbox ?? false,
    credentials: seal(ring, rowName(id), JSON.stringify(input.credentials)),
    status: 'active',
    statusReason: null,
    updatedAt: new Date(),
  });
}

export const listConnections = (warehouse: Warehouse): Promise<ConnectionRow[]> =>
  repository(warehouse).find({ where: { workspaceId: DEFAULT_WORKSPACE }, order: { name: 'ASC' } });

/** By name or id; a Failure that lists what there is otherwise. */
export async function findConnection(warehouse: Warehouse, nameOrId: string): Promise<ConnectionRow> {
  const all = await listConnections(warehouse);
  const found = all.find((connection) => connection.name === nameOrId || connection.id === nameOrId);
  if (found) return found;
  const known = all.map((connection) => connection.name).join(', ') || 'none yet';
  throw new Failure(
    'refused',
    `there is no connection ${nameOrId} (known: ${known}); add one with: npx stratus connections add`,
  );
}

/** The connection's credentials in clear; only the step that signs a call may ask. */
export function openCredentials(
  ring: KeyRing,
  connection: Pick<ConnectionRow, 'id' | 'credentials'>,
): unknown {
  return JSON.parse(unseal(ring, rowName(connection.id), connection.credentials));
}

export async function saveCredentials(
  warehouse: Warehouse,
  ring: KeyRing,
  id: string,
  credentials: unknown,
): Promise<void> {
  await repository(warehouse).update(
    { id },
    { credentials: seal(ring, rowName(id), JSON.stringify(credentials)), updatedAt: new Date() },
  );
}

/**
 * Stops or starts every schedule of a connection on a person's word, and lets its waiting runs wait; `reconnect` is
 * only left by new credentials.
 */
export async function setPaused(
  warehouse: Warehouse,
  connection: ConnectionRow,
  paused: boolean,
  by: string,
): Promise<void> {
  if (connection.status === 'reconnect')
    throw new Failure(
      'refused',
      `connection ${connection.name} needs new credentials (${connection.statusReason ?? ''}): npx stratus connections add ${connection.platform} --name ${connection.name}`,
    );
  await repository(warehouse).update(
    { id: connection.id },
    {
      status: paused ? 'paused' : 'active',
      statusReason: paused ? `paused by ${by}` : null,
      updatedAt: new Date(),
    },
  );
}

/** Seals every connection's credentials with the current key; how many rows each key held before. */
export async function resealCredentials(
  warehouse: Warehouse,
  ring: KeyRing,
): Promise<Record<string, number>> {
  return warehouse.transaction(async (manager) => {
    const rows = await manager.find(Connection, { lock: { mode: 'pessimistic_write' } });
    const held: Record<string, number> = {};
    for (const row of rows) {
      const key = sealedWith(row.credentials);
      held[key] = (held[key] ?? 0) + 1;
      if (key === ring.current) continue;
      const credentials = seal(ring, rowName(row.id), unseal(ring, rowName(row.id), row.credentials));
      await manager.update(Connection, { id: row.id }, { credentials, updatedAt: new Date() });
    }
    return held;
  });
}

/** Stops every schedule of the connection until an operator enters new credentials. */
export async function markReconnect(warehouse: Warehouse, id: string, reason: string): Promise<void> {
  await repository(warehouse).update(
    { id },
    { status: 'reconnect', statusReason: reason, updatedAt: new Date() },
  );
}

/** Removes the connection and its runs; rows it brought stay for the analysts unless `purge` names tables to empty. */
export async function removeConnection(
  warehouse: Warehouse,
  id: string,
  purge: readonly string[],
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    for (const table of purge) await manager.query(`delete from "${table}" where connection_id = $1`, [id]);
    await manager.getRepository(Connection).delete({ id });
  });
}

/**
 * Takes the right to renew a connection's token for a while; false where another replica has it. Not held over a
 * transaction: the claim lapses by itself when its holder dies.
 */
export async function claimRenewal(
  warehouse: Warehouse,
  id: string,
  now: Date,
  until: Date,
): Promise<boolean> {
  const rows = await warehouse.query<{ id: string }>(
    `with taken as (
       update connections set renewing_until = $3
       where id = $1 and (renewing_until is null or renewing_until < $2) returning id
     ) select id from taken`,
    [id, now, until],
  );
  return rows.length > 0;
}

export async function releaseRenewal(warehouse: Warehouse, id: string): Promise<void> {
  await warehouse.query(`update connections set renewing_until = null where id = $1`, [id]);
}

export const reloadConnection = (warehouse: Warehouse, id: string): Promise<ConnectionRow | null> =>
  repository(warehouse).findOneBy({ id });

export const listStreamStates = (warehouse: Warehouse): Promise<StreamRow[]> =>
  warehouse.dataSource.getRepository(StreamState).find();

/** Something the platform said that an operator should see beside the stream. */
export async function noteStream(
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
  notice: string | null,
  now: Date,
): Promise<void> {
  await warehouse.query(
    `insert into streams (connection_id, stream, notice, notice_at) values ($1, $2, $3, $4)
     on conflict (connection_id, stream) do update set notice = excluded.notice, notice_at = excluded.notice_at
     where streams.notice is distinct from excluded.notice`,
    [connectionId, stream, notice, notice === null ? null : now],
  );
}

export const findCheckpoint = (
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
): Promise<CheckpointRow | null> =>
  warehouse.dataSource.getRepository(Checkpoint).findOneBy({ connectionId, stream });
