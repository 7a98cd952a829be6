import type { Groups, RowOf, Table } from '#warehouse/tables';

/** By which column of the target a row is looked for, and what it must hold. */
export interface Match {
  /** `sourceId`, or a column that the target is `foundBy`. */
  readonly column: string;
  readonly value: string;
}

/** What one record says of a row of another platform. */
export interface Patch {
  /** Tried in turn: the first that finds any row decides; where it finds several, no row is meant. */
  readonly match: readonly Match[];
  /** The source's own clock. */
  readonly at: Date;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * Columns that a stream fills in on rows which another stream owns: a parcel's tracking number on the shop's order.
 *
 * It never creates a row. The table names the group of columns and its clock (`defineTable(…, { newest })`): of what the
 * owning stream says now and what others have said, the newest by the clock stands, in every transaction that writes either.
 * Rows of every connection of the workspace are looked at, but for the stream's own. What is said is kept in `patches`,
 * one per record, with its page: where no row matches yet it is applied in the transaction that brings the row. Where a row
 * that comes later is the better match, or one too many, it leaves the row where it stood, which has its owner's word
 * again. A replay applies it as well. The owner's other columns, version, fingerprint and being gone stay as they are.
 */
export interface Onto {
  readonly into: Table;
  /** The clock of the group. */
  readonly clock: string;
  patch(record: unknown): Patch | null;
}

/** The same, of records of one kind. */
export interface OntoOf<R> extends Omit<Onto, 'patch'> {
  patch(record: R): Patch | null;
}

/** The columns of one record for a row that exists; the compiler checks that they are the group's. */
export function onto<R, T extends Table, K extends keyof T['newest'] & string>(spec: {
  readonly into: T;
  readonly clock: K;
  /** In turn; empty or undefined values are left out. */
  readonly match: (record: R) => readonly {
    readonly column: 'sourceId' | (keyof T['columns'] & string);
    readonly value: string | null;
  }[];
  /** Null where the record says nothing of the row. */
  readonly at: (record: R) => Date | null;
  readonly map: (record: R) => Pick<RowOf<T>, GroupOf<T, K>>;
}): OntoOf<R> {
  return {
    into: spec.into,
    clock: spec.clock,
    patch(record: R) {
      const at = spec.at(record);
      const match = spec.match(record).filter((one): one is Match => one.value !== null && one.value !== '');
      for (const { column } of match)
        if (column !== 'sourceId' && !spec.into.foundBy.includes(column))
          throw new TypeError(`${spec.into.name} is not found by ${column}: name it in its foundBy`);
      if (at === null || match.length === 0) return null;
      const columns = spec.into.newest[spec.clock] ?? [];
      const said: Readonly<Record<string, unknown>> = spec.map(record);
      // What is outside the group is none of the clock's business, whatever the mapper added.
      const group = columns.map((column): [string, unknown] => [column, said[column] ?? null]);
      return { at, match, row: { ...Object.fromEntries(group), [spec.clock]: at } };
    },
  };
}

type GroupOf<T extends Table, K extends keyof T['newest']> = T['newest'] extends Groups
  ? T['newest'][K][number] & keyof RowOf<T>
  : never;
