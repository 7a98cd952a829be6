import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import type { ReplyOf } from '../../console/api/types.js';
import { Input } from '../ui/field.js';
import { useFilters } from '../ui/filters.js';
import { plural } from '../ui/format.js';
import { InParts } from '../ui/in-parts.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Empty, NoneFits, Ready } from '../ui/states.js';
import { Ago, Said } from '../ui/time.js';

type Health = ReplyOf<'GET /connections'>['items'][number];

/** Every account on a platform that is read, with its health. */
export function Connections(): ReactNode {
  const me = useMe();
  const connections = useRead('GET /connections', {}, { everyMs: 30_000 });
  const add = may(me, 'admin') && (
    <Link className="button" data-tone="main" href="/connections/new">
      Add a connection
    </Link>
  );
  return (
    <Page
      title="Connections"
      lead="A connection is one account on a platform, with its credentials."
      actions={add}
    >
      <CameBack />
      <Ready query={connections}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No connection yet">{add || 'Ask an admin to add one.'}</Empty>
          ) : (
            <Found items={items} />
          )
        }
      </Ready>
    </Page>
  );
}

/** From so many on there is a field to look for one. */
const MANY = 12;

/** Those whose name or platform holds what is looked for. */
function Found({ items }: { items: readonly Health[] }): ReactNode {
  const [{ q }, set] = useFilters(['q']);
  const sought = q.trim().toLowerCase();
  const found = items.filter(({ name, platform }) => `${name} ${platform}`.toLowerCase().includes(sought));
  return (
    <div>
      {(items.length > MANY || q) && (
        <div className="filters" role="search" aria-label="Search connections">
          <Input
            label="Name or platform"
            type="search"
            value={q}
            onChange={(event) => set('q', event.target.value)}
          />
        </div>
      )}
      {found.length === 0 && <NoneFits what="connection" />}
      <InParts key={q} of={found}>
        {(shown) => (
          <ul className="cards">
            {shown.map((one) => (
              <Card key={one.id} one={one} />
            ))}
          </ul>
        )}
      </InParts>
    </div>
  );
}

const Card = ({ one }: { one: Health }): ReactNode => (
  <li className="card stack">
    <div className="row apart">
      <h2>
        <Link href={`/connections/${one.id}`}>{one.name}</Link>
      </h2>
      <Mark state={one.status} />
    </div>
    {one.statusReason && (
      <p className="note" data-tone={one.status === 'reconnect' ? 'bad' : 'warn'}>
        <Said text={one.statusReason} />
      </p>
    )}
    {one.failure && one.status === 'active' && (
      <p className="note small" data-tone="bad">
        <Said text={one.failure} />
      </p>
    )}
    <p className="quiet">
      {one.platform} · {plural(one.streams.total, 'stream')}
      {one.streams.running > 0 && `, ${one.streams.running} running`}
      {one.streams.failing > 0 && `, ${one.streams.failing} failing`}
      {one.quarantineOpen > 0 && `, ${plural(one.quarantineOpen, 'record')} in quarantine`}
    </p>
    <p className="small quiet">
      Last success: <Ago at={one.lastSuccessAt} never="never" />
    </p>
  </li>
);

const WHY: Readonly<Record<string, string>> = {
  unknown: 'The way there was begun too long ago, or in another browser. Begin once more.',
  denied: 'The platform says that nothing was granted. Begin once more, and allow it there.',
  forged: 'What came back was not signed by the platform, so nothing was saved. Begin once more.',
  refused:
    'The platform refused to give a token. Check the client id and secret of the app, then begin once more.',
};

/** Says why the way through a platform's own sign-in page ended here. */
function CameBack(): ReactNode {
  const [search] = useSearchParams();
  const why = WHY[search.get('oauth') ?? ''];
  const name = search.get('name');
  if (!why) return null;
  return (
    <p className="note" data-tone="bad" role="alert">
      {name ? `${name} is not connected. ` : 'Nothing is connected. '}
      {why}
    </p>
  );
}
