import type { ReactNode } from 'react';
import { At } from './time.js';
import { Table } from './table.js';

export type Cell = string | number | boolean | null | object;
export type Row = Readonly<Record<string, Cell>>;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A value of any column: instants in the viewer's zone, JSON as text, nothing as a dash. */
export function Value({ of }: { of: Cell | undefined }): ReactNode {
  if (of === null || of === undefined || of === '') return <span className="quiet">–</span>;
  if (typeof of === 'string') return INSTANT.test(of) ? <At at={of} /> : of;
  if (typeof of === 'boolean') return of ? 'yes' : 'no';
  if (typeof of === 'number') return <span className="number">{of}</span>;
  return <code>{JSON.stringify(of)}</code>;
}

/** Rows of any table with the columns given, or those in which any row says something. */
export function Rows({
  caption,
  rows,
  columns,
  empty,
}: {
  caption: string;
  rows: readonly Row[];
  columns?: readonly string[];
  empty: ReactNode;
}): ReactNode {
  const shown = columns ?? saying(rows);
  return (
    <Table
      caption={caption}
      rows={rows}
      keyOf={(row) => JSON.stringify([row['connection_id'], row['source_id']])}
      empty={empty}
      keepRows
      columns={shown.map((name) => ({ head: name, cell: (row: Row) => <Value of={row[name]} /> }))}
    />
  );
}

/** What only the engine needs. */
const ENGINE = new Set([
  'connection_id',
  'parent_source_id',
  'order_source_id',
  'first_seen_at',
  'run_id',
  'deleted_at',
]);

function saying(rows: readonly Row[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  return names.filter(
    (name) =>
      !ENGINE.has(name) &&
      rows.some((row) => row[name] !== null && row[name] !== undefined && row[name] !== ''),
  );
}
