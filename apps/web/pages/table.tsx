import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import { addressOf } from '../api/call.js';
import { Checkbox, Input, Select } from '../ui/field.js';
import { areSet, useFilters } from '../ui/filters.js';
import { Listing } from '../ui/listing.js';
import { Page } from '../ui/page.js';
import { Rows, type Row } from '../ui/rows.js';
import { Empty, NoneFits } from '../ui/states.js';

/** One table's rows as they are, page by page, and all of them as CSV. */
export function TableRows(): ReactNode {
  const { name = '' } = useParams<{ name: string }>();
  const me = useMe();
  const [filters, set] = useFilters(['connection', 'column', 'value', 'gone']);
  const tables = useRead('GET /tables', {});
  const connections = useRead('GET /connections', {});
  const table = tables.data?.items.find((one) => one.name === name);
  const query = {
    connection: filters.connection || undefined,
    column: filters.value && filters.column ? filters.column : undefined,
    value: filters.column && filters.value ? filters.value : undefined,
    gone: filters.gone === 'yes' ? ('true' as const) : undefined,
  };
  return (
    <Page
      title={name}
      crumbs={[['Tables', '/tables']]}
      actions={
        may(me, 'operator') && (
          <a
            className="button"
            href={addressOf('GET /tables/{table}/csv', { params: { table: name }, query })}
            download={`${name}.csv`}
          >
            CSV of all of it
          </a>
        )
      }
    >
      <div>
        <div className="filters" role="search" aria-label="Filters">
          <Select
            label="Connection"
            value={filters.connection}
            options={[
              ['', 'Any'],
              ...(connections.data?.items ?? []).map((one) => [one.id, one.name] as const),
            ]}
            onChange={(event) => set('connection', event.target.value)}
          />
          <Select
            label="Column"
            hint="Those that an index makes quick."
            value={filters.column}
            options={[
              ['', '–'],
              ...(table?.columns ?? [])
                .filter((column) => column.searchable)
                .map((column) => [column.name, column.name] as const),
            ]}
            onChange={(event) => set('column', event.target.value)}
          />
          <Input
            label="Is exactly"
            value={filters.value}
            onChange={(event) => set('value', event.target.value)}
          />
          <Checkbox
            label="Gone rows too"
            checked={filters.gone === 'yes'}
            onChange={(event) => set('gone', event.target.checked ? 'yes' : '')}
          />
        </div>
        <Listing from="GET /tables/{table}/rows" ask={{ params: { table: name }, query }}>
          {(rows) => (
            <Rows
              caption={`Rows of ${name}`}
              rows={rows as readonly Row[]}
              {...(table ? { columns: table.columns.map((column) => column.name) } : {})}
              empty={
                areSet(filters) ? (
                  <NoneFits what="row" />
                ) : (
                  <Empty title="No row yet">
                    {table ? `Rows come with the runs of ${table.streams.join(', ')}.` : null}
                  </Empty>
                )
              }
            />
          )}
        </Listing>
      </div>
    </Page>
  );
}
