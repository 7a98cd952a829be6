import { jobOf } from '#queue';
import { planBackfill, type Stream } from '#sync';
import { cancelBackfill, dueSlices, insertBackfill, type BackfillRow, type ConnectionRow } from '#warehouse';
import type { Desk } from './doors.js';

/** A past range, and how it is cut. */
export type Range = Omit<Parameters<typeof planBackfill>[0], 'stream'>;

/** Writes a backfill with its slices and gives them their jobs; its id. Throws a Failure for a range that cannot be read. */
export async function beginBackfill(
  desk: Desk,
  {
    connection,
    stream,
    range,
    by,
  }: {
    readonly connection: ConnectionRow;
    readonly stream: Stream;
    readonly range: Range;
    readonly by: string;
  },
  now: Date,
): Promise<string> {
  const windows = planBackfill({ ...range, stream }, now);
  const { id, slices } = await insertBackfill(
    desk.warehouse,
    {
      connectionId: connection.id,
      stream: stream.name,
      from: range.from,
      to: range.to,
      slice: range.slices,
      parallel: range.parallel,
      requestedBy: by,
      windows,
    },
    now,
  );
  const queues = await desk.queues();
  await queues.addBackfill(connection.platform, {
    id,
    stream: stream.name,
    connection: connection.name,
    runIds: slices.map((slice) => slice.id),
    parallel: range.parallel,
  });
  return id;
}

type Known = Pick<BackfillRow, 'id' | 'platform' | 'connection'>;

/** Brings the jobs forward of the slices whose turn it is; the rows wait where the queue is away. */
export async function wakeSlices(desk: Desk, { id, platform, connection }: Known): Promise<void> {
  for (const slice of await dueSlices(desk.warehouse, id))
    await (await desk.queues()).wakeRun(platform, slice.stream, jobOf(slice, connection));
}

/** Ends every slice that is left; what they committed stays. How many that were. */
export async function endBackfill(desk: Desk, { id, platform }: Known, now: Date): Promise<number> {
  const runs = await cancelBackfill(desk.warehouse, id, now);
  for (const run of runs) await (await desk.queues()).removeRun(platform, run);
  return runs.length;
}
