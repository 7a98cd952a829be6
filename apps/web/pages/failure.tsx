import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { useAction, useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import type { ReplyOf } from '../../console/api/types.js';
import { Dialog } from '../ui/dialog.js';
import { Input, TextArea } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { plural } from '../ui/format.js';
import { Mark } from '../ui/mark.js';
import { Facts, Page, Section } from '../ui/page.js';
import { Empty, Ready } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago, At } from '../ui/time.js';
import { Bulk, type BulkKind } from './bulk.js';
import { causeOf, Trend } from './error-desk.js';

export type FailureDetail = ReplyOf<'GET /failures/{fingerprint}'>;

/** One cause: an example, what it keeps back, and what to do about all of it at once. */
export function Failure(): ReactNode {
  const { fingerprint = '' } = useParams<{ fingerprint: string }>();
  const failure = useRead('GET /failures/{fingerprint}', { params: { fingerprint } });
  return (
    <Page
      title={failure.data ? causeOf(failure.data.message) : 'Failure'}
      crumbs={[['Error desk', '/errors']]}
      lead={
        failure.data &&
        `${failure.data.stream}${failure.data.operation ? ` · ${failure.data.operation}` : ''}`
      }
    >
      <Ready query={failure}>{(found) => <Detail failure={found} />}</Ready>
    </Page>
  );
}

function Detail({ failure }: { failure: FailureDetail }): ReactNode {
  return (
    <>
      <div className="card stack">
        <div className="row apart">
          <div className="row">
            <Mark state={failure.state} tone={failure.state === 'open' ? 'bad' : 'idle'} />
            <Mark state={failure.kind} />
          </div>
          <Actions failure={failure} />
        </div>
        <pre tabIndex={0} aria-label="An example">
          {failure.example.message}
        </pre>
        {failure.note && <p className="note">{failure.note}</p>}
        <Facts
          of={[
            ['Seen', plural(Number(failure.count), 'time')],
            ['First', <At at={failure.firstSeenAt} />],
            ['Last', <Ago at={failure.lastSeenAt} />],
            ['Came back', plural(failure.reopened, 'time')],
            ['Who sees to it', failure.assignedTo ?? 'nobody'],
            failure.resolvedAt
              ? [
                  'Resolved',
                  <>
                    {failure.resolvedBy ?? 'by itself'}, <Ago at={failure.resolvedAt} />
                  </>,
                ]
              : null,
          ]}
        />
        <div className="stack tight">
          <Trend failure={failure} />
          <p className="axis">
            <span>24 h ago</span>
            <span>how often it was seen, by the hour</span>
            <span>now</span>
          </p>
        </div>
      </div>
      <Members failure={failure} />
    </>
  );
}

function Actions({ failure }: { failure: FailureDetail }): ReactNode {
  const me = useMe();
  const { act, tell } = useAction();
  const [bulk, setBulk] = useState<BulkKind>();
  const [noting, setNoting] = useState(false);
  if (!may(me, 'operator')) return null;
  const params = { fingerprint: failure.fingerprint };
  const mark = (state: 'open' | 'resolved' | 'ignored', said: string) => () =>
    tell(act('PATCH /failures/{fingerprint}', { params, body: { state } }, said));
  return (
    <div className="row">
      {failure.runs > 0 && (
        <button type="button" data-tone="main" onClick={() => setBulk('retry')}>
          Retry {plural(failure.runs, 'run')} …
        </button>
      )}
      {failure.records > 0 && (
        <button type="button" data-tone="main" onClick={() => setBulk('replay')}>
          Replay {plural(failure.records, 'record')} …
        </button>
      )}
      <button type="button" onClick={() => setNoting(true)}>
        Note and assign …
      </button>
      {failure.state === 'open' ? (
        <>
          <button type="button" onClick={mark('resolved', 'Resolved. It opens again if it comes back.')}>
            Resolve
          </button>
          <button type="button" onClick={mark('ignored', 'Ignored. It only counts from now on.')}>
            Ignore
          </button>
        </>
      ) : (
        <button type="button" onClick={mark('open', 'Open again.')}>
          Open again
        </button>
      )}
      {bulk && <Bulk kind={bulk} fingerprint={failure.fingerprint} onClose={() => setBulk(undefined)} />}
      {noting && <Noting failure={failure} onClose={() => setNoting(false)} />}
    </div>
  );
}

function Noting({ failure, onClose }: { failure: FailureDetail; onClose: () => void }): ReactNode {
  const { act } = useAction();
  const [note, setNote] = useState(failure.note ?? '');
  const [assignedTo, setAssignedTo] = useState(failure.assignedTo ?? '');
  return (
    <Dialog title="Note and assign" onClose={onClose}>
      <Form
        verb="Save"
        send={async () => {
          await act(
            'PATCH /failures/{fingerprint}',
            {
              params: { fingerprint: failure.fingerprint },
              body: { note: note || null, assignedTo: assignedTo || null },
            },
            'Saved.',
          );
          onClose();
        }}
      >
        {(wrong) => (
          <>
            <TextArea
              label="Note"
              value={note}
              wrong={wrong('note')}
              onChange={(e) => setNote(e.target.value)}
            />
            <Input
              label="Who sees to it"
              hint="A user's name; empty for nobody."
              value={assignedTo}
              wrong={wrong('assignedTo')}
              onChange={(e) => setAssignedTo(e.target.value)}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}

const Members = ({ failure }: { failure: FailureDetail }): ReactNode => (
  <>
    {failure.members.runs.length > 0 && (
      <Section title="Runs that it keeps back">
        <Table
          caption="Runs that it keeps back"
          rows={failure.members.runs}
          keyOf={(run) => run.id}
          empty={null}
          columns={[
            { head: 'Run', cell: (run) => <Link href={`/runs/${run.id}`}>{run.stream}</Link> },
            { head: 'Connection', cell: (run) => run.connection },
            { head: 'State', cell: (run) => <Mark state={run.state} /> },
            { head: 'Ended', cell: (run) => <Ago at={run.finishedAt} /> },
            { head: 'Said', wide: true, cell: (run) => run.failure ?? '–' },
          ]}
        />
      </Section>
    )}
    {failure.members.records.length > 0 && (
      <Section title="Records in quarantine">
        <Table
          caption="Records in quarantine"
          rows={failure.members.records}
          keyOf={(record) => record.id}
          empty={null}
          columns={[
            {
              head: 'Record',
              cell: (record) => <Link href={`/quarantine/${record.id}`}>{record.recordKey}</Link>,
            },
            { head: 'Connection', cell: (record) => record.connection },
            { head: 'Because', wide: true, cell: (record) => record.reason },
            { head: 'Last seen', cell: (record) => <Ago at={record.lastSeenAt} /> },
          ]}
        />
      </Section>
    )}
    {failure.members.runs.length + failure.members.records.length === 0 && (
      <Empty title="Nothing is kept back by it now">
        {failure.state === 'open' && 'If the reason is gone, it can be marked as resolved. '}
        It opens again should it come back.
      </Empty>
    )}
  </>
);
