import { createHash } from 'node:crypto';
import { slotAt, type Cadence } from '#queue';
import type { Platform } from '#sync';
import { wasReadWhole, type ConnectionRow } from '#warehouse';
import type { Declared, StreamSetting } from './declared.js';
import { enqueueSlot, type SchedulerDoors } from './reconcile.js';

/** One comparison of ids that should be made, again and again. */
export interface Comparison extends Declared {
  /** No comparison is owed for a time before the connection was made. */
  readonly since: Date;
}

/** The night, in hours UTC: four of them, so that the comparisons of one platform do not all start at once. */
const NIGHT = { from: 1, hours: 4 };

/** The same minute of every night for one stream of one connection, spread by a hash of the two. */
export function nightOf(scheduleId: string): Cadence {
  const minute = createHash('sha256').update(scheduleId).digest().readUInt32BE(0) % (NIGHT.hours * 60);
  return { pattern: `${minute % 60} ${NIGHT.from + Math.floor(minute / 60)} * * *` };
}

/** The comparisons of what is declared: every stream whose platform lists ids, unless the file says `off`. */
export function declaredComparisons(
  declared: readonly Declared[],
  connections: readonly Pick<ConnectionRow, 'id' | 'createdAt'>[],
  platforms: readonly Platform[],
  settings: ReadonlyMap<string, StreamSetting>,
): Comparison[] {
  const listable = new Set(
    platforms.flatMap(({ streams }) => streams.filter(({ listing }) => listing).map(({ name }) => name)),
  );
  const madeAt = new Map(connections.map(({ id, createdAt }) => [id, createdAt]));
  return declared.flatMap((due) => {
    const since = madeAt.get(due.connectionId);
    const wish = settings.get(due.stream)?.reconcile;
    if (!since || wish === 'off' || due.unavailable || !listable.has(due.stream)) return [];
    return [{ ...due, id: `${due.id}@reconcile`, cadence: wish ?? nightOf(due.id), since }];
  });
}

/**
 * Makes the comparisons whose slot has come; how many. They need no tick of their own: a minute more or less is nothing
 * at night, and the leader's pass comes by often enough. A stream that was never read to its end is left alone: each of
 * its records would be fetched by its id, which is the dear way.
 */
export async function enqueueComparisons(
  doors: SchedulerDoors,
  wanted: readonly Comparison[],
  now: Date,
): Promise<number> {
  let made = 0;
  for (const due of wanted) {
    const slot = slotAt(due.cadence, now);
    if (slot < due.since || !(await wasReadWhole(doors.warehouse, due.connectionId, due.stream))) continue;
    if (await enqueueSlot(doors, due, slot, now, 'reconcile')) made += 1;
  }
  return made;
}
