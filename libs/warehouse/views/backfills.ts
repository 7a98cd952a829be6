import { pageOfSummaries, type BackfillRow, type BackfillState } from '../backfills.js';
import type { RunState } from '../run-states.js';
import type { Warehouse } from '../warehouse.js';

export interface BackfillsAsked {
  readonly workspace: string;
  readonly connectionId?: string | undefined;
  readonly stream?: string | undefined;
  readonly states?: readonly BackfillState[] | undefined;
  /** The `place` and the id of the last one listed. */
  readonly after: readonly [place: string, id: string] | null;
  readonly limit: number;
}

/** The newest first, one more than `limit` where there are more. */
export async function pageOfBackfills(
  warehouse: Warehouse,
  asked: BackfillsAsked,
  now: Date,
): Promise<(BackfillRow & { place: string })[]> {
  const ids = await warehouse.query<{ id: string; place: string }>(
    `select b.id, b.created_at::text as place from backfills b join connections c on c.id = b.connection_id
     where c.workspace_id = $1 and ($2::text is null or b.connection_id = $2) and ($3::text is null or b.stream = $3)
       and ($4::text[] is null or b.state = any($4::text[]))
       and ($5::timestamptz is null or (b.created_at, b.id) < ($5::timestamptz, $6))
     order by b.created_at desc, b.id desc limit $7`,
    [
      asked.workspace,
      asked.connectionId ?? null,
      asked.stream ?? null,
      asked.states ? [...asked.states] : null,
      asked.after?.[0] ?? null,
      asked.after?.[1] ?? null,
      asked.limit + 1,
    ],
  );
  const rows = new Map(
    (
      await pageOfSummaries(
        warehouse,
        now,
        ids.map(({ id }) => id),
      )
    ).map((row) => [row.id, row]),
  );
  return ids.flatMap(({ id, place }) => {
    const row = rows.get(id);
    return row ? [{ ...row, place }] : [];
  });
}

/** A backfill of that workspace; null where it has none of that id. */
export async function backfillIn(
  warehouse: Warehouse,
  workspace: string,
  id: string,
  now: Date,
): Promise<BackfillRow | null> {
  const [known] = await warehouse.query<{ id: string }>(
    `select b.id from backfills b join connections c on c.id = b.connection_id where b.id = $2 and c.workspace_id = $1`,
    [workspace, id],
  );
  return known ? ((await pageOfSummaries(warehouse, now, [id]))[0] ?? null) : null;
}

export interface ShownSlice {
  readonly id: string;
  readonly slice: number;
  readonly from: Date;
  readonly to: Date;
  readonly state: RunState;
  readonly records: number;
  readonly pages: number;
  readonly reason: string | null;
  readonly failure: string | null;
}

/** A backfill's slices from the number `after` on, the most recent range first; one more than `limit` where there are more. */
export const slicesOf = (
  warehouse: Warehouse,
  id: string,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<ShownSlice[]> =>
  warehouse.query(
    `select id, slice, window_from as "from", window_to as "to", state, records, pages, reason, failure from runs
     where backfill_id = $1 and ($2::int is null or slice > $2) order by slice limit $3`,
    [id, after, limit + 1],
  );
