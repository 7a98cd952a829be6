import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { areSet, useFilters } from '../ui/filters.js';
import { Bars } from '../ui/chart.js';
import { count, plural } from '../ui/format.js';
import { Input, Select } from '../ui/field.js';
import { Listing, type Item } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Empty, NoneFits } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Tabs } from '../ui/tabs.js';
import { Ago } from '../ui/time.js';

type Failure = Item<'GET /failures'>;

/** Everything that fails, one line per cause. */
export function ErrorDesk(): ReactNode {
  const [filters, set] = useFilters(['state', 'kind', 'stream', 'assignedTo']);
  const state = filters.state || 'open';
  return (
    <Page
      title="Error desk"
      lead="Everything that fails for one reason is one line. Mend the reason, then make all of it go again at once."
    >
      <div>
        <Tabs
          label="State"
          tabs={[
            ['Open', '/errors', state === 'open'],
            ['Resolved', '/errors?state=resolved', state === 'resolved'],
            ['Ignored', '/errors?state=ignored', state === 'ignored'],
            ['Quarantine', '/quarantine', false],
          ]}
        />
      </div>
      <div>
        <div className="filters">
          <Select
            label="Kind"
            value={filters.kind}
            options={KINDS}
            onChange={(event) => set('kind', event.target.value)}
          />
          <Input
            label="Stream"
            placeholder="shopify.orders"
            value={filters.stream}
            onChange={(event) => set('stream', event.target.value)}
          />
          <Input
            label="Who sees to it"
            value={filters.assignedTo}
            onChange={(event) => set('assignedTo', event.target.value)}
          />
        </div>
        <Listing
          from="GET /failures"
          ask={{
            query: {
              state,
              kind: (filters.kind || undefined) as Failure['kind'] | undefined,
              stream: filters.stream || undefined,
              assignedTo: filters.assignedTo || undefined,
            },
          }}
        >
          {(failures) => (
            <Failures
              failures={failures}
              empty={
                areSet({ ...filters, state: '' }) ? (
                  <NoneFits what="failure" keeps={state === 'open' ? '' : `?state=${state}`} />
                ) : (
                  <Empty title={`Nothing is ${state}`}>{EMPTY[state]}</Empty>
                )
              }
            />
          )}
        </Listing>
      </div>
    </Page>
  );
}

const KINDS = [
  ['', 'Any'],
  ['throttled', 'Throttled'],
  ['transient', 'Transient'],
  ['credential', 'Credential'],
  ['refused', 'Refused'],
  ['config', 'Config'],
  ['bug', 'Bug'],
  ['record', 'Record'],
] as const;

const EMPTY: Readonly<Record<string, string>> = {
  open: 'No run that failed is still to be mended, and no record is in quarantine.',
  resolved: 'A cause is resolved by hand, or by itself once everything it kept back has gone well.',
  ignored: 'What is ignored only counts: nobody is asked to see to it.',
};

const Failures = ({ failures, empty }: { failures: readonly Failure[]; empty: ReactNode }): ReactNode => (
  <Table
    caption="Failures"
    rows={failures}
    keyOf={(failure) => failure.fingerprint}
    empty={empty}
    columns={[
      {
        head: 'Cause',
        wide: true,
        cell: (failure) => (
          <>
            <Link href={`/errors/${failure.fingerprint}`}>{causeOf(failure.message)}</Link>
            <div className="why">
              {failure.stream}
              {failure.operation && ` · ${failure.operation}`}
            </div>
          </>
        ),
      },
      {
        head: 'Kind',
        cell: (failure) => <Mark state={failure.kind} tone={failure.state === 'open' ? 'bad' : 'idle'} />,
      },
      {
        head: 'Keeps back',
        cell: (failure) => (
          <span className="nowrap">
            {plural(failure.runs, 'run')}, {plural(failure.records, 'record')}
          </span>
        ),
      },
      { head: 'Seen', number: true, cell: (failure) => count(failure.count) },
      { head: 'Last 24 hours', cell: (failure) => <Trend failure={failure} /> },
      { head: 'Last seen', cell: (failure) => <Ago at={failure.lastSeenAt} /> },
      { head: 'Who', cell: (failure) => failure.assignedTo ?? <span className="quiet">nobody</span> },
    ]}
  />
);

/** What somebody reads of a cause: without what the platform said, told for telling causes apart alone; the page shows it. */
export const causeOf = (message: string): string => message.replace(/ \((?:\{|\[).*\)$/s, '') || message;

/** How often in each of the last 24 hours, the oldest first. */
export const Trend = ({ failure }: { failure: Pick<Failure, 'trend'> }): ReactNode => (
  <Bars
    label={`Seen per hour, the last 24 hours: ${failure.trend.join(', ')}`}
    bars={failure.trend.map((value, i) => {
      const ago = failure.trend.length - 1 - i;
      return { label: ago === 0 ? `this hour: ${value}` : `${ago} h ago: ${value}`, value, tone: 'bad' };
    })}
  />
);
