import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { useRead } from '../api/use.js';
import { count } from '../ui/format.js';
import { Listing } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Facts, Page, Section } from '../ui/page.js';
import { Empty, Ready } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { At, Said } from '../ui/time.js';
import { Actions, Done } from './backfills.js';

/** One past range and its slices, each a run of its own. */
export function Backfill(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const backfill = useRead('GET /backfills/{id}', { params: { id } }, { everyMs: 5000 });
  return (
    <Page
      title={backfill.data ? `Backfill of ${backfill.data.stream}` : 'Backfill'}
      crumbs={[['Backfills', '/backfills']]}
      lead={backfill.data?.connection}
      actions={backfill.data && <Actions backfill={backfill.data} />}
    >
      <Ready query={backfill}>
        {(found) => (
          <div className="card stack">
            <div className="row">
              <Mark state={found.state} />
            </div>
            <Done backfill={found} />
            <Facts
              of={[
                ['From', <At at={found.from} />],
                ['To', <At at={found.to} />],
                ['Cut by', found.slice],
                ['Records', count(found.records)],
                ['New', count(found.inserted)],
                ['Changed', count(found.changed)],
                ['Asked for by', found.requestedBy],
              ]}
            />
          </div>
        )}
      </Ready>
      <Section title="Slices">
        <Listing from="GET /backfills/{id}/slices" ask={{ params: { id } }} everyMs={5000}>
          {(slices) => (
            <Table
              caption="Slices"
              rows={slices}
              keyOf={(slice) => slice.id}
              empty={<Empty title="No slice is left">Runs that ended long ago are no longer kept.</Empty>}
              columns={[
                { head: 'Slice', cell: (slice) => <Link href={`/runs/${slice.id}`}>{slice.slice}</Link> },
                {
                  head: 'Range',
                  cell: (slice) => (
                    <>
                      <At at={slice.from} /> – <At at={slice.to} />
                    </>
                  ),
                },
                { head: 'State', cell: (slice) => <Mark state={slice.state} /> },
                { head: 'Records', number: true, cell: (slice) => count(slice.records) },
                {
                  head: 'Because',
                  wide: true,
                  cell: (slice) => <Said text={slice.failure ?? slice.reason ?? '–'} />,
                },
              ]}
            />
          )}
        </Listing>
      </Section>
    </Page>
  );
}
