import type { ReactNode } from 'react';

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => ReactNode;
  readonly number?: true;
  readonly wide?: true;
}

interface TableProps<T> {
  /** Names the table for who cannot see it. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** Stands in where there is no row. */
  readonly empty: ReactNode;
  /** Keep rows as rows on a narrow screen, and scroll: for tables with any number of columns. */
  readonly keepRows?: boolean;
}

/** Rows under headings; on a narrow screen each row is a small card. Lists come in pages, so all rows are drawn. */
export function Table<T>({ caption, columns, rows, keyOf, empty, keepRows }: TableProps<T>): ReactNode {
  if (rows.length === 0) return empty;
  const className = (column: Column<T>): string | undefined =>
    [column.number && 'number', column.wide && 'wide'].filter(Boolean).join(' ') || undefined;
  return (
    <div
      className={keepRows ? 'table' : 'table folds'}
      {...(keepRows ? { tabIndex: 0, role: 'region', 'aria-label': caption } : {})}
    >
      <table>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={className(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.head} data-head={column.head} className={className(column)}>
                  <div>{column.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
