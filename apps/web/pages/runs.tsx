import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useRead } from '../api/use.js';
import { Input, Select } from '../ui/field.js';
import { areSet, useFilters } from '../ui/filters.js';
import { count } from '../ui/format.js';
import { Listing, type Item } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Empty, NoneFits } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { Ago, Lasted, Said } from '../ui/time.js';
import { Progress } from './progress.js';

export type RunItem = Item<'GET /runs'>;

const STATES = ['queued', 'running', 'snoozed', 'succeeded', 'failed', 'cancelled'] as const;
const CAUSES = ['throttled', 'transient', 'credential', 'refused', 'config', 'bug'] as const;
const choices = (names: readonly string[]): readonly (readonly [string, string])[] => [
  ['', 'Any'],
  ...names.map((name) => [name, name] as const),
];

/** Every run, the newest first. */
export function Runs(): ReactNode {
  const [filters, set] = useFilters(['connection', 'stream', 'state', 'cause', 'from', 'to']);
  const connections = useRead('GET /connections', {});
  const text = (name: 'stream' | 'from' | 'to') => ({
    value: filters[name],
    onChange: (event: { target: { value: string } }) => set(name, event.target.value),
  });
  return (
    <Page title="Runs" lead="A run is one read of a stream. What waits says why.">
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
          <Input label="Stream" placeholder="shopify.orders" {...text('stream')} />
          <Select
            label="State"
            value={filters.state}
            options={choices(STATES)}
            onChange={(event) => set('state', event.target.value)}
          />
          <Select
            label="Cause of failure"
            value={filters.cause}
            options={choices(CAUSES)}
            onChange={(event) => set('cause', event.target.value)}
          />
          <Input label="Queued from" type="datetime-local" {...text('from')} />
          <Input label="Queued before" type="datetime-local" {...text('to')} />
        </div>
        <Listing
          from="GET /runs"
          ask={{
            query: {
              connection: filters.connection || undefined,
              stream: filters.stream || undefined,
              state: filters.state || undefined,
              cause: (filters.cause || undefined) as (typeof CAUSES)[number] | undefined,
              from: inUtc(filters.from),
              to: inUtc(filters.to),
            },
          }}
          everyMs={15_000}
        >
          {(runs) => (
            <RunTable
              caption="Runs"
              runs={runs}
              empty={
                areSet(filters) ? (
                  <NoneFits what="run" />
                ) : (
                  <Empty title="No run yet">
                    A run begins by its schedule, or by hand on the page of one of your{' '}
                    <Link href="/connections">connections</Link>.
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

/** What a browser's field gives is in the viewer's zone. */
const inUtc = (local: string): string | undefined => {
  const at = new Date(local);
  return local && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
};

const COLUMNS: readonly Column<RunItem>[] = [
  {
    head: 'Stream',
    cell: (run) => (
      <>
        <Link href={`/runs/${run.id}`}>{run.stream}</Link>
        <div className="why">
          {run.connection} · {run.kind}
          {run.trigger === 'manual' && ', by hand'}
        </div>
      </>
    ),
  },
  {
    head: 'State',
    wide: true,
    cell: (run) => (
      <>
        <Mark state={run.state} />
        {run.state === 'running' && <Progress run={run} />}
        {run.failure ? (
          <div className="why" data-tone="bad">
            <Said text={run.failure} />
          </div>
        ) : (
          run.why && (
            <div className="why">
              <Said text={run.why} />
            </div>
          )
        )}
      </>
    ),
  },
  { head: 'Queued', cell: (run) => <Ago at={run.queuedAt} /> },
  { head: 'Took', cell: (run) => <Lasted from={run.startedAt} to={run.finishedAt} /> },
  { head: 'Records', number: true, cell: (run) => count(run.records) },
  { head: 'New', number: true, cell: (run) => count(run.inserted) },
  { head: 'Changed', number: true, cell: (run) => count(run.changed) },
];

const RunTable = ({
  caption,
  runs,
  empty,
}: {
  caption: string;
  runs: readonly RunItem[];
  empty: ReactNode;
}): ReactNode => (
  <Table caption={caption} rows={runs} keyOf={(run) => run.id} empty={empty} columns={COLUMNS} />
);
