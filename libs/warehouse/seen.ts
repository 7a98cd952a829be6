import { arrayLiteral, asStored } from './array-literal.js';
import type { Query } from './upsert.js';

/*
 * Which records a run was served, where that matters: in a run that reads everything, and in the second reading of a
 * window whose count did not agree. Kept in Postgres beside the page they came with, so that a run that is killed goes
 * on with what it has seen.
 */

/** Notes what one page served: good records by the id of their row, bad ones as the wire spells them. */
export async function noteSeen(
  query: Query,
  runId: string,
  records: readonly { readonly id: string; readonly version: Date | null }[],
): Promise<void> {
  const newest = new Map<string, Date | null>();
  for (const { id, version } of records) {
    const key = asStored(id);
    const known = newest.get(key);
    if (known === undefined || (version && (!known || version > known))) newest.set(key, version);
  }
  if (newest.size === 0) return;
  await query(
    `with seen as (
       insert into run_seen (run_id, source_id, version) select $1, s.id, s.version
       from unnest($2::text[], $3::timestamptz[]) as s(id, version)
       on conflict (run_id, source_id) do update set version = greatest(run_seen.version, excluded.version)
       returning 1
     ) select from seen`,
    [runId, arrayLiteral([...newest.keys()]), arrayLiteral([...newest.values()])],
  );
}

export const forgetSeen = async (query: Query, runId: string): Promise<void> => {
  await query('with gone as (delete from run_seen where run_id = $1 returning 1) select from gone', [runId]);
};
