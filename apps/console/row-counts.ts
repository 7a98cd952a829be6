import { seconds } from '#kernel';
import { warehouseTables, type Warehouse } from '#warehouse';

export interface RowCounts {
  /** Live rows per warehouse table: rows gone at the platform are not counted. */
  readonly counts: Readonly<Record<string, number>>;
  /** Tables whose number is Postgres's own estimate, gone rows included. */
  readonly estimated: readonly string[];
}

/** Counting a million rows takes about a tenth of a second; above that the estimate must do. */
const COUNTED_UP_TO = 1_000_000;
/** The page and the scrapers of one process share one count for this long. */
const KEPT = seconds(5);

/** Live rows of every warehouse table that exists: counted where the table is small, else Postgres's estimate. */
export async function countRows(warehouse: Warehouse, countedUpTo = COUNTED_UP_TO): Promise<RowCounts> {
  const sizes = await warehouse.query<{ name: string; rows: string }>(
    `select c.relname as name, greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::bigint as rows
     from pg_class c where c.oid = any (select to_regclass(quote_ident(t)) from unnest($1::text[]) t)`,
    [warehouseTables.map((table) => table.name)],
  );
  const sizeOf = new Map(sizes.map(({ name, rows }) => [name, Number(rows)]));
  const there = warehouseTables.map((table) => table.name).filter((name) => sizeOf.has(name));
  const estimated = there.filter((name) => sizeOf.get(name)! > countedUpTo);
  const small = there.filter((name) => !estimated.includes(name));
  const counted =
    small.length === 0
      ? []
      : await warehouse.query<{ name: string; n: string }>(
          small
            .map((name) => `select '${name}' as name, count(*) as n from "${name}" where deleted_at is null`)
            .join(' union all '),
        );
  const countOf = new Map([...sizeOf, ...counted.map(({ name, n }) => [name, Number(n)] as const)]);
  return { counts: Object.fromEntries(there.map((name) => [name, countOf.get(name)!])), estimated };
}

export function rowCounts(warehouse: Warehouse, now: () => Date): () => Promise<RowCounts> {
  let kept: { until: number; counts: Promise<RowCounts> } | undefined;
  return () => {
    if (kept && now().getTime() < kept.until) return kept.counts;
    const counts = countRows(warehouse);
    kept = { until: now().getTime() + KEPT, counts };
    counts.catch(() => {
      kept = undefined;
    });
    return counts;
  };
}
