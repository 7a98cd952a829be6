import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useRead } from '../api/use.js';
import type { ReplyOf } from '../../console/api/types.js';
import { brief, count } from '../ui/format.js';
import { InParts } from '../ui/in-parts.js';
import { Mark } from '../ui/mark.js';
import { Page, Section } from '../ui/page.js';
import { Empty, Ready } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago, Said } from '../ui/time.js';
import { Used } from './used.js';

const SOURCES = {
  shared: 'Read from the budget that all workers share',
  worker: 'As the worker showed it last',
  limits: 'Nothing works now: this is what the limits allow',
} as const;

type Account = ReplyOf<'GET /quota'>['items'][number];
type MeterSeen = Account['meters'][number];

/** What each account may still ask of its platform, who spends it, and when the runs that use it end. */
export function Quota(): ReactNode {
  const quota = useRead('GET /quota', {}, { everyMs: 10_000 });
  return (
    <Page
      title="Quota"
      lead="What the platforms allow, per account and operation. Every worker draws on the same budget."
    >
      <Ready query={quota}>
        {({ items, asOf, source }) =>
          items.length === 0 ? (
            <Empty title="No connection yet">
              Budgets come with the first of your <Link href="/connections">connections</Link>.
            </Empty>
          ) : (
            <div className="stack wide">
              <p className="quiet">
                {SOURCES[source]} (<Ago at={asOf} />)
              </p>
              <InParts of={items} size={20}>
                {(shown) =>
                  shown.map((account) => <AccountQuota key={account.connectionId} account={account} />)
                }
              </InParts>
            </div>
          )
        }
      </Ready>
    </Page>
  );
}

const AccountQuota = ({ account }: { account: Account }): ReactNode => (
  <Section title={`${account.connection} (${account.platform})`}>
    <div className="stack">
      <Table
        caption={`Budgets of ${account.connection}`}
        rows={account.meters}
        keyOf={(meter) => `${meter.limit}/${meter.operation ?? ''}`}
        empty={<Empty title="This platform names no limit" />}
        columns={[
          {
            head: 'Limit',
            cell: (meter) => (
              <>
                <span className="strong">{meter.limit}</span>
                {meter.operation && <div className="why">{meter.operation}</div>}
              </>
            ),
          },
          { head: 'Used now', wide: true, cell: (meter) => <Used meter={meter} /> },
          { head: 'Comes back', cell: (meter) => <Refill meter={meter} /> },
          { head: 'Last hour', number: true, cell: (meter) => count(meter.usedLastHour) },
          {
            head: 'Refused',
            number: true,
            cell: (meter) =>
              meter.refusedLastHour > 0 ? <Mark state={count(meter.refusedLastHour)} tone="bad" /> : '0',
          },
          {
            head: 'By whom',
            wide: true,
            cell: (meter) => <Spenders account={account} limit={meter.limit} />,
          },
        ]}
      />
      {account.runs.length > 0 && (
        <Table
          caption={`Forecast of ${account.connection}`}
          rows={account.runs}
          keyOf={(run) => run.run}
          empty={null}
          columns={[
            { head: 'Run', cell: (run) => <Link href={`/runs/${run.run}`}>{run.stream}</Link> },
            { head: 'State', cell: (run) => <Mark state={run.state} /> },
            { head: 'Ends', cell: (run) => <Ago at={run.endsAt} never="not known" /> },
            { head: 'Because', wide: true, cell: (run) => <Said text={run.text} /> },
          ]}
        />
      )}
    </div>
  </Section>
);

const Refill = ({ meter }: { meter: MeterSeen }): ReactNode =>
  meter.perSecond === null ? (
    <span className="quiet">as calls end</span>
  ) : (
    <>
      {Number(meter.perSecond.toPrecision(3))} a second
      {meter.fullAt && meter.available < meter.ceiling && (
        <div className="why">
          full <Ago at={meter.fullAt} />
        </div>
      )}
    </>
  );

const Spenders = ({ account, limit }: { account: Account; limit: string }): ReactNode => {
  const own = account.spent.filter((one) => one.limit === limit).sort((a, b) => b.used - a.used);
  if (own.length === 0) return <span className="quiet">nobody in the last hour</span>;
  return (
    <ul className="small">
      {own.slice(0, 6).map((one) => (
        <li key={`${one.spender}/${one.lane}`}>
          {one.spender} <span className="quiet">({one.lane})</span> {brief(one.used)} in {count(one.calls)}{' '}
          calls
        </li>
      ))}
    </ul>
  );
};
