import type { CalendarDate, Decimal, Json } from '#kernel';

/** How a column is spelled in Postgres; also the array type its values travel in. */
export type SqlType =
  | 'text'
  | 'numeric'
  | 'integer'
  | 'bigint'
  | 'timestamptz'
  | 'date'
  | 'boolean'
  | 'jsonb';

export interface Column<T> {
  readonly sql: SqlType;
  readonly nullable: boolean;
  /** How many characters a text may have; as many as Postgres takes where nothing is said. */
  readonly longest?: number;
  /** Carries the value's type for the compiler; never set. */
  readonly value?: T;
}

const column =
  <T>(sql: SqlType, more: { longest?: number } = {}) =>
  (): Column<T> & { orNull: Column<T | null> } => ({
    sql,
    ...more,
    nullable: false,
    orNull: { sql, ...more, nullable: true },
  });

/** Longer texts overflow an index page once they do not compress. */
export const LONGEST_INDEXED = 500;

export const text = column<string>('text');
/** Text in a column that an index holds: a longer one would fail its whole page. */
export const indexedText = column<string>('text', { longest: LONGEST_INDEXED });
/** Money or any exact number: `numeric`, never a float. Its currency stands in a column beside it. */
export const exact = column<Decimal>('numeric');
export const integer = column<number>('integer');
/** 64-bit whole numbers stay text, since JavaScript numbers lose them past 2^53. */
export const bigint = column<string>('bigint');
export const instant = column<Date>('timestamptz');
export const date = column<CalendarDate>('date');
export const flag = column<boolean>('boolean');
export const json = column<Json>('jsonb');

export type Columns = Readonly<Record<string, Column<unknown>>>;

/** Groups of columns that several streams may fill, each under the column that says how new its values are. */
export type Groups = Readonly<Record<string, readonly string[]>>;

/** One warehouse table: its own columns; the engine's columns come with it and are not the mapper's to fill. */
export interface Table<C extends Columns = Columns, G extends Groups = Groups> {
  readonly name: string;
  readonly columns: C;
  /** Rows that live under a parent row carry its source id in `parent_source_id`. */
  readonly child: boolean;
  /**
   * `{ clock: columns }`: columns that other streams may fill in. Of what the owning stream says now and what the others
   * have said, the newest by the clock (an instant of the table's own) stands; no clock is older than any.
   */
  readonly newest: G;
  /** Columns by which other streams look for a row besides its source id; an index holds each of them. */
  readonly foundBy: readonly string[];
}

/** What a mapper fills: every column of the table, absent values as null. */
export type RowOf<T extends Table> = {
  -readonly [K in keyof T['columns']]: T['columns'][K] extends Column<infer V> ? V : never;
};

/** Each clock an instant of the table, each of its columns one of the table's. */
type GroupsOf<C extends Columns, G extends Groups> = {
  readonly [K in keyof G]: C[K & keyof C] extends Column<infer V>
    ? [Exclude<V, null>] extends [Date]
      ? readonly (keyof C & string)[]
      : never
    : never;
};

/** A table keyed by (connection_id, source_id). Names in camelCase here are snake_case in Postgres. */
export function defineTable<C extends Columns, const G extends Groups = Record<never, never>>(
  name: string,
  columns: C,
  more: { readonly newest?: G & GroupsOf<C, G>; readonly foundBy?: readonly (keyof C & string)[] } = {},
): Table<C, G> {
  return {
    name,
    columns,
    child: false,
    newest: more.newest ?? ({} as G),
    foundBy: more.foundBy ?? [],
  };
}

/** A table of children: rows that belong to a parent row and are gone when the parent no longer lists them. */
export function defineChildTable<C extends Columns>(name: string, columns: C): Table<C> {
  return { name, columns, child: true, newest: {}, foundBy: [] };
}

/** `shopifyInternalId` → `shopify_internal_id`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
