import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Listing } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago } from '../ui/time.js';

/** What the engine itself wants a person to see to. */
export const Alerts = (): ReactNode => (
  <Page title="Alerts" lead="What somebody has to see to. An alert ends by itself when its reason does.">
    <Listing from="GET /alerts" ask={{}} everyMs={30_000}>
      {(alerts) => (
        <Table
          caption="Alerts"
          rows={alerts}
          keyOf={(alert) => alert.id}
          empty={<Empty title="All is quiet">No alert is open.</Empty>}
          columns={[
            { head: 'How bad', cell: (alert) => <Mark state={alert.severity} /> },
            {
              head: 'What',
              wide: true,
              cell: (alert) => (
                <>
                  <span className="strong">{alert.title}</span>
                  <div className="why">{alert.detail}</div>
                </>
              ),
            },
            {
              head: 'Where',
              cell: (alert) =>
                alert.connectionId ? (
                  <Link href={`/connections/${alert.connectionId}`}>{alert.connection}</Link>
                ) : (
                  <span className="quiet">everywhere</span>
                ),
            },
            { head: 'Times', number: true, cell: (alert) => alert.times },
            { head: 'Since', cell: (alert) => <Ago at={alert.firstAt} /> },
            { head: 'Last', cell: (alert) => <Ago at={alert.lastAt} /> },
          ]}
        />
      )}
    </Listing>
  </Page>
);
