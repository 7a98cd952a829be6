import { later } from '#kernel';
import {
  commitReplay,
  nextToReplay,
  payloadOf,
  type Counts,
  type Replayed,
  type ReplayResult,
} from '#warehouse';
import { z } from 'zod';
import type { Stream } from './define.js';
import { openDoor, type Door } from './door.js';
import { fetchByIds } from './fetch-by-id.js';
import { recordCause } from './fingerprint.js';
import { partsOf, readRecord, type Mapped, type RecordsAsk } from './map-records.js';
import { addCounts, countsOf, keepNotices, leaseKeeper, type RunDeps } from './attempt.js';

/** Records replayed in one transaction: few enough that a person who calls it off waits a moment only. */
const AT_ONCE = 50;

/** A record that was read again, or why it stays in the quarantine. */
interface Again {
  readonly mapped: Mapped | null;
  readonly result: ReplayResult;
}

/**
 * Takes the run's records out of the quarantine through the same parser and mapper as a page, follow-ups included. The
 * record that still cannot be used stays, with its new reason; the run succeeds all the same. Ends as `readWindow` does.
 */
export async function replayRecords(
  deps: RunDeps,
): Promise<{ ended: 'finished' | 'yielded'; counts: Counts }> {
  const { engine, platform, stream, connection, run, signal } = deps;
  const door = openDoor(engine, platform, connection, 'live', { run: run.id });
  const lease = leaseKeeper(engine, run);
  const ask: RecordsAsk = { stream, settings: door.settings, signal, alive: () => lease.alive() };
  const counts = countsOf(run);
  const deadline = later(engine.now(), engine.sliceMs);
  let noticed = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const records = await nextToReplay(engine.warehouse, run, AT_ONCE);
      if (records.length === 0) return { ended: 'finished', counts };
      const again: Again[] = [];
      for (const record of records) again.push(await readAgain(door, ask, record));
      noticed = await keepNotices(deps, door, noticed);
      const leaseUntil = later(engine.now(), engine.leaseMs);
      const committed = await commitReplay(engine.warehouse, run, {
        ...partsOf(
          stream,
          again.flatMap(({ mapped }) => mapped ?? []),
        ),
        results: again.map(({ result }) => result),
        calls: door.takeCalls(),
        leaseUntil,
      });
      /* crash point: after-checkpoint. The rows and what became of their records are committed together: the next
         attempt takes those that are left. */
      lease.renewedUntil(leaseUntil);
      addCounts(counts, committed);
      engine.metrics.page({ stream: stream.name }, committed);
      // For people to look at: what is committed stays so, whether the queue hears of it or not.
      await deps.progress(counts).catch((error: unknown) => {
        engine.logger.warn({ run: run.id, error }, 'the queue did not take the progress');
      });
      if (engine.now() >= deadline) return { ended: 'yielded', counts };
    }
  } finally {
    deps.spent(door.takeCalls());
  }
}

async function readAgain(door: Door, ask: RecordsAsk, record: Replayed): Promise<Again> {
  // It landed, or a person put it aside, since it was chosen.
  if (record.state !== 'open') return { mapped: null, result: { record, stays: null } };
  if (!record.whole && record.editedAt === null) return fetchAgain(door, ask, record);
  const read = await readRecord(door, ask, payloadOf(record));
  if (!('bad' in read)) return { mapped: read, result: { record, stays: null } };
  const { reason, cause } = read.bad;
  return { mapped: null, result: { record, stays: { reason, cause } } };
}

/** A payload that was not kept whole would bring what nobody sent: the record itself is asked for instead. */
async function fetchAgain(door: Door, ask: RecordsAsk, record: Replayed): Promise<Again> {
  const { stream } = ask;
  const stays = (reason: string): Again => ({
    mapped: null,
    result: { record, stays: { reason, cause: recordCause(stream, reason) } },
  });
  const id = stream.listing ? sourceIdOf(stream, record.recordKey) : null;
  if (!stream.listing || id === null)
    return stays(
      'its payload could not be kept as it was sent, and the record cannot be asked for by its id: mend the record at the platform, or edit it here',
    );
  const got = await fetchByIds(door, ask, stream.listing, [id], 1);
  const [main] = got.main.rows;
  if (main) {
    const children = got.children.map(({ rows }) => rows);
    const patches = got.patches.map(({ rows }) => rows[0] ?? null);
    return {
      mapped: { rawKey: record.recordKey, main, children, patches, cursor: null },
      result: { record, stays: null },
    };
  }
  const [bad] = got.bad;
  if (bad) return { mapped: null, result: { record, stays: { reason: bad.reason, cause: bad.cause } } };
  return stays('asked for by its id, the platform does not have it any more');
}

/** The id in a raw key: what the record's own schema makes of it; null where it makes nothing of it. */
function sourceIdOf(stream: Stream, rawKey: string): string | null {
  const id =
    stream.schema instanceof z.ZodObject ? (stream.schema.shape['id'] as z.ZodType | undefined) : undefined;
  const parsed = id?.safeParse(rawKey);
  if (!parsed?.success) return null;
  try {
    const key: unknown = stream.key({ id: parsed.data });
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
}
