import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { useAction, useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import type { ReplyOf } from '../../console/api/types.js';
import { Confirm, type Question } from '../ui/dialog.js';
import { count, duration, sentence } from '../ui/format.js';
import { Listing } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Facts, Page, Section } from '../ui/page.js';
import { Empty, Ready } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago, At, Lasted, Said } from '../ui/time.js';
import { Progress } from './progress.js';

type RunDetail = ReplyOf<'GET /runs/{id}'>;

/** One run: what it did, what it asked the platform, what it said, and why it waits or failed. */
export function Run(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const run = useRead('GET /runs/{id}', { params: { id } }, { everyMs: 5000 });
  return (
    <Page
      title={run.data ? `${run.data.stream} on ${run.data.connection}` : 'Run'}
      crumbs={[['Runs', '/runs']]}
      lead={<code>{id}</code>}
      actions={run.data && <Actions run={run.data} />}
    >
      <Ready query={run}>{(found) => <Detail run={found} />}</Ready>
    </Page>
  );
}

function Actions({ run }: { run: RunDetail }): ReactNode {
  const me = useMe();
  const { act, tell } = useAction();
  const [question, setQuestion] = useState<Question>();
  if (!may(me, 'operator')) return null;
  const params = { id: run.id };
  return (
    <>
      {run.may.retry && (
        <button
          type="button"
          data-tone="main"
          onClick={() => tell(act('POST /runs/{id}/retry', { params }, 'The run is back in the queue.'))}
        >
          Retry
        </button>
      )}
      {run.may.accept && (
        <button
          type="button"
          onClick={() =>
            setQuestion({
              title: 'Accept what it found?',
              text: (
                <p>
                  The platform counts {run.sourceCount ?? '?'} records, the warehouse {run.ourCount ?? '?'}.
                  Accepted, the run counts as succeeded and its checkpoint moves.
                </p>
              ),
              verb: 'Accept',
              act: () => act('POST /runs/{id}/accept', { params }, 'The run counts as succeeded.'),
            })
          }
        >
          Accept …
        </button>
      )}
      {run.may.cancel && (
        <button
          type="button"
          data-tone="bad"
          onClick={() =>
            setQuestion({
              title: 'Cancel this run?',
              text: (
                <p>
                  What it has committed stays, and its checkpoint with it. The next scheduled run of the
                  stream goes on from there.
                </p>
              ),
              verb: 'Cancel the run',
              tone: 'bad',
              act: () => act('POST /runs/{id}/cancel', { params }, 'The run is cancelled.'),
            })
          }
        >
          Cancel
        </button>
      )}
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}

function Detail({ run }: { run: RunDetail }): ReactNode {
  return (
    <>
      <div className="card stack">
        <div className="row">
          <Mark state={run.state} />
          {run.why && run.why !== run.failure && (
            <span>
              <Said text={run.why} />
            </span>
          )}
          {run.reason && run.reason !== run.why && (
            <span className="quiet">
              <Said text={run.reason} />
            </span>
          )}
          {run.state === 'running' && <Progress run={run} />}
        </div>
        {run.failure && (
          <div className="note" data-tone="bad">
            <p className="strong">
              <Said text={run.failure} />
            </p>
            {run.fingerprint && (
              <p>
                <Link href={`/errors/${run.fingerprint}`}>Everything that fails for this reason</Link>
              </p>
            )}
          </div>
        )}
        <Facts
          of={[
            ['Connection', <Link href={`/connections/${run.connectionId}`}>{run.connection}</Link>],
            ['Kind', run.dry ? `${run.kind}, dry` : run.kind],
            ['Started by', run.trigger === 'manual' ? 'hand' : 'schedule'],
            ['Queued', <At at={run.queuedAt} />],
            ['Took', <Lasted from={run.startedAt} to={run.finishedAt} />],
            ['Window from', <At at={run.windowFrom} never="the beginning" />],
            ['Window to', <At at={run.windowTo} />],
            ['Worker', run.worker ?? '–'],
            run.verdict
              ? ['Compared', `${VERDICTS[run.verdict]}${run.verdictReason ? `: ${run.verdictReason}` : ''}`]
              : null,
            run.drift
              ? [
                  'Drift',
                  `${count(run.drift.missing)} missing, ${count(run.drift.older)} older, ${count(run.drift.gone)} gone`,
                ]
              : null,
            run.backfillId
              ? ['Backfill', <Link href={`/backfills/${run.backfillId}`}>slice {run.slice}</Link>]
              : null,
          ]}
        />
      </div>
      <Section title="Counts">
        <div className="card">
          <Facts
            of={(
              ['pages', 'calls', 'records', 'inserted', 'changed', 'same', 'gone', 'quarantined'] as const
            ).map((name) => [sentence(name), <span className="number">{count(run[name])}</span>] as const)}
          />
        </div>
      </Section>
      <Section title="Attempts">
        <Table
          caption="Attempts"
          rows={run.attempts}
          keyOf={(attempt) => attempt.endedAt}
          empty={<Empty title="No attempt has ended yet">How each one ended will stand here.</Empty>}
          columns={[
            { head: 'Worker', cell: (attempt) => attempt.worker ?? '–' },
            { head: 'Took', cell: (attempt) => <Lasted from={attempt.startedAt} to={attempt.endedAt} /> },
            { head: 'Ended', cell: (attempt) => <Ago at={attempt.endedAt} /> },
            { head: 'As', cell: (attempt) => <Mark state={attempt.ended} /> },
            { head: 'Because', wide: true, cell: (attempt) => <Said text={attempt.said ?? '–'} /> },
          ]}
        />
      </Section>
      <Calls id={run.id} />
      <Log id={run.id} />
    </>
  );
}

const Calls = ({ id }: { id: string }): ReactNode => (
  <Section title="Calls to the platform">
    <Listing from="GET /runs/{id}/calls" ask={{ params: { id } }} size={20}>
      {(calls) => (
        <Table
          caption="Calls"
          rows={calls}
          keyOf={(call) => call.id}
          empty={
            <Empty title="No call is kept">
              It has made none yet, or they were cleared away: calls are kept for some days.
            </Empty>
          }
          columns={[
            { head: 'At', cell: (call) => <At at={call.at} /> },
            {
              head: 'Call',
              wide: true,
              cell: (call) => (
                <code>
                  {call.method} {call.path}
                </code>
              ),
            },
            { head: 'Metered as', cell: (call) => call.operation },
            {
              head: 'Answer',
              cell: (call) => (
                <Mark
                  state={String(call.status ?? call.failure ?? 'none')}
                  tone={call.failure ? 'bad' : 'well'}
                />
              ),
            },
            {
              head: 'Took',
              number: true,
              cell: (call) => (call.ms < 1000 ? `${call.ms} ms` : duration(call.ms)),
            },
            { head: 'Tries', number: true, cell: (call) => call.tries },
          ]}
        />
      )}
    </Listing>
  </Section>
);

const Log = ({ id }: { id: string }): ReactNode => (
  <Section title="Log">
    <Listing from="GET /runs/{id}/log" ask={{ params: { id } }}>
      {(lines) => (
        <Table
          caption="Log"
          rows={lines}
          keyOf={(line) => line.id}
          empty={
            <Empty title="No line is kept">
              It has said nothing yet, or it was cleared away: logs are kept for some weeks.
            </Empty>
          }
          columns={[
            { head: 'At', cell: (line) => <At at={line.at} /> },
            {
              head: 'Level',
              cell: (line) => <Mark state={line.level} tone={LEVELS[line.level] ?? 'idle'} />,
            },
            { head: 'Said', wide: true, cell: (line) => <Said text={line.message} /> },
          ]}
        />
      )}
    </Listing>
  </Section>
);

const VERDICTS = {
  matched: 'both sides agree',
  differs: 'the two sides differ',
  uncounted: 'not counted',
} as const;

const LEVELS: Readonly<Record<string, 'bad' | 'warn' | 'idle'>> = { error: 'bad', warn: 'warn' };
