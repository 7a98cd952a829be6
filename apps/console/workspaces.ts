import type { RequestHandler } from 'express';
import { DEFAULT_WORKSPACE, type Role, type Warehouse } from '#warehouse';
import { signedIn } from './gate.js';
import type { ConsoleOptions } from './options.js';
import { refuse } from './reply.js';

/*
 * Several workspaces share one installation and see nothing of each other. What cannot be divided (queues, metrics, the
 * list of workspaces) is the installation's: it belongs to the default workspace, and once there is a second one, to
 * its admins alone.
 */

/** Whether there is more than the default one. */
export async function isShared(warehouse: Warehouse): Promise<boolean> {
  const rows = await warehouse.query('select 1 from workspaces where id <> $1 limit 1', [DEFAULT_WORKSPACE]);
  return rows.length > 0;
}

/** Its id, where there is one of that id. */
export async function findWorkspace(warehouse: Warehouse, id: string): Promise<string | null> {
  if (id.includes('\0')) return null;
  const rows = await warehouse.query('select 1 from workspaces where id = $1', [id]);
  return rows.length > 0 ? id : null;
}

/** Whether somebody may see what all workspaces share. */
export async function runsInstallation(
  warehouse: Warehouse,
  who: { readonly workspace: string; readonly role: Role },
): Promise<boolean> {
  if (who.workspace !== DEFAULT_WORKSPACE) return false;
  return who.role === 'admin' || !(await isShared(warehouse));
}

/** Stops who may not see what all workspaces share. */
export const mustRun =
  ({ warehouse }: ConsoleOptions): RequestHandler =>
  async (request, response, next) => {
    if (await runsInstallation(warehouse, signedIn(request))) return next();
    refuse(
      request,
      response,
      403,
      'the queues are shared by all workspaces: only admins of the default one see them',
    );
  };
