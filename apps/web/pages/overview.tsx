import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import type { ReplyOf } from '../../console/api/types.js';
import { InParts } from '../ui/in-parts.js';
import { Page, Section } from '../ui/page.js';
import { Empty, Ready } from '../ui/states.js';
import { Day, Figures, Meters, Strip, Workers } from './overview-parts.js';

export type Seen = ReplyOf<'GET /overview'>;

/** Freshness, runs, failures, budgets and workers at a glance, live. */
export function Overview(): ReactNode {
  const overview = useRead('GET /overview', {}, { everyMs: 15_000 });
  return (
    <Page title="Overview">
      <Ready query={overview}>{(seen) => <Glance seen={seen} />}</Ready>
    </Page>
  );
}

function Glance({ seen }: { seen: Seen }): ReactNode {
  const me = useMe();
  if (seen.connections.length === 0)
    return (
      <Empty title="No connection yet">
        <p>A connection is one account on a platform: a shop, a seller, a set of books.</p>
        {may(me, 'admin') ? (
          <p>
            <Link className="button" data-tone="main" href="/connections/new">
              Add a connection
            </Link>
          </p>
        ) : (
          <p>Ask an admin to add one.</p>
        )}
      </Empty>
    );
  return (
    <>
      <Broken seen={seen} />
      <Figures seen={seen} />
      <Section title="Freshness">
        <div className="stack">
          <InParts of={seen.connections} size={30}>
            {(shown) => shown.map((connection) => <Strip key={connection.id} connection={connection} />)}
          </InParts>
        </div>
      </Section>
      <div className="columns">
        <div className="stack wide">
          <Section title="The last 24 hours" actions={<Link href="/runs">All runs</Link>}>
            <Day seen={seen} />
          </Section>
          <Section title="Workers">
            <Workers seen={seen} />
          </Section>
        </div>
        <Section title="Quota" actions={<Link href="/quota">Who spends it</Link>}>
          <Meters seen={seen} />
        </Section>
      </div>
    </>
  );
}

/** What keeps everything from going, before anything else. */
const Broken = ({ seen }: { seen: Seen }): ReactNode => (
  <>
    {seen.queue === 'disconnected' && (
      <p className="note" data-tone="bad" role="alert">
        The queue does not answer: nothing is read now. See that Redis or Postgres runs; what waits goes on by
        itself.
      </p>
    )}
    {seen.scheduler.leads === null && (
      <p className="note" data-tone="warn">
        No scheduler is alive: nothing new is put into the queue. Start one with{' '}
        <code>stratus scheduler</code>.
      </p>
    )}
  </>
);
