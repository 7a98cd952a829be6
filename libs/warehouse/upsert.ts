import { hash } from 'node:crypto';
import { snakeCase, type SqlType, type Table } from './tables/index.js';
import { prepared } from './prepared.js';
import { arrayLiteral, element, literalOf, jsonText } from './array-literal.js';

/** Runs one statement inside the transaction that the page commits in. */
export type Query = <R>(sql: string, parameters: readonly unknown[]) => Promise<R[]>;

/** A row on its way in: the mapper's columns, and what the engine knows about it. */
export interface Incoming {
  readonly sourceId: string;
  /** The record's version; an older one never overwrites a newer. Null where the platform tells none. */
  readonly version: Date | null;
  readonly gone: boolean;
  /** For child tables only. */
  readonly parentSourceId?: string;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface Written {
  readonly inserted: number;
  /** Rows whose columns, version or being gone differed. */
  readonly changed: number;
  readonly same: number;
  /** Source ids, counted among the same, of which the table holds a newer version: what came with them is old too. */
  readonly stale: readonly string[];
  /** Rows that were not here, or only in an older version. */
  readonly fresh: readonly Incoming[];
}

/** What the first statement finds an incoming row to be; one that is the same is not told. */
type What = 'new' | 'changed' | 'stale';

export interface Stamp {
  readonly connectionId: string;
  readonly runId: string;
}

/**
 * `fingerprint` trusts the stored hash of the mapped row; `columns` compares every column and so also heals rows
 * that somebody else changed in the warehouse. Live runs do the first, full refreshes the second.
 */
export type Comparison = 'fingerprint' | 'columns';

/**
 * Writes one page's rows of one table, change-detecting. A first statement sorts the incoming rows into new,
 * changed and same by joining three narrow arrays against the primary key: an unchanged row is neither sent whole,
 * nor locked, nor written (no WAL at all). The new ones are inserted and the changed ones updated, one `unnest`
 * statement each. An older version never overwrites a newer one, in the join and again under the row's lock.
 *
 * A row that another writer inserted in between raises 23505; the caller repeats the page's transaction.
 */
export async function upsert(
  query: Query,
  table: Table,
  stamp: Stamp,
  rows: readonly Incoming[],
  comparison: Comparison = 'fingerprint',
): Promise<Written> {
  const batch = newestPerKey(rows);
  if (batch.length === 0) return { inserted: 0, changed: 0, same: 0, stale: [], fresh: [] };
  const plan = planFor(table);
  const cells = render(table, plan, batch);
  const sorted = await query<{ what: What; moved: boolean; places: string }>(
    comparison === 'columns' ? plan.sortByColumns : plan.sortByFingerprint,
    [stamp.connectionId, ...(comparison === 'columns' ? cells : cells.slice(0, META.length)).map(literalOf)],
  );
  const indexesOf = (chosen: (what: What, moved: boolean) => boolean): number[] =>
    sorted
      .filter(({ what, moved }) => chosen(what, moved))
      .flatMap(({ places }) => places.split(',').map((place) => Number(place) - 1));
  const write = async (sql: string, chosen: readonly number[]): Promise<number> => {
    if (chosen.length === 0) return 0;
    const part =
      chosen.length === batch.length ? cells : cells.map((column) => chosen.map((i) => column[i]!));
    const [counted] = await query<{ n: string }>(sql, [
      stamp.connectionId,
      stamp.runId,
      ...part.map(literalOf),
    ]);
    return Number(counted?.n ?? 0);
  };
  const inserted = await write(
    plan.insert,
    indexesOf((what) => what === 'new'),
  );
  const changed = await write(
    plan.update,
    indexesOf((what) => what === 'changed'),
  );
  const stale = indexesOf((what) => what === 'stale').map((i) => batch[i]!.sourceId);
  const fresh = indexesOf((what, moved) => what === 'new' || (what === 'changed' && moved)).map(
    (i) => batch[i]!,
  );
  return { inserted, changed, same: batch.length - inserted - changed, stale, fresh };
}

/** The last of the newest per key: one statement must not touch a row twice. */
function newestPerKey(rows: readonly Incoming[]): readonly Incoming[] {
  const byKey = new Map<string, Incoming>();
  for (const row of rows) {
    const seen = byKey.get(row.sourceId);
    if (seen && (seen.version?.getTime() ?? 0) > (row.version?.getTime() ?? 0)) continue;
    byKey.set(row.sourceId, row);
  }
  return byKey.size === rows.length ? rows : [...byKey.values()];
}

interface Plan {
  readonly columns: readonly string[];
  readonly json: readonly boolean[];
  readonly sortByFingerprint: string;
  readonly sortByColumns: string;
  readonly insert: string;
  readonly update: string;
}

const plans = new WeakMap<Table, Plan>();

/**
 * Every value of the batch as an element of an array literal, column by column in the order of `inputsOf`: written
 * once, for the fingerprints as well as for the statements.
 */
function render(table: Table, plan: Plan, batch: readonly Incoming[]): string[][] {
  const own = plan.columns.map((name, c) =>
    batch.map(({ row }) => {
      const value = row[name];
      return element(plan.json[c] && value != null ? jsonText(value) : value);
    }),
  );
  if (table.child) own.unshift(batch.map((item) => element(item.parentSourceId ?? '')));
  return [
    batch.map((item) => element(item.sourceId)),
    versions(batch),
    batch.map((item) => element(item.gone)),
    batch.map((_, i) => fingerprint(own, i)),
    ...own,
  ];
}

/** The children of one record share its version: written once for all that stand together. */
function versions(batch: readonly Incoming[]): string[] {
  let last: Date | null = null;
  let text = element(null);
  return batch.map(({ version }) => {
    if (version !== last) [last, text] = [version, element(version)];
    return text;
  });
}

function fingerprint(columns: readonly (readonly string[])[], i: number): string {
  let text = '';
  for (const column of columns) text += `${column[i]!},`;
  return hash('md5', text);
}

interface Input {
  readonly name: string;
  readonly type: SqlType;
}

const META: readonly Input[] = [
  { name: 'source_id', type: 'text' },
  { name: 'source_updated_at', type: 'timestamptz' },
  { name: 'gone', type: 'boolean' },
  { name: 'payload_hash', type: 'text' },
];

function inputsOf(table: Table): Input[] {
  return [
    ...META,
    ...(table.child ? [{ name: 'parent_source_id', type: 'text' as const }] : []),
    ...Object.entries(table.columns).map(([name, column]) => ({ name: snakeCase(name), type: column.sql })),
  ];
}

function planFor(table: Table): Plan {
  const known = plans.get(table);
  if (known) return known;
  const columns = Object.keys(table.columns);
  const inputs = inputsOf(table);
  const kept = inputs.map((input) => input.name).filter((name) => name !== 'gone');
  const compared = kept.filter((name) => name !== 'source_id' && name !== 'payload_hash');
  const target = `"${table.name}"`;
  const list = (prefix: string, names: readonly string[]): string =>
    names.map((n) => `${prefix}"${n}"`).join(', ');
  const arrays = (from: number, of: readonly Input[]): string[] =>
    of.map((input, i) => `$${from + i}::${input.type}[]`);
  const numbered = (of: readonly Input[]): string =>
    `unnest(${arrays(2, of).join(', ')}) with ordinality as i(${list(
      '',
      of.map((input) => input.name),
    )}, n)`;
  // Step by step in the select list: as a function in `from` Postgres would first write each array to a store of its own.
  const incoming = `(select ${arrays(3, inputs)
    .map((array, i) => `unnest(${array}) as "${inputs[i]!.name}"`)
    .join(', ')}) i`;
  const newEnough = 'coalesce(i.source_updated_at >= t.source_updated_at, true)';
  const expected = expectedColumns(table);
  // Told by kind, not row by row: the driver builds an object of each row it reads.
  const sort = (names: readonly Input[], differs: string): string => `
select what, moved, string_agg(n::text, ',') as places from (
  select i.n, case when t.source_id is null then 'new' when ${newEnough} then 'changed' else 'stale' end as what,
    i.source_updated_at is distinct from t.source_updated_at as moved
  from ${numbered(names)}
  left join lateral (
    select * from ${target} t where t.connection_id = $1 and t.source_id = i.source_id limit 1
  ) t on true
  where t.source_id is null or not ${newEnough} or (t.deleted_at is null) = i.gone or ${differs}
) sorted group by what, moved`;
  const plan: Plan = {
    columns,
    json: columns.map((name) => table.columns[name]!.sql === 'jsonb'),
    sortByFingerprint: sort(
      META,
      // A newer version with the same columns is written too, or one in between would still count as news.
      'i.payload_hash <> t.payload_hash or i.source_updated_at is distinct from t.source_updated_at',
    ),
    sortByColumns: sort(
      inputs,
      `(${list('t.', compared)}) is distinct from (${compared.map(expected).join(', ')})`,
    ),
    insert: prepared(`
with written as (
  insert into ${target} (connection_id, run_id, deleted_at, ${list('', kept)})
  select $1, $2, case when i.gone then now() end, ${list('i.', kept)} from ${incoming}
  returning 1
) select count(*) as n from written`),
    update: `
with written as (
  update ${target} t set run_id = $2, synced_at = now(),
    deleted_at = case when i.gone then coalesce(t.deleted_at, now()) end,
    ${kept
      .filter((name) => name !== 'source_id')
      .map((name) => `"${name}" = i."${name}"`)
      .join(', ')}
  from ${incoming}
  where t.connection_id = $1 and t.source_id = i.source_id and ${newEnough}
  returning 1
) select count(*) as n from written`,
  };
  plans.set(table, plan);
  return plan;
}

/**
 * What a column of a row that is here should hold: the incoming value, but in a group under a clock whatever is newer by it,
 * since another stream may have filled that in.
 */
function expectedColumns(table: Table): (column: string) => string {
  const clockOf = new Map(
    Object.entries(table.newest).flatMap(([clock, columns]) =>
      [clock, ...columns].map((column): [string, string] => [snakeCase(column), snakeCase(clock)]),
    ),
  );
  return (column) => {
    const clock = clockOf.get(column);
    return clock === undefined
      ? `i."${column}"`
      : `case when t."${clock}" > coalesce(i."${clock}", '-infinity') then t."${column}" else i."${column}" end`;
  };
}

/**
 * Children that their parent no longer lists are gone: marked, never deleted. A parent read in an older version
 * than the child's says nothing about it. The child takes the parent's version, so that an older one, read later, does
 * not bring it back.
 */
export async function markGoneChildren(
  query: Query,
  table: Table,
  stamp: Stamp,
  parents: readonly { readonly sourceId: string; readonly version: Date | null }[],
  keptSourceIds: readonly string[],
): Promise<number> {
  if (parents.length === 0) return 0;
  // `offset 0` keeps the lookup one index scan per parent: without statistics the planner would join all with all.
  const gone = await query<{ id: string; version: Date | null }>(
    `
select c.source_id as id, p.version
from unnest($2::text[], $3::timestamptz[]) as p(source_id, version)
cross join lateral (
  select t.source_id, t.source_updated_at from "${table.name}" t
  where t.connection_id = $1 and t.parent_source_id = p.source_id and t.deleted_at is null offset 0
) c
where coalesce(p.version >= c.source_updated_at, true) and c.source_id <> all ($4::text[])`,
    [
      stamp.connectionId,
      arrayLiteral(parents.map((p) => p.sourceId)),
      arrayLiteral(parents.map((p) => p.version)),
      arrayLiteral(keptSourceIds),
    ],
  );
  if (gone.length === 0) return 0;
  const [counted] = await query<{ n: string }>(
    `
with marked as (
  update "${table.name}" t set deleted_at = now(), synced_at = now(), run_id = $2,
    source_updated_at = greatest(t.source_updated_at, g.version)
  from unnest($3::text[], $4::timestamptz[]) as g(source_id, version)
  where t.connection_id = $1 and t.source_id = g.source_id and t.deleted_at is null
    and coalesce(g.version >= t.source_updated_at, true)
  returning 1
) select count(*) as n from marked`,
    [
      stamp.connectionId,
      stamp.runId,
      arrayLiteral(gone.map((row) => row.id)),
      arrayLiteral(gone.map((row) => row.version)),
    ],
  );
  return Number(counted?.n ?? 0);
}
