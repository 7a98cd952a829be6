import { setTimeout as wait } from 'node:timers/promises';
import { formatDuration, milliseconds } from '#kernel';
import { failedSlices, findBackfill, type BackfillRow, type Warehouse } from '#warehouse';
import type { Output } from './output.js';
import { patience } from './runs.js';

const LOOK_EVERY = milliseconds(300);
/** Of many slices that failed, so many are told one by one. */
const TOLD = 20;

/** Shows a backfill's progress until it runs no longer, or this command is stopped: that stops nobody else. */
export async function followBackfill(
  warehouse: Warehouse,
  id: string,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const answers = patience();
  while (!signal.aborted) {
    const now = await answers(findBackfill(warehouse, id, new Date()));
    if (now && now.state !== 'running') return;
    if (now) output.progress(progressOf(now));
    await wait(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
  }
}

/** `shopify.orders: 12 of 52 slices, 3 under way, 34200 records, 41 %, about 3m 20s left`. */
function progressOf(row: BackfillRow): string {
  const ended = row.succeeded + row.failed + row.cancelled;
  const left = row.leftMs === null ? 'time left not known yet' : `about ${formatDuration(row.leftMs)} left`;
  return [
    `${row.stream}: ${ended} of ${row.slices} slices`,
    `${row.running} under way`,
    ...(row.failed > 0 ? [`${row.failed} failed`] : []),
    `${row.records} records`,
    percent(row),
    left,
  ].join(', ');
}

/** Never a full hundred before all is read. */
const percent = ({ share }: BackfillRow): string =>
  `${share === 1 ? 100 : Math.min(99, Math.floor(share * 100))} %`;

export function printBackfills(output: Output, rows: readonly BackfillRow[]): void {
  if (output.json) return output.result({ backfills: rows });
  if (rows.length === 0)
    return output.line(
      'no backfills yet; start one with: npx stratus backfill shopify.orders --connection … --from 2026-01-01',
    );
  output.table(
    [
      'backfill',
      'connection',
      'stream',
      'state',
      'from',
      'to',
      'slices',
      'read',
      'failed',
      'records',
      'left',
    ],
    rows.map((row) => [
      row.id,
      row.connection,
      row.stream,
      row.state,
      row.from,
      row.to,
      `${row.succeeded}/${row.slices}`,
      percent(row),
      row.failed,
      row.records,
      leftOf(row),
    ]),
  );
}

const leftOf = ({ state, leftMs }: BackfillRow): string =>
  state !== 'running' || leftMs === null ? '' : formatDuration(leftMs);

/** One backfill: where it stands, what it brought, and each slice that failed with the next step. */
export async function printBackfill(output: Output, warehouse: Warehouse, row: BackfillRow): Promise<void> {
  const failures = await failedSlices(warehouse, row.id, output.json ? row.slices : TOLD);
  if (output.json) return output.result({ backfill: { ...row, failures } });
  output.table(
    [
      'backfill',
      'connection',
      'stream',
      'state',
      'slices',
      'read',
      'inserted',
      'changed',
      'same',
      'gone',
      'quarantined',
      'pages',
      'calls',
    ],
    [
      [
        row.id,
        row.connection,
        row.stream,
        row.state,
        `${row.succeeded}/${row.slices}`,
        percent(row),
        row.inserted,
        row.changed,
        row.same,
        row.gone,
        row.quarantined,
        row.pages,
        row.calls,
      ],
    ],
  );
  if (row.state === 'running') output.line(progressOf(row));
  for (const { id, from, to, failure } of failures)
    output.line(
      `\nslice ${from.toISOString()} to ${to.toISOString()} failed: ${failure ?? 'for no reason told'}\n  again: npx stratus retry ${id}`,
    );
  if (row.failed > failures.length) output.line(`\n… and ${row.failed - failures.length} more`);
  if (row.failed > 0) output.line(`\nall of them again: npx stratus backfill retry ${row.id}`);
}
