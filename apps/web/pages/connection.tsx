import { useState, type ReactNode } from 'react';
import { Link, useLocation, useParams, useSearchParams } from 'wouter';
import { useAction, useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import type { ReplyOf } from '../../console/api/types.js';
import { Confirm, type Question } from '../ui/dialog.js';
import { sentence } from '../ui/format.js';
import { Mark } from '../ui/mark.js';
import { Facts, Page, Section } from '../ui/page.js';
import { Ready } from '../ui/states.js';
import { Ago, At, Said } from '../ui/time.js';
import { StreamTable } from './stream-table.js';
import { removal } from './removal.js';

export type ConnectionDetail = ReplyOf<'GET /connections/{id}'>;

/** One account: its streams, and what can be done with it. */
export function Connection(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const connection = useRead('GET /connections/{id}', { params: { id } });
  return (
    <Page
      title={connection.data?.name ?? 'Connection'}
      crumbs={[['Connections', '/connections']]}
      lead={connection.data?.platform}
      actions={connection.data && <Actions connection={connection.data} />}
    >
      <Ready query={connection}>{(found) => <Detail connection={found} />}</Ready>
    </Page>
  );
}

function Actions({ connection }: { connection: ConnectionDetail }): ReactNode {
  const me = useMe();
  const { act, tell } = useAction();
  const [, go] = useLocation();
  const [question, setQuestion] = useState<Question>();
  const params = { id: connection.id };
  if (!may(me, 'operator')) return null;
  const paused = connection.status === 'paused';
  return (
    <>
      {paused ? (
        <button
          type="button"
          data-tone="main"
          onClick={() =>
            tell(act('POST /connections/{id}/resume', { params }, `${connection.name} runs again.`))
          }
        >
          Resume
        </button>
      ) : (
        <button
          type="button"
          onClick={() =>
            tell(act('POST /connections/{id}/pause', { params }, `${connection.name} is paused.`))
          }
        >
          Pause
        </button>
      )}
      {may(me, 'admin') && (
        <>
          <Link className="button" href={`/connections/${connection.id}/edit`}>
            {connection.status === 'reconnect' ? 'Reconnect' : 'Edit'}
          </Link>
          <button
            type="button"
            data-tone="bad"
            onClick={() => tell(removal(connection, act, () => go('/connections')).then(setQuestion))}
          >
            Delete
          </button>
        </>
      )}
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}

function Detail({ connection }: { connection: ConnectionDetail }): ReactNode {
  const [search] = useSearchParams();
  return (
    <>
      {search.get('oauth') === 'done' && (
        <p className="note" data-tone="well" role="status">
          {connection.name} is connected. Run a stream now, or wait for its next time.
        </p>
      )}
      {connection.statusReason && (
        <p className="note" data-tone={connection.status === 'reconnect' ? 'bad' : 'warn'}>
          <Said text={connection.statusReason} />
        </p>
      )}
      <div className="card stack">
        <Facts
          of={[
            ['State', <Mark state={connection.status} />],
            ...Object.entries(connection.settings).map(
              ([name, value]) =>
                [sentence(name), typeof value === 'string' ? value : JSON.stringify(value)] as const,
            ),
            connection.baseUrl ? ['Base URL', <code>{connection.baseUrl}</code>] : null,
            ['Credentials', 'sealed, never shown'],
            connection.renewedAt ? ['Token renewed', <Ago at={connection.renewedAt} />] : null,
            ['Added', <At at={connection.createdAt} />],
          ]}
        />
      </div>
      <Section title="Streams" actions={<Link href={`/runs?connection=${connection.id}`}>Its runs</Link>}>
        <StreamTable connection={connection} />
      </Section>
    </>
  );
}
