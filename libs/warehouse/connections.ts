import { Not, type EntityManager } from 'typeorm';
import { Failure, newShortId, type Json, type KeyRing } from '#kernel';
import { sealCredentials } from './credentials.js';
import { Connection, StreamState, Checkpoint } from './entities.js';
import { reopen } from './reconnect.js';
import type { CheckpointRow, ConnectionRow, StreamRow } from './rows.js';
import type { Warehouse } from './warehouse.js';
import { DEFAULT_WORKSPACE } from './workspace.js';

export interface NewConnection {
  readonly platform: string;
  readonly name: string;
  readonly settings: Record<string, Json>;
  readonly credentials: Json;
  readonly baseUrl?: string | null;
  readonly sandbox?: boolean;
  /** The default one where nothing is said. */
  readonly workspace?: string;
}

const repository = (warehouse: Warehouse) => warehouse.dataSource.getRepository(Connection);

/** A connection as it was saved. */
export interface SavedConnection extends ConnectionRow {
  /** Runs that had ended for want of credentials and are back in the queue. */
  readonly resumed: number;
}

/**
 * Adds the connection, or replaces settings and credentials of the one with the same name. New credentials end what
 * waited for them, and no renewal of the old ones that is still under way can overwrite them.
 */
export async function saveConnection(
  warehouse: Warehouse,
  ring: KeyRing,
  input: NewConnection,
): Promise<SavedConnection> {
  const workspaceId = input.workspace ?? DEFAULT_WORKSPACE;
  return warehouse.transaction(async (manager) => {
    const connections = manager.getRepository(Connection);
    const known = await connections.findOne({
      where: { workspaceId, name: input.name },
      lock: { mode: 'pessimistic_write' },
    });
    if (known && known.platform !== input.platform)
      throw new Failure(
        'refused',
        `connection ${input.name} exists already and belongs to ${known.platform}; choose another name`,
      );
    const id = known?.id ?? newShortId('conn');
    await connections.save({
      ...(known ?? { id, workspaceId, name: input.name, platform: input.platform }),
      settings: input.settings,
      baseUrl: input.baseUrl ?? null,
      sandbox: input.sandbox ?? false,
      credentials: sealCredentials(ring, id, input.credentials),
      renewal: (known?.renewal ?? 0) + 1,
      renewingUntil: null,
      renewedAt: null,
    });
    const resumed = await reopen(manager, id, new Date());
    return { ...(await connections.findOneByOrFail({ id })), resumed };
  });
}

/** Gives a connection new credentials, ends what waited for them, and returns how many runs that is. */
export const resealConnection = (
  warehouse: Warehouse,
  ring: KeyRing,
  id: string,
  credentials: Json,
  now: Date,
): Promise<number> =>
  warehouse.transaction((manager) => reseal(manager, sealCredentials(ring, id, credentials), id, now));

async function reseal(manager: EntityManager, credentials: string, id: string, now: Date): Promise<number> {
  const connections = manager.getRepository(Connection);
  const known = await connections.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
  await connections.update(
    { id },
    { credentials, renewal: known.renewal + 1, renewingUntil: null, renewedAt: null },
  );
  return reopen(manager, id, now);
}

/**
 * Changes what a connection is called and where it calls. New credentials come with the new place in one step: neither is
 * ever used with the other's old one. Null keeps those it has.
 */
export async function updateConnection(
  warehouse: Warehouse,
  ring: KeyRing,
  id: string,
  to: Pick<ConnectionRow, 'name' | 'settings' | 'baseUrl' | 'sandbox'> & { readonly credentials: Json },
  now: Date,
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    await manager.query(
      `update connections set name = $2, settings = $3::jsonb, base_url = $4, sandbox = $5, updated_at = $6 where id = $1`,
      [id, to.name, JSON.stringify(to.settings), to.baseUrl, to.sandbox, now],
    );
    if (to.credentials !== null) await reseal(manager, sealCredentials(ring, id, to.credentials), id, now);
  });
}

/** Those of one workspace, or all: a worker serves every workspace. */
export const listConnections = (
  warehouse: Warehouse,
  workspace: string | null = null,
): Promise<ConnectionRow[]> =>
  repository(warehouse).find({
    where: workspace === null ? {} : { workspaceId: workspace },
    order: { name: 'ASC', id: 'ASC' },
  });

/** By name or id, the default workspace's before another's of the same name; a Failure that lists what there is otherwise. */
export async function findConnection(warehouse: Warehouse, nameOrId: string): Promise<ConnectionRow> {
  const all = await listConnections(warehouse);
  const named = all.filter((connection) => connection.name === nameOrId || connection.id === nameOrId);
  const found = named.find(({ workspaceId }) => workspaceId === DEFAULT_WORKSPACE) ?? named[0];
  if (found) return found;
  const known = all.map((connection) => connection.name).join(', ') || 'none yet';
  throw new Failure(
    'refused',
    `there is no connection ${nameOrId} (known: ${known}); add one with: npx stratus connections add`,
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
    { id: connection.id, status: Not('reconnect') },
    {
      status: paused ? 'paused' : 'active',
      statusReason: paused ? `paused by ${by}` : null,
      updatedAt: new Date(),
    },
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
    await manager.query(
      `delete from run_calls where run_id in (select id from runs where connection_id = $1)`,
      [id],
    );
    await manager.getRepository(Connection).delete({ id });
  });
}

export const reloadConnection = (warehouse: Warehouse, id: string): Promise<ConnectionRow | null> =>
  repository(warehouse).findOneBy({ id });

export const listStreamStates = (warehouse: Warehouse): Promise<StreamRow[]> =>
  warehouse.dataSource.getRepository(StreamState).find();

export const findStreamState = (
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
): Promise<StreamRow | null> =>
  warehouse.dataSource.getRepository(StreamState).findOneBy({ connectionId, stream });

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

/** What the platform said the account does not have; null once it has answered after all. True where that is news. */
export async function noteUnavailable(
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
  reason: string | null,
  now: Date,
): Promise<boolean> {
  const rows = await warehouse.query(
    reason === null
      ? `with noted as (
           update streams set unavailable = null, unavailable_at = null
           where connection_id = $1 and stream = $2 and unavailable is not null returning 1
         ) select from noted`
      : `with noted as (
           insert into streams (connection_id, stream, unavailable, unavailable_at) values ($1, $2, $3, $4)
           on conflict (connection_id, stream) do update set unavailable = excluded.unavailable,
             unavailable_at = excluded.unavailable_at returning 1
         ) select from noted`,
    reason === null ? [connectionId, stream] : [connectionId, stream, reason, now],
  );
  return rows.length > 0;
}

export const findCheckpoint = (
  warehouse: Warehouse,
  connectionId: string,
  stream: string,
): Promise<CheckpointRow | null> =>
  warehouse.dataSource.getRepository(Checkpoint).findOneBy({ connectionId, stream });
