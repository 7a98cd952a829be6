import { streamOf } from '#catalog';
import { Failure } from '#kernel';
import { jobOf } from '#queue';
import {
  abortBulk,
  beginReplay,
  cancelRun,
  dropReplay,
  findRun,
  reloadConnection,
  requeueRun,
  type DeskFilter,
  type Replay,
  type RunRow,
} from '#warehouse';
import type { Desk } from './doors.js';

/** Gives a waiting run its job: the row is the truth, and one that lacks its job gets it from the scheduler. */
export async function addJob(desk: Desk, run: RunRow): Promise<void> {
  const connection = await reloadConnection(desk.warehouse, run.connectionId);
  if (connection)
    await (await desk.queues()).addRun(connection.platform, run.stream, jobOf(run, connection.name));
}

/** A failed run in the queue again; null where somebody else made it go, or it was removed, since it was chosen. */
export async function requeued(
  desk: Desk,
  id: string,
  bulk: string | null,
  now: Date,
): Promise<RunRow | null> {
  try {
    const row = await requeueRun(desk.warehouse, id, now, bulk);
    await addJob(desk, row);
    return row;
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind === 'refused') return null;
    throw thrown;
  }
}

/** Begins a replay of what was chosen and gives its runs their jobs; null where nothing is. */
export async function startReplay(
  desk: Desk,
  filter: DeskFilter,
  by: string,
  now: Date,
): Promise<Replay | null> {
  const replay = await beginReplay(desk.warehouse, filter, by, now);
  for (const { id } of replay?.runs ?? []) await addJob(desk, (await findRun(desk.warehouse, id))!);
  return replay;
}

/** Ends a replay between two pages: what landed stays so, what is left stays in the quarantine. */
export async function callOffReplay(
  desk: Desk,
  {
    bulkId,
    runs,
  }: { readonly bulkId: string; readonly runs: readonly { readonly id: string; readonly stream: string }[] },
  now: Date,
): Promise<void> {
  for (const { id, stream } of runs) {
    if (!(await cancelRun(desk.warehouse, id, 'called off by hand', now))) continue;
    await (await desk.queues()).removeRun(streamOf(stream).platform, id);
  }
  await dropReplay(
    desk.warehouse,
    runs.map(({ id }) => id),
  );
  await abortBulk(desk.warehouse, bulkId, now);
}
