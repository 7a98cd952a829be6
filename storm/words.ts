import type { Warehouse } from '#warehouse';

/*
 * What one account says of another's rows: columns that the comparison of each account with its own platform leaves out,
 * since that platform does not know them.
 */

/** Of each word what it wants, as `patches` keeps it, and the row that it stands on. */
const WORDS = `select p.key, p.target, p.clock, p.at, p.filled - p.clock as filled, p.applied_at, says.name as says,
    owner.name as owner, p.applied_source_id as landed, to_jsonb(o) as held,
    (select w.source_id from orders w join connections c on c.id = w.connection_id
     where c.id <> p.connection_id and w.deleted_at is null and 'source_id=' || w.source_id = any (p.wants) limit 1) as wanted
  from patches p
  join connections says on says.id = p.connection_id
  left join connections owner on owner.id = p.applied_connection_id
  left join orders o on o.connection_id = p.applied_connection_id and o.source_id = p.applied_source_id and o.deleted_at is null
  where p.target = 'orders'`;

/**
 * Words about sales that stand on another sale than the one whose id they tell, on none though it is there, or not in the
 * columns that they fill, each in a sentence; of many the first few. A newer word on the same row is the one that counts.
 */
export async function strayWords(warehouse: Pick<Warehouse, 'query'>): Promise<string[]> {
  const stray = await warehouse.query<{ said: string }>(
    `select format('what %s said of %s under %s %s', says, key, clock, case
        when applied_at is null then format('never came to sale %s', wanted)
        when landed is distinct from wanted then format('landed on sale %s of %s instead of %s', landed, owner, wanted)
        else format('is not what sale %s of %s holds: %s', landed, owner, filled) end) as said
     from (${WORDS}) words
     where wanted is not null and (applied_at is null or landed <> wanted or not coalesce(
       (held ->> clock)::timestamptz > at or ((held ->> clock)::timestamptz = at and held @> filled), false))
     or wanted is null and held is not null
     order by says, key limit 5`,
  );
  return stray.map(({ said }) => said);
}
