import { backfillIn, findFailure, findQuarantined, listConnections, recordsIn, runIn } from '#warehouse';
import type { BackfillRow, ConnectionRow, FailureRow, ListedRun, QuarantinedRecord } from '#warehouse';
import { Failure } from '#kernel';
import type { Stream } from '#sync';
import type { ConsoleOptions } from '../options.js';
import { notFound, Problem } from './problem.js';

/** Where a call looks for things: another workspace's are "not found", as if they did not exist. */
interface Here {
  readonly workspace: string;
  readonly doors: ConsoleOptions;
  readonly now: Date;
}

export const connectionsHere = ({ workspace, doors }: Here): Promise<ConnectionRow[]> =>
  listConnections(doors.warehouse, workspace);

export async function connectionHere(here: Here, id: string): Promise<ConnectionRow> {
  const found = (await connectionsHere(here)).find((one) => one.id === id);
  if (!found) throw notFound('connection');
  return found;
}

/** A stream of the connection's platform. */
export function streamOn({ doors }: Here, connection: ConnectionRow, name: string): Stream {
  const platform = doors.platforms.find((one) => one.name === connection.platform);
  const found = platform?.streams.find((one) => one.name === name);
  if (!found) throw notFound('stream');
  return found;
}

export async function runHere({ workspace, doors }: Here, id: string): Promise<ListedRun> {
  const found = await runIn(doors.warehouse, workspace, id);
  if (!found) throw notFound('run');
  return found;
}

export async function backfillHere({ workspace, doors, now }: Here, id: string): Promise<BackfillRow> {
  const found = await backfillIn(doors.warehouse, workspace, id, now);
  if (!found) throw notFound('backfill');
  return found;
}

export async function failureHere({ workspace, doors }: Here, fingerprint: string): Promise<FailureRow> {
  try {
    return await findFailure(doors.warehouse, fingerprint, workspace);
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind === 'refused') throw notFound('failure');
    throw thrown;
  }
}

export async function recordHere({ workspace, doors }: Here, id: string): Promise<QuarantinedRecord> {
  if (!(await recordsIn(doors.warehouse, workspace, [id])).has(id)) throw notFound('record');
  return findQuarantined(doors.warehouse, id);
}

/** A run cannot be made on a connection that does not go. */
export function mustGo({ name, status, statusReason }: ConnectionRow): void {
  if (status === 'active') return;
  const next = status === 'paused' ? 'resume it first' : 'enter new credentials first';
  throw new Problem('conflict', `connection ${name} is ${statusReason ?? status}; ${next}`);
}
