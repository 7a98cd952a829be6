import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Input, Select } from '../ui/field.js';
import { useFilters } from '../ui/filters.js';
import { Listing } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Empty, NoneFits } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { Ago } from '../ui/time.js';

const STATES = [
  ['open', 'Open'],
  ['ignored', 'Ignored'],
  ['landed', 'Landed'],
] as const;

/** Records that could not be used, kept with what they said. */
export function Quarantine(): ReactNode {
  const [filters, set] = useFilters(['state', 'stream']);
  const state = (filters.state || 'open') as 'open' | 'ignored' | 'landed';
  return (
    <Page
      title="Error desk"
      lead="Records that could not be used wait here with what the platform sent, until they are replayed."
    >
      <Tabs
        label="State"
        tabs={[
          ['Open', '/errors', false],
          ['Resolved', '/errors?state=resolved', false],
          ['Ignored', '/errors?state=ignored', false],
          ['Quarantine', '/quarantine', true],
        ]}
      />
      <div>
        <div className="filters">
          <Select
            label="State"
            value={state}
            options={STATES}
            onChange={(event) => set('state', event.target.value === 'open' ? '' : event.target.value)}
          />
          <Input
            label="Stream"
            placeholder="shopify.orders"
            value={filters.stream}
            onChange={(event) => set('stream', event.target.value)}
          />
        </div>
        <Listing from="GET /quarantine" ask={{ query: { state, stream: filters.stream || undefined } }}>
          {(records) => (
            <Table
              caption="Records in quarantine"
              rows={records}
              keyOf={(record) => record.id}
              empty={
                filters.stream || state !== 'open' ? (
                  <NoneFits what="record" />
                ) : (
                  <Empty title="No record is in quarantine">
                    A record that cannot be used comes here with what the platform sent and why not; the rest
                    of its page is taken.
                  </Empty>
                )
              }
              columns={[
                {
                  head: 'Record',
                  cell: (record) => (
                    <>
                      <Link href={`/quarantine/${record.id}`}>{record.recordKey}</Link>
                      <div className="why">
                        {record.stream} · {record.connection}
                      </div>
                    </>
                  ),
                },
                { head: 'State', cell: (record) => <Mark state={record.state} /> },
                { head: 'Because', wide: true, cell: (record) => record.reason },
                { head: 'Last seen', cell: (record) => <Ago at={record.lastSeenAt} /> },
              ]}
            />
          )}
        </Listing>
      </div>
    </Page>
  );
}
