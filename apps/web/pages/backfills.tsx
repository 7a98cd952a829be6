import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useAction, useMe } from '../api/use.js';
import { may } from '../api/me.js';
import { Meter } from '../ui/chart.js';
import { count, duration, percent, plural } from '../ui/format.js';
import { Listing, type Item } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago, At } from '../ui/time.js';

export type Backfill = Item<'GET /backfills'>;

/** Past ranges that are read beside the live runs, on spare quota. */
export const Backfills = (): ReactNode => (
  <Page
    title="Backfills"
    lead="A past range, cut into slices and read beside the live runs. A new one starts on a connection’s page: More …, Backfill a range."
  >
    <Listing from="GET /backfills" ask={{}} everyMs={10_000}>
      {(backfills) => (
        <Table
          caption="Backfills"
          rows={backfills}
          keyOf={(backfill) => backfill.id}
          empty={
            <Empty title="No backfill yet">
              One begins on the page of a <Link href="/connections">connection</Link>: More …, Backfill a
              range.
            </Empty>
          }
          columns={[
            {
              head: 'Stream',
              cell: (backfill) => (
                <>
                  <Link href={`/backfills/${backfill.id}`}>{backfill.stream}</Link>
                  <div className="why">{backfill.connection}</div>
                </>
              ),
            },
            {
              head: 'Range',
              cell: (backfill) => (
                <>
                  <At at={backfill.from} /> – <At at={backfill.to} />
                </>
              ),
            },
            { head: 'State', cell: (backfill) => <Mark state={backfill.state} /> },
            { head: 'Done', wide: true, cell: (backfill) => <Done backfill={backfill} /> },
            {
              head: 'Asked for',
              cell: (backfill) => (
                <>
                  <Ago at={backfill.createdAt} /> by {backfill.requestedBy}
                </>
              ),
            },
            { head: 'Do', cell: (backfill) => <Actions backfill={backfill} /> },
          ]}
        />
      )}
    </Listing>
  </Page>
);

export function Done({ backfill }: { backfill: Backfill }): ReactNode {
  return (
    <div className="stack tight">
      <Meter
        part={backfill.share}
        label={`How much of ${backfill.stream} is done`}
        tone={backfill.share === 1 ? 'well' : 'busy'}
      />
      <span className="small quiet">
        {percent(backfill.share)}: {count(backfill.succeeded)} of {plural(backfill.slices, 'slice')}
        {backfill.failed > 0 && `, ${count(backfill.failed)} failed`}
        {backfill.share < 1 && (backfill.leftMs ?? 0) >= 1000 && `, ${duration(backfill.leftMs ?? 0)} left`}
      </span>
    </div>
  );
}

export function Actions({ backfill }: { backfill: Backfill }): ReactNode {
  const me = useMe();
  const { act, tell } = useAction();
  if (!may(me, 'operator')) return '–';
  const params = { id: backfill.id };
  const of = `the backfill of ${backfill.stream}`;
  return (
    <div className="row">
      {backfill.state === 'running' && (
        <button
          type="button"
          data-size="small"
          aria-label={`Pause ${of}`}
          onClick={() => tell(act('POST /backfills/{id}/pause', { params }, 'Paused.'))}
        >
          Pause
        </button>
      )}
      {backfill.state === 'paused' && (
        <button
          type="button"
          data-size="small"
          aria-label={`Resume ${of}`}
          onClick={() => tell(act('POST /backfills/{id}/resume', { params }, 'It goes on.'))}
        >
          Resume
        </button>
      )}
      {backfill.failed + backfill.cancelled > 0 && (
        <button
          type="button"
          data-size="small"
          aria-label={`Retry ${of}`}
          onClick={() => tell(act('POST /backfills/{id}/retry', { params }, 'What failed is read again.'))}
        >
          Retry
        </button>
      )}
      {['running', 'paused'].includes(backfill.state) && (
        <button
          type="button"
          data-size="small"
          data-tone="bad"
          aria-label={`Cancel ${of}`}
          onClick={() =>
            tell(act('POST /backfills/{id}/cancel', { params }, 'Cancelled. What it has read stays.'))
          }
        >
          Cancel
        </button>
      )}
    </div>
  );
}
