import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useRead } from '../api/use.js';
import { count } from '../ui/format.js';
import { Page } from '../ui/page.js';
import { Empty, Ready } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago } from '../ui/time.js';

/** The warehouse's tables, with how much is in them and how fresh that is. */
export function Tables(): ReactNode {
  const tables = useRead('GET /tables', {});
  return (
    <Page title="Tables" lead="What the warehouse holds. Analysts read the same tables with SQL.">
      <Ready query={tables}>
        {({ items }) => (
          <Table
            caption="Tables"
            rows={items}
            keyOf={(table) => table.name}
            empty={<Empty title="No table yet">Bring the database up to date: stratus migrate.</Empty>}
            columns={[
              { head: 'Table', cell: (table) => <Link href={`/tables/${table.name}`}>{table.name}</Link> },
              {
                head: 'Rows',
                number: true,
                cell: (table) => `${table.estimated ? 'about ' : ''}${count(table.rows)}`,
              },
              { head: 'From', cell: (table) => table.streams.join(', ') },
              { head: 'Fresh', cell: (table) => <Ago at={table.freshAt} never="never" /> },
            ]}
          />
        )}
      </Ready>
    </Page>
  );
}
