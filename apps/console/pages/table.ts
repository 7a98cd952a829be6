import { html, type Fragment, type Html } from '../html.js';

export interface Column<R> {
  readonly head: string;
  readonly cell: (row: R) => Fragment;
  readonly number?: boolean;
}

/**
 * A table that turns into cards on a narrow screen. The roles are spelt out because a table that is laid out as
 * blocks is no table to a screen reader any more.
 */
export const table = <R>(spec: {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  /** A sentence under the row, over its whole width. */
  readonly note?: (row: R) => Fragment;
}): Html => html`
  <table role="table" aria-label="${spec.label}">
    <thead role="rowgroup">
      <tr role="row">
        ${spec.columns.map(
          ({ head, number }) =>
            html`<th role="columnheader" scope="col" class="${number && 'number'}">${head}</th>`,
        )}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${spec.rows.map((row) => bodyRow(spec, row))}
    </tbody>
  </table>
`;

function bodyRow<R>(
  { columns, note }: { columns: readonly Column<R>[]; note?: (row: R) => Fragment },
  row: R,
): Html {
  const said = note?.(row);
  return html`<tr role="row" class="${said && 'noted'}">
      ${columns.map(
        ({ head, cell, number }) =>
          html`<td role="cell" data-head="${head}" class="${number && 'number'}">${cell(row)}</td>`,
      )}
    </tr>
    ${
      said &&
      html`<tr role="row" class="note">
        <td role="cell" colspan="${columns.length}">${said}</td>
      </tr>`
    }`;
}
