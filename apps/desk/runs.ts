import { streamOf } from '#catalog';
import { jobOf } from '#queue';
import {
  cancelRun,
  closeBackfills,
  insertRun,
  type ConnectionRow,
  type NewRun,
  type RunRow,
} from '#warehouse';
import type { Desk } from './doors.js';

/** A run that a person asked for, with its job. */
export async function makeRun(
  desk: Desk,
  connection: ConnectionRow,
  run: Omit<NewRun, 'connectionId' | 'trigger' | 'slot'>,
  now: Date,
): Promise<RunRow> {
  // Without a slot there is no run that it could be the second of.
  const row = (await insertRun(
    desk.warehouse,
    { ...run, connectionId: connection.id, trigger: 'manual' },
    now,
  ))!;
  await (await desk.queues()).addRun(connection.platform, run.stream, jobOf(row, connection.name));
  return row;
}

/** Ends a waiting or running run; what it committed stays. False where it has ended already. */
export async function endRun(desk: Desk, run: RunRow, why: string, now: Date): Promise<boolean> {
  if (!(await cancelRun(desk.warehouse, run.id, why, now))) return false;
  await (await desk.queues()).removeRun(streamOf(run.stream).platform, run.id);
  if (run.backfillId !== null) await closeBackfills(desk.warehouse, now, run.backfillId);
  return true;
}
