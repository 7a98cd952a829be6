import type { Json } from '#kernel';
import { snakeCase, type Table } from '../tables/index.js';
import { warehouseTables, type Warehouse } from '../warehouse.js';

/** A column as a reader of rows sees it. */
export interface ShownColumn {
  readonly name: string;
  readonly type: string;
}

/** A row as JSON can hold it: instants as ISO text in UTC, dates as `2026-01-31`, every number that may be long as text. */
export type ShownRow = Readonly<Record<string, Json>> & {
  readonly connection_id: string;
  readonly source_id: string;
};

const ENGINE: readonly ShownColumn[] = [
  { name: 'source_updated_at', type: 'timestamptz' },
  { name: 'first_seen_at', type: 'timestamptz' },
  { name: 'synced_at', type: 'timestamptz' },
  { name: 'deleted_at', type: 'timestamptz' },
  { name: 'run_id', type: 'text' },
];

export const tableNamed = (name: string): Table | undefined =>
  warehouseTables.find((table) => table.name === name);

/** Whose row it is, its own columns, then the engine's. */
export const columnsOf = (table: Table): ShownColumn[] => [
  { name: 'connection_id', type: 'text' },
  { name: 'source_id', type: 'text' },
  ...(table.child ? [{ name: 'parent_source_id', type: 'text' }] : []),
  ...Object.entries(table.columns).map(([name, { sql }]) => ({ name: snakeCase(name), type: sql })),
  ...ENGINE,
];

/** Spelled by Postgres, so that nothing passes through a float or the clock of this machine. */
export const selectOf = (table: Table, alias: string): string =>
  columnsOf(table)
    .map(({ name, type }) => {
      const column = `${alias}."${name}"`;
      if (type === 'timestamptz')
        return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "${name}"`;
      return type === 'date' || type === 'bigint' || type === 'numeric'
        ? `${column}::text as "${name}"`
        : column;
    })
    .join(', ');

export interface RowsAsked {
  readonly workspace: string;
  readonly connectionId?: string | undefined;
  /** One column and its value, compared as text; the column is one of the table's that an index begins with. */
  readonly where?: { readonly column: string; readonly value: string } | undefined;
  readonly withGone: boolean;
  /** Connection and source id of the last one listed. */
  readonly after: readonly [connectionId: string, sourceId: string] | null;
  readonly limit: number;
}

/** Rows by their key, one more than `limit` where there are more. */
export const pageOfRows = (warehouse: Warehouse, table: Table, asked: RowsAsked): Promise<ShownRow[]> => {
  const type = columnsOf(table).find(({ name }) => name === asked.where?.column)?.type;
  const where = asked.where && type ? `t."${asked.where.column}" = $7::${type}` : '$7::text is null';
  return warehouse.query<ShownRow>(
    `select ${selectOf(table, 't')} from "${table.name}" t
     where t.connection_id in (select id from connections where workspace_id = $1 and ($2::text is null or id = $2))
       and ($3::boolean or t.deleted_at is null) and ${where}
       and ($4::text is null or (t.connection_id, t.source_id) > ($4, $5))
     order by t.connection_id, t.source_id limit $6`,
    [
      asked.workspace,
      asked.connectionId ?? null,
      asked.withGone,
      asked.after?.[0] ?? null,
      asked.after?.[1] ?? null,
      asked.limit + 1,
      asked.where?.value ?? null,
    ],
  );
};

/** Columns that an index of the table begins with: those a search of a large table may ask for. */
export async function searchableColumns(warehouse: Warehouse): Promise<ReadonlyMap<string, string[]>> {
  const rows = await warehouse.query<{ table: string; columns: string[] }>(
    `select c.relname as "table", array_agg(distinct a.attname::text) as columns
     from pg_index i join pg_class c on c.oid = i.indrelid
     join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
     where c.oid = any (select to_regclass(quote_ident(t)) from unnest($1::text[]) t) and i.indpred is null
     group by 1`,
    [warehouseTables.map(({ name }) => name)],
  );
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}

export interface TableCount {
  readonly name: string;
  readonly rows: number;
  readonly estimated: boolean;
}

/** Counting so many rows takes a few milliseconds; above that Postgres's own estimate must do. */
const COUNTED_UP_TO = 20_000;

/** Live rows of every warehouse table that some connections brought: counted where that is cheap, else estimated. */
export async function countByTable(
  warehouse: Warehouse,
  connectionIds: readonly string[],
): Promise<TableCount[]> {
  const sizes = await warehouse.query<{ name: string; rows: string }>(
    `select c.relname as name, greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::bigint as rows
     from pg_class c where c.oid = any (select to_regclass(quote_ident(t)) from unnest($1::text[]) t)`,
    [warehouseTables.map((table) => table.name)],
  );
  const small = sizes.filter(({ rows }) => Number(rows) <= COUNTED_UP_TO).map(({ name }) => name);
  const counted =
    small.length === 0
      ? []
      : await warehouse.query<{ name: string; rows: string }>(
          small
            .map(
              (name) =>
                `select '${name}' as name, count(*) as rows from "${name}"
                 where connection_id = any($1::text[]) and deleted_at is null`,
            )
            .join(' union all '),
          [[...connectionIds]],
        );
  const large = sizes.filter(({ name }) => !small.includes(name));
  const estimated = await Promise.all(
    large.map(async ({ name }) => ({ name, rows: await estimate(warehouse, name, connectionIds) })),
  );
  return [
    ...counted.map(({ name, rows }) => ({ name, rows: Number(rows), estimated: false })),
    ...estimated.map((one) => ({ ...one, estimated: true })),
  ].sort((a, b) => a.name.localeCompare(b.name));
}

/** What Postgres would plan with: from its statistics, without reading the table. */
export async function estimate(
  warehouse: Warehouse,
  table: string,
  connectionIds: readonly string[],
  rows: 'live' | 'all' = 'live',
): Promise<number> {
  const [row] = await warehouse.query<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>(
    `explain (format json) select 1 from "${table}" where connection_id = any($1::text[])${rows === 'live' ? ' and deleted_at is null' : ''}`,
    [[...connectionIds]],
  );
  return row!['QUERY PLAN'][0]!.Plan['Plan Rows'];
}
